using System.Globalization;
using System.Text.Json;
using Cairn.Web.Components;
using static Cairn.Web.Runs.Evaluation;

namespace Cairn.Web.Runs;

/// <summary>What the decisions of a run come to at each threshold, on its out-of-fold scores.</summary>
internal sealed class Decision
{
    private const double Half = 0.005;

    private readonly ThresholdSteps _steps;

    private Decision(ThresholdSteps steps, IReadOnlyList<Row> rows) => (_steps, Rows) = (steps, rows);

    /// <param name="Saved">Cost per row against never saying yes; null: no costs were given.</param>
    public sealed record Row(double Threshold, double TruePositives, double FalsePositives, double FalseNegatives, double TrueNegatives, double Precision, double Recall, double F1, double Accuracy, double? Saved)
    {
        public double Flagged => TruePositives + FalsePositives;

        public double Total => TruePositives + FalsePositives + FalseNegatives + TrueNegatives;

        public double FalsePositiveRate => FalsePositives + TrueNegatives is var negatives and > 0 ? FalsePositives / negatives : 0;

        public string Key => Threshold.ToString("0.00", CultureInfo.InvariantCulture);
    }

    public IReadOnlyList<Row> Rows { get; }

    public bool HasCosts => _steps is { Costs: not null, CostPerRow: not null };

    public ErrorCosts? Costs => _steps.Costs;

    public string Reason => _steps.Reason;

    /// <value>The threshold that the run chose.</value>
    public double Chosen => _steps.Threshold;

    /// <value>What the baseline saves, at the threshold that the same rule chose for it.</value>
    public double? BaselineSaved => _steps.CostPerRow is { } cost ? cost.AlwaysNo - cost.Baseline : null;

    public double? AlwaysSaved => _steps.CostPerRow is { } cost ? cost.AlwaysNo - cost.AlwaysYes : null;

    /// <summary>Null when the files do not say enough. The counts follow from recall, accuracy and the number of rows and positives.</summary>
    public static Decision? Of(Evaluation evaluation)
    {
        if (evaluation is not { Threshold: { OutOfFold.Count: > 0 } steps, Confusion.OutOfFold.Confusion: { Rows: > 0 } counts }) return null;
        return new(steps, [.. steps.OutOfFold.Select(step =>
        {
            var found = Math.Round(step.Recall * counts.Positives);
            var alone = Math.Round(step.Accuracy * counts.Rows) - found;
            return new Row(
                step.Threshold, found, counts.Rows - counts.Positives - alone, counts.Positives - found, alone, step.Precision, step.Recall, step.F1, step.Accuracy,
                step.CostPerRow is { } cost && steps.CostPerRow is { } compared ? compared.AlwaysNo - cost : null);
        })]);
    }

    /// <summary>The row of a threshold; null or one that is not there: of the one that the run chose.</summary>
    public Row At(double? threshold) => Rows.MinBy(row => Math.Abs(row.Threshold - (threshold is >= 0 and <= 1 ? threshold.Value : Chosen)))!;

    /// <summary>For the slider: by threshold, the words to show and where the markers of the charts go.</summary>
    public string Json() => JsonSerializer.Serialize(Rows.GroupBy(row => row.Key, StringComparer.Ordinal).ToDictionary(same => same.Key, same => Entry(same.First()), StringComparer.Ordinal));

    public bool IsChosen(Row row) => Math.Abs(row.Threshold - Chosen) < Half;

    private static object Entry(Row row) => new
    {
        text = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["threshold"] = row.Key, ["flagged"] = Format.Number(row.Flagged, 0), ["precision"] = Share(row.Precision), ["recall"] = Share(row.Recall), ["accuracy"] = Share(row.Accuracy),
            ["f1"] = Format.Score(row.F1), ["saved"] = Format.Number(row.Saved, 2), ["tp"] = Format.Number(row.TruePositives, 0), ["fp"] = Format.Number(row.FalsePositives, 0),
            ["fn"] = Format.Number(row.FalseNegatives, 0), ["tn"] = Format.Number(row.TrueNegatives, 0),
            ["spoken"] = $"threshold {row.Key}, precision {Share(row.Precision)}, recall {Share(row.Recall)}{(row.Saved is { } saved ? $", saves {Format.Number(saved, 2)} per row" : "")}",
        },
        at = new { roc = new[] { Round(row.FalsePositiveRate), Round(row.Recall) }, pr = new[] { Round(row.Recall), Round(row.Precision) }, profit = new[] { row.Threshold, Round(row.Saved ?? row.F1) } },
    };

    /// <summary>40.4 %</summary>
    public static string Share(double share) => Format.Number(share * 100, 1) + "\u00a0%";

    public static double Round(double value) => Math.Round(value, 4);
}
