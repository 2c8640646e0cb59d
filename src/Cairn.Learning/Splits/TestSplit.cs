using Cairn.Data;
using Cairn.Kernel;

namespace Cairn.Learning.Splits;

/// <summary>Who is kept aside. Both parts ascending; together every row once.</summary>
internal sealed record TestSplit(int[] Train, int[] Test)
{
    /// <summary>
    /// Within each class, rows in the order of hash(seed, row key); the first share is the test split. So a row's place depends on
    /// itself and the seed: when the data grows, only rows next to the cut can change sides, and reordering changes nothing.
    /// </summary>
    /// <param name="labels">0 or 1, one for each row.</param>
    /// <param name="keys">One for each row; see <see cref="RowKeys"/>.</param>
    /// <param name="share">Of each class, rounded to the nearest row; at least one row of each class on each side when it has two.</param>
    public static TestSplit Stratified(ReadOnlySpan<float> labels, ReadOnlySpan<ulong> keys, double share, int seed)
    {
        var test = new bool[labels.Length];
        for (var label = 0; label <= 1; label++)
        {
            var rows = StratifiedFolds.Ordered(labels, keys, label, StratifiedFolds.Salt(seed, -1));
            var count = Math.Clamp((int)Math.Round(share * rows.Length, MidpointRounding.AwayFromZero), Math.Min(1, rows.Length), Math.Max(0, rows.Length - 1));
            foreach (var row in rows.AsSpan(0, count)) test[row] = true;
        }

        return Of(test);
    }

    /// <summary>Rows from a moment on are the test split; no row of the training split is as late as any row of the test split.</summary>
    /// <param name="from">Microseconds UTC; null: the latest <paramref name="share"/> of the rows, and rows of one moment stay together.</param>
    public static Answer<TestSplit> ByTime(NumberColumn time, long? from, double share)
    {
        var missing = time.Values.Count(double.IsNaN);
        if (missing > 0)
        {
            return new Refusal.Invalid("learning.time-missing",
                $"The split is by time, and {missing:N0} of {time.Values.Length:N0} rows have no '{time.Name}'. Every row needs one: drop those rows, or split by another column.");
        }

        var cut = from ?? Cut(time.Values, share);
        var split = Of(Array.ConvertAll(time.Values, t => t >= cut));
        if (split.Train.Length > 0 && split.Test.Length > 0) return split;

        return new Refusal.Invalid("learning.split-empty",
            $"Split by time at '{time.Name}' >= {When(cut)}: {split.Train.Length:N0} rows to train on and {split.Test.Length:N0} to test on; both need some. "
            + $"The data runs from {When(time.Values.Min())} to {When(time.Values.Max())}: choose test_from in between.");
    }

    private static double Cut(double[] times, double share)
    {
        var sorted = times.Order().ToArray();
        return sorted[Math.Clamp((int)Math.Round((1 - share) * sorted.Length, MidpointRounding.AwayFromZero), 0, sorted.Length - 1)];
    }

    private static string When(double microseconds) =>
        Math.Abs(microseconds) < 2.5e17 ? DateTimeOffset.UnixEpoch.AddTicks((long)microseconds * 10).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'") : $"{microseconds:R}";

    private static TestSplit Of(bool[] test)
    {
        var rows = Enumerable.Range(0, test.Length).ToArray();
        return new([.. rows.Where(r => !test[r])], [.. rows.Where(r => test[r])]);
    }
}
