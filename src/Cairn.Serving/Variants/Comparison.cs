using Cairn.Client.Wire;
using Cairn.Learning;

namespace Cairn.Serving.Variants;

/// <summary>What numbers say, and how surely: as it is told.</summary>
internal static class Comparison
{
    public static VariantNumbersWire Of(VariantCounts counts, bool logged = false) => new(
        logged ? null : counts.Requests, counts.Rows, logged ? null : counts.Errors, logged ? null : counts.Dropped, counts.Rows == 0 ? null : counts.Probabilities / counts.Rows,
        counts.Rows == 0 ? null : Share(counts.Positives, counts.Rows),
        Of(counts.Latency));

    /// <summary>Null when there is none.</summary>
    public static LatencyWire? Of(LatencyHistogram latency) =>
        latency.Count == 0 ? null : new(latency.Quantile(0.5)!.Value, latency.Quantile(0.95)!.Value, latency.Quantile(0.99)!.Value);

    /// <summary>Null when there is nothing they have both scored.</summary>
    public static SameRowsWire? Of(PairCounts pairs) => pairs.Rows == 0
        ? null
        : new(pairs.Rows, Share(pairs.Rows - pairs.Disagreed, pairs.Rows), pairs.OnlyVariant, pairs.OnlyChampion, pairs.Difference / pairs.Rows);

    /// <summary>Null when one of them has answered nothing.</summary>
    public static ShareWire? Difference(long positives, long rows, long championPositives, long championRows)
    {
        if (rows == 0 || championRows == 0) return null;
        var interval = Shares.Difference(positives, rows, championPositives, championRows);
        return new(((double)positives / rows) - ((double)championPositives / championRows), interval.Low, interval.High);
    }

    private static ShareWire Share(long count, long n)
    {
        var interval = Shares.Interval(count, n);
        return new((double)count / n, interval.Low, interval.High);
    }
}
