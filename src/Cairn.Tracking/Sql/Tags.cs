using Cairn.Kernel;
using Cairn.Storage;
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

    /// <summary>A value for each key, in place of the one it had. In order, so that two writers never wait for each other in a circle.</summary>
    /// <param name="owner">Its columns and what they hold: texts and whole numbers.</param>
    public static void Put(WriteTransaction transaction, string table, WorkspaceId workspace, IEnumerable<KeyValuePair<string, string>> tags, params ReadOnlySpan<(string Column, object Value)> owner) =>
        PutBeside(transaction, table, workspace, tags, [], owner);

    /// <summary>The same, with columns that are not part of the key.</summary>
    public static void PutBeside(
        WriteTransaction transaction, string table, WorkspaceId workspace, IEnumerable<KeyValuePair<string, string>> tags, ReadOnlySpan<(string Column, object Value)> beside,
        params ReadOnlySpan<(string Column, object Value)> owner)
    {
        var rows = tags.OrderBy(tag => tag.Key, StringComparer.Ordinal).ToList();
        if (rows.Count == 0) return;
        List<(string, Array)> columns = [("workspace_id", Repeated(workspace.Value, rows.Count))];
        foreach (var (column, value) in owner) columns.Add((column, Column(value, rows.Count)));
        var key = string.Join(", ", columns.Select(column => column.Item1));
        columns.Add(("key", rows.ConvertAll(tag => tag.Key).ToArray()));
        columns.Add(("value", rows.ConvertAll(tag => tag.Value).ToArray()));
        foreach (var (column, value) in beside) columns.Add((column, Column(value, rows.Count)));
        transaction.InsertOr(table, $"ON CONFLICT ({key}, key) DO UPDATE SET value = excluded.value", [.. columns]);
    }

    private static Array Column(object value, int rows) => value is long number ? Repeated(number, rows) : Repeated((string)value, rows);

    public static T[] Repeated<T>(T value, int rows)
    {
        var column = new T[rows];
        Array.Fill(column, value);
        return column;
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
