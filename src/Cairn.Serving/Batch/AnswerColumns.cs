using System.Globalization;
using Cairn.Data;
using Cairn.Kernel;
using Cairn.Learning;

namespace Cairn.Serving.Batch;

/// <summary>The columns of a scored file, and the statement that writes them: it reads the kept columns and the computed ones from <c>answers()</c>.</summary>
internal sealed class AnswerColumns(Predictor predictor, BatchOrder order)
{
    public const string Function = "answers";

    private static readonly string[] Reserved = ["row", "prediction", "probability", "model", "version", "prediction_id", "problem", "batch_id"];

    /// <summary>Computed: row, probability, whether the row keeps the contract, its id in the log, then for each reason its name and how far it moved the answer.</summary>
    /// <remarks>Their names are not those of the source: a kept column may be called anything.</remarks>
    public IReadOnlyList<AnalyticsColumn> Computed { get; } =
    [
        new("row", AnalyticsType.BigInt), new("probability", AnalyticsType.Double), new("valid", AnalyticsType.Boolean), .. order.Log ? (AnalyticsColumn[])[new("prediction_id", AnalyticsType.Text)] : [],
        .. Enumerable.Range(1, order.Explain).SelectMany(k => (IEnumerable<AnalyticsColumn>)[new($"reason_{k}", AnalyticsType.Text), new($"reason_{k}_contribution", AnalyticsType.Double)]),
    ];

    public const int Id = 3;

    public int FirstReason => order.Log ? 4 : 3;

    public string Statement
    {
        get
        {
            var columns = order.Keep.Select((_, i) => $"k{i}").Concat(Computed.Select((_, i) => $"a{i}"));
            var kept = order.Keep.Count == 0 ? "a0 AS row" : string.Join(", ", order.Keep.Select((name, i) => $"k{i} AS {AnalyticsJob.Name(name)}"));
            var threshold = predictor.Threshold.ToString("R", CultureInfo.InvariantCulture);
            var reasons = string.Concat(Computed.Skip(3).Select((column, i) => $", a{i + 3} AS {column.Name}"));
            return $"""
                SELECT {kept}, CASE WHEN a1 >= '{threshold}'::DOUBLE THEN {AnalyticsJob.Text(predictor.Positive)} ELSE {AnalyticsJob.Text(predictor.Negative)} END AS prediction, a1 AS probability,
                  {AnalyticsJob.Text(order.Model.Model)} AS model, {order.Model.Version}::BIGINT AS version{reasons}
                FROM {Function}() AS t({string.Join(", ", columns)}) {(order.SkipInvalid ? "WHERE a2" : "")}
                """;
        }
    }

    /// <summary>Names of the columns of a scored file.</summary>
    public static IReadOnlyList<string> Names(BatchOrder order) =>
    [
        .. order.Keep.Count == 0 ? ["row"] : order.Keep, "prediction", "probability", "model", "version", .. order.Log ? (string[])["prediction_id"] : [],
        .. Enumerable.Range(1, order.Explain).SelectMany(k => (IEnumerable<string>)[$"reason_{k}", $"reason_{k}_contribution"]),
    ];

    /// <summary>The same with their types, as DuckDB names them.</summary>
    public static IReadOnlyList<RowColumn> Typed(BatchOrder order, RowSource source) =>
        [.. Names(order).Select((name, i) => new RowColumn(name, i < order.Keep.Count ? source.TypeOf(name) : name switch { "row" or "version" => "BIGINT", "probability" => "DOUBLE", _ => name.EndsWith("_contribution", StringComparison.Ordinal) ? "DOUBLE" : "VARCHAR" }))];

    public static IReadOnlyList<RowColumn> TypedRejects(BatchOrder order) => [.. NamesOfRejects(order).Select((name, i) => new RowColumn(name, i == 0 ? "BIGINT" : "VARCHAR"))];

    public static IReadOnlyList<string> NamesOfRejects(BatchOrder order) => ["row", .. order.Keep, "problem"];

    public static Refusal? Refused(RowSource source, IReadOnlyList<string> keep)
    {
        var names = source.Columns.Select(column => column.Name).ToList();
        var problems = new List<FieldProblem>();
        foreach (var name in keep)
        {
            if (!names.Contains(name, StringComparer.Ordinal)) problems.Add(new(name, "no such column", $"one of {string.Join(", ", names)}"));
            else if (Reserved.Contains(name, StringComparer.OrdinalIgnoreCase) || name.StartsWith("reason_", StringComparison.OrdinalIgnoreCase))
                problems.Add(new(name, "the name of a column that the answer has", "another column, or another name in the source"));
            else if (keep.Count(other => string.Equals(other, name, StringComparison.OrdinalIgnoreCase)) > 1) problems.Add(new(name, "twice", "once"));
        }

        return problems.Count == 0 ? null : new Refusal.Invalid("batch.keep-invalid", $"These columns cannot be kept: {string.Join("; ", problems.Take(3))}.") { Fields = problems };
    }
}
