using Cairn.Kernel;
using Cairn.Tracking.Naming;

namespace Cairn.Tracking.RunRecords;

/// <summary>
/// How a list of runs is sorted, as stretches that follow each other: runs that have the value, then those for which it is NaN,
/// then those without it, whichever the direction. Each stretch is one walk along an index, so a page costs the same at any depth.
/// </summary>
/// <param name="Text">As it was asked; a page token is good for the same text only.</param>
internal sealed record RunOrder(string Text, bool Descending, string? Key, IReadOnlyList<RunStretch> Stretches)
{
    private static readonly string[] _attributes = ["started_at", "ended_at", "name", "status"];

    /// <summary><c>started_at desc</c> (the default), <c>metrics.roc_auc desc</c>, <c>params.depth</c>.</summary>
    public static Answer<RunOrder> Parse(string? asked)
    {
        var text = string.IsNullOrWhiteSpace(asked) ? "started_at desc" : asked.Trim();
        var (what, descending) = (text, false);
        var blank = text.LastIndexOf(' ');
        if (blank > 0 && text[(blank + 1)..].ToUpperInvariant() is "ASC" or "DESC")
            (what, descending) = (text[..blank].TrimEnd(), text[(blank + 1)..].Equals("desc", StringComparison.OrdinalIgnoreCase));

        if (what.StartsWith("metrics.", StringComparison.Ordinal) && Names.Key(what[8..]) is null) return new RunOrder(text, descending, what[8..], RunStretch.OfMetric);
        if (what.StartsWith("params.", StringComparison.Ordinal) && Names.Key(what[7..]) is null) return new RunOrder(text, descending, what[7..], RunStretch.OfParam);
        if (_attributes.Contains(what, StringComparer.Ordinal)) return new RunOrder(text, descending, null, RunStretch.OfAttribute(what));
        return new Refusal.Invalid(
            "run.order-invalid",
            $"order_by={asked} cannot be followed. It is one of {string.Join(", ", _attributes)}, metrics.KEY or params.KEY, with asc (the default) or desc after it: metrics.roc_auc desc.");
    }
}

/// <param name="From">Tables, <c>runs r</c> the last; CROSS JOIN keeps SQLite from turning the walk around.</param>
/// <param name="Condition">With @workspace, @key and, when there is one, @experiment.</param>
/// <param name="Value">What is sorted by; null: newest first alone.</param>
/// <param name="IsText">Whether the value is text; else a number.</param>
/// <param name="ByValue">The table whose index on values the walk begins with, which knows the experiment; null: the runs.</param>
/// <param name="Newest">The table in whose order the newest of equal values comes first.</param>
internal sealed record RunStretch(string From, string Condition, string? Value, bool IsText = false, string? ByValue = null, string Newest = "r")
{
    /// <summary>As the indexes of the params have it.</summary>
    private const string ParamValue = "substr(p.value, 1, 250)";

    public static IReadOnlyList<RunStretch> OfMetric { get; } =
    [
        new("run_latest_metrics m CROSS JOIN runs r", $"{Joined("m")} AND m.key = @key AND m.is_nan = 0", "m.value", ByValue: "m"),
        new("run_latest_metrics m CROSS JOIN runs r", $"{Joined("m")} AND m.key = @key AND m.is_nan = 1", null, ByValue: "m"),
        new("runs r", "NOT EXISTS (SELECT 1 FROM run_latest_metrics m WHERE m.workspace_id = r.workspace_id AND m.run_id = r.run_id AND m.key = @key)", null),
    ];

    public static IReadOnlyList<RunStretch> OfParam { get; } =
    [
        new("run_params p CROSS JOIN runs r", $"{Joined("p")} AND p.key = @key", ParamValue, IsText: true, ByValue: "p", Newest: "p"),
        new("runs r", "NOT EXISTS (SELECT 1 FROM run_params p WHERE p.workspace_id = r.workspace_id AND p.run_id = r.run_id AND p.key = @key)", null),
    ];

    public static IReadOnlyList<RunStretch> OfAttribute(string attribute) => attribute == "ended_at"
        ? [new("runs r", "r.ended_at IS NOT NULL", "r.ended_at"), new("runs r", "r.ended_at IS NULL", null)]
        : [new("runs r", "1 = 1", $"r.{attribute}", IsText: attribute is "name" or "status")];

    private static string Joined(string table) => $"{table}.workspace_id = @workspace AND r.workspace_id = {table}.workspace_id AND r.run_id = {table}.run_id";
}
