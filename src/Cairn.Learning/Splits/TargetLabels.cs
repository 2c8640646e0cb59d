using Cairn.Data;
using Cairn.Kernel;

namespace Cairn.Learning.Splits;

/// <summary>The target as 0 and 1.</summary>
internal static class TargetLabels
{
    /// <summary>1 where the target is the positive value. Refused: missing values, one value only, more than two.</summary>
    /// <remarks>More than two are refused, because what is still open would silently count as negative.</remarks>
    public static Answer<float[]> Of(Frame frame, Schema schema)
    {
        if (schema.Target is not { } target) return new Refusal.Invalid("learning.target-missing", "The schema names no target: say which column is to be predicted, and its positive value.");

        var values = Texts(frame[target.Column], schema.Find(target.Column)?.Type == ColumnType.Boolean);
        var missing = values.Count(v => v is null);
        if (missing > 0)
        {
            return new Refusal.Invalid("learning.target-nulls",
                $"{missing:N0} of {frame.Rows:N0} rows have no value in the target '{target.Column}'. A row without an answer teaches nothing: drop those rows from the source.");
        }

        var counts = values.GroupBy(v => v!, StringComparer.Ordinal).OrderByDescending(g => g.Count()).ThenBy(g => g.Key, StringComparer.Ordinal).ToList();
        var found = string.Join(", ", counts.Take(6).Select(g => $"{g.Key} ({g.Count():N0})")) + (counts.Count > 6 ? $" and {counts.Count - 6:N0} more" : "");
        var positive = Positive(target.Positive, counts.Select(g => g.Key));
        if (counts.Count < 2)
            return new Refusal.Invalid("learning.one-class", $"Every row has the same value in the target '{target.Column}': {found}. There is nothing to tell apart: bring rows with both answers.");
        if (positive is null)
            return new Refusal.Invalid("learning.positive-unknown", $"No row has the positive value '{target.Positive}' in the target '{target.Column}'; found: {found}. Set target.positive to one of them.");
        if (counts.Count > 2)
        {
            return new Refusal.Invalid("learning.target-classes",
                $"The target '{target.Column}' has {counts.Count:N0} values: {found}. A yes-or-no target has two: drop the rows that are neither (still open, unknown), or derive a column with two values.");
        }

        return Array.ConvertAll(values, v => v == positive ? 1f : 0f);
    }

    /// <summary>As it stands; else as the same number (1 and 1.0) or the same truth (true, True, 1).</summary>
    private static string? Positive(string asked, IEnumerable<string> found)
    {
        var values = found.ToList();
        return values.Find(v => v == asked)
            ?? values.Find(v => double.TryParse(v, out var a) && double.TryParse(asked, out var b) && a == b)
            ?? values.Find(v => string.Equals(v, asked, StringComparison.OrdinalIgnoreCase))
            ?? values.Find(v => (v, asked.ToLowerInvariant()) is ("true", "1" or "yes" or "t" or "y") or ("false", "0" or "no" or "f" or "n"));
    }

    private static string?[] Texts(FrameColumn column, bool truth) => column switch
    {
        CategoryColumn category => Array.ConvertAll(category.Codes, code => code < 0 ? null : category.Levels[code]),
        TextColumn text => text.Values,
        NumberColumn number => Array.ConvertAll(number.Values, v => double.IsNaN(v) ? null : truth ? (v != 0 ? "true" : "false") : v.ToString("R")),
        _ => throw new NotSupportedException($"A {column.GetType().Name} as target."),
    };
}
