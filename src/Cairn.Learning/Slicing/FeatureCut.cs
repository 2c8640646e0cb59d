using Cairn.Data;
using Cairn.Learning.Judging;

namespace Cairn.Learning.Slicing;

/// <summary>The rows of the test split, cut by one feature: every row is in one part.</summary>
/// <param name="Part">By position in the test split, the place in <paramref name="Rules"/>.</param>
internal sealed record FeatureCut(string Feature, IReadOnlyList<SliceRule> Rules, int[] Part)
{
    /// <summary>Of a category, the most frequent; the rest is one slice.</summary>
    public const int MostValues = 10;

    /// <summary>Of a number: fifths.</summary>
    public const int MostRanges = 5;

    /// <param name="rows">Of the test split.</param>
    public static FeatureCut Of(FrameColumn column, ColumnType type, int[] rows) => column switch
    {
        CategoryColumn category => Categories(category, rows),
        NumberColumn number => Numbers(number, type, rows),
        _ => throw new NotSupportedException($"A {column.GetType().Name} is no feature."),
    };

    private static FeatureCut Categories(CategoryColumn column, int[] rows)
    {
        var counts = new int[column.Levels.Count];
        foreach (var row in rows) if (column.Codes[row] >= 0) counts[column.Codes[row]]++;
        var seen = Enumerable.Range(0, counts.Length).Where(code => counts[code] > 0).OrderByDescending(code => counts[code]).ThenBy(code => code).ToList();
        var named = seen.Count <= MostValues + 1 ? seen.Count : MostValues; // one rarer value alone is named too

        List<SliceRule> rules = [.. seen.Take(named).Select(code => SliceRule.Value(column.Name, column.Levels[code]))];
        if (named < seen.Count) rules.Add(SliceRule.Other(column.Name, seen.Count - named));
        var partOf = new int[counts.Length];
        for (var place = 0; place < seen.Count; place++) partOf[seen[place]] = Math.Min(place, named);
        return Cut(column.Name, rules, Array.ConvertAll(rows, row => column.Codes[row] is >= 0 and var code ? partOf[code] : -1));
    }

    private static FeatureCut Numbers(NumberColumn column, ColumnType type, int[] rows)
    {
        var bins = QuantileBins.Of(column.Values, rows, MostRanges);
        var ends = bins.Ends;
        var parts = Array.ConvertAll(rows, row => bins.Of(column.Values[row]));
        if (bins.IsValues) return Cut(column.Name, [.. ends.Select(value => SliceRule.Value(column.Name, Text(value, type)))], parts);

        List<SliceRule> rules = [.. ends.Select((end, at) => SliceRule.Range(column.Name, at == 0 ? null : ends[at - 1], end))];
        if (parts.Contains(ends.Length)) rules.Add(SliceRule.Range(column.Name, ends[^1], null)); // else the last end is the greatest value
        return Cut(column.Name, rules, parts);
    }

    /// <summary>-1, missing, becomes the last part.</summary>
    private static FeatureCut Cut(string feature, List<SliceRule> rules, int[] parts)
    {
        if (!parts.Contains(-1)) return new(feature, rules, parts);
        var last = rules.Count;
        return new(feature, [.. rules, SliceRule.Missing(feature)], Array.ConvertAll(parts, part => part < 0 ? last : part));
    }

    private static string Text(double value, ColumnType type) => type == ColumnType.Boolean ? value != 0 ? "true" : "false" : SliceRule.Number(value);
}
