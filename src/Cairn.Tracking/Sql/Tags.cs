using Cairn.Kernel;
using Cairn.Tracking.Naming;

namespace Cairn.Tracking.Sql;

/// <summary>Key and value, as every tag and param table has them.</summary>
internal sealed record KeyValue
{
    public string Owner { get; init; } = "";

    public string Key { get; init; } = "";

    public string Value { get; init; } = "";
}

internal static class Tags
{
    public static IReadOnlyDictionary<string, string> None { get; } = new Dictionary<string, string>(StringComparer.Ordinal);

    public static Refusal? Check(IReadOnlyDictionary<string, string>? tags, int longestValue)
    {
        foreach (var (key, value) in tags ?? None)
        {
            if (Names.TagKey(key) is { } badKey) return badKey;
            if (Names.Value("tag.value-invalid", $"The value of the tag '{key}'", value, longestValue) is { } badValue) return badValue;
        }

        return null;
    }

    public static IReadOnlyDictionary<string, string> Of(IEnumerable<KeyValue> rows) =>
        new SortedDictionary<string, string>(rows.ToDictionary(row => row.Key, row => row.Value, StringComparer.Ordinal), StringComparer.Ordinal);

    /// <summary>By owner (a run, an experiment, a model or a version written as text).</summary>
    public static Func<string, IReadOnlyDictionary<string, string>> ByOwner(IEnumerable<KeyValue> rows)
    {
        var byOwner = rows.GroupBy(row => row.Owner, StringComparer.Ordinal).ToDictionary(group => group.Key, Of, StringComparer.Ordinal);
        return owner => byOwner.GetValueOrDefault(owner, None);
    }
}
