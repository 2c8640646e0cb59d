using Cairn.Kernel;
using Cairn.Tracking.Naming;
using Cairn.Tracking.RunRecords;

namespace Cairn.Tracking.Search;

/// <summary>
/// How a list of runs is sorted, as stretches that follow each other: runs that have the value, then those for which it is NaN,
/// then those without it, whichever the direction; the newest first among equals. Each stretch is one walk along an index, so a page costs the
/// same at any depth.
/// </summary>
/// <param name="Text">As it was asked; a page token is good for the same text only.</param>
/// <param name="Entity"><c>metric</c>, <c>parameter</c>, <c>tag</c> or <c>attribute</c>.</param>
/// <param name="Key">Of an attribute the column of <c>runs</c>.</param>
internal sealed record RunOrder(string Text, string Entity, string Key, bool Descending)
{
    /// <summary>As the indexes of params and tags have their values: of long ones the beginning.</summary>
    public const string IndexedValue = "substr(f.value, 1, 250)";

    private static readonly string[] _attributes = ["started_at", "ended_at", "name", "status"];
    private static readonly string[] _withIndex = [.. _attributes, "run_id"];

    /// <value>By the start: the order that the values of all other orders have among equals.</value>
    public bool IsByStart => (Entity, Key) == ("attribute", "started_at");

    /// <value>Whether an index has it.</value>
    public bool IsWalked => Entity == "attribute" ? _withIndex.Contains(Key, StringComparer.Ordinal) : (Entity, Key) != ("tag", RunName.Tag);

    public IReadOnlyList<RunStretch> Stretches => Entity switch
    {
        "metric" => [new("run_latest_metrics", "f.key = @key AND f.is_nan = 0", "f.value"), new("run_latest_metrics", "f.key = @key AND f.is_nan = 1", null), Without("run_latest_metrics")],
        "parameter" => [new("run_params", "f.key = @key", IndexedValue, IsText: true), Without("run_params")],
        "tag" => [new("run_tags", $"f.key = @key AND {RunFilter.IndexedTag}", IndexedValue, IsText: true), Without("run_tags")],
        _ => Key switch
        {
            "ended_at" => [new("runs", "f.ended_at IS NOT NULL", "f.ended_at"), new("runs", "1 = 1", null, Check: "r.ended_at IS NULL")],
            "started_at" => [RunStretch.ByStart],
            _ => [new("runs", "1 = 1", $"f.{Key}", IsText: true)],
        },
    };

    /// <summary><c>started_at desc</c> (the default), <c>metrics.roc_auc desc</c>, <c>params.depth</c>, <c>tags.team</c>.</summary>
    public static Answer<RunOrder> Parse(string? asked)
    {
        var text = string.IsNullOrWhiteSpace(asked) ? "started_at desc" : asked.Trim();
        var (what, descending) = (text, false);
        var blank = text.LastIndexOf(' ');
        if (blank > 0 && text[(blank + 1)..].ToUpperInvariant() is "ASC" or "DESC")
            (what, descending) = (text[..blank].TrimEnd(), text[(blank + 1)..].Equals("desc", StringComparison.OrdinalIgnoreCase));

        foreach (var (before, entity) in new[] { ("metrics.", "metric"), ("params.", "parameter"), ("tags.", "tag") })
            if (what.StartsWith(before, StringComparison.Ordinal) && Names.Key(what[before.Length..]) is null) return new RunOrder(text, entity, what[before.Length..], descending);
        if (_attributes.Contains(what, StringComparer.Ordinal)) return new RunOrder(text, "attribute", what, descending);
        return new Refusal.Invalid(
            "run.order-invalid",
            $"order_by={asked} cannot be followed. It is one of {string.Join(", ", _attributes)}, metrics.KEY, params.KEY or tags.KEY, with asc (the default) or desc after it: metrics.roc_auc desc.");
    }

    private static RunStretch Without(string table) =>
        new("runs", "1 = 1", null, Check: $"NOT EXISTS (SELECT 1 FROM {table} o WHERE o.workspace_id = r.workspace_id AND o.run_id = r.run_id AND o.key = @key)");
}

/// <summary>Part of an order, which one index has: its rows are called <c>f</c> and tell run and start.</summary>
/// <param name="Where">Of <c>f</c>, without workspace and experiment; @key is the order's.</param>
/// <param name="Value">What is sorted by; null: newest first alone.</param>
/// <param name="IsText">Whether the value is text; else a number.</param>
/// <param name="Falls">Whether the index has the greatest value first.</param>
/// <param name="Check">What is asked of <c>runs r</c> besides.</param>
internal sealed record RunStretch(string Table, string Where, string? Value, bool IsText = false, bool Falls = false, string Check = "1 = 1")
{
    private const string Start = "f.started_at";

    public static RunStretch ByStart { get; } = new("runs", "1 = 1", Start, Falls: true);

    public bool IsByStart => Value == Start;
}
