namespace Cairn.Learning.Statistics;

/// <summary>
/// Population stability index of counts in the same bins: sum of (p - q) ln(p / q) over the shares. An empty bin counts as 0.0001 of its
/// side (as a millionth of the least share that is there, when that is no more than 0.0001), as in Evidently.
/// </summary>
internal static class PopulationStability
{
    private const double Empty = 1e-4;

    /// <param name="reference">Counts, not all 0.</param>
    /// <param name="current">Counts in the same bins, not all 0.</param>
    public static double Of(ReadOnlySpan<long> reference, ReadOnlySpan<long> current)
    {
        var (p, q) = (Shares(reference), Shares(current));
        var sum = 0.0;
        for (var bin = 0; bin < p.Length; bin++) sum += p[bin] == q[bin] ? 0 : (p[bin] - q[bin]) * Math.Log(p[bin] / q[bin]);
        return sum;
    }

    /// <summary>In bins that hold about the same share of the reference each, as far as ties allow.</summary>
    /// <param name="reference">Counts in fine bins in order.</param>
    /// <param name="current">Counts in the same fine bins.</param>
    public static double OfQuantiles(ReadOnlySpan<long> reference, ReadOnlySpan<long> current, int bins = 10)
    {
        var total = 0L;
        foreach (var count in reference) total += count;
        var (first, second) = (new List<long>(), new List<long>());
        long a = 0, b = 0, before = 0, next = 1;
        for (var fine = 0; fine < reference.Length; fine++)
        {
            (a, b, before) = (a + reference[fine], b + current[fine], before + reference[fine]);
            if (fine + 1 < reference.Length && (a == 0 || before * bins < total * next || before == total)) continue;
            first.Add(a);
            second.Add(b);
            (a, b, next) = (0, 0, (before * bins / total) + 1);
        }

        return Of(first.ToArray(), second.ToArray());
    }

    private static double[] Shares(ReadOnlySpan<long> counts)
    {
        var total = 0.0;
        foreach (var count in counts) total += count;
        var shares = new double[counts.Length];
        var least = double.PositiveInfinity;
        for (var bin = 0; bin < shares.Length; bin++)
        {
            shares[bin] = counts[bin] / total;
            if (shares[bin] > 0) least = Math.Min(least, shares[bin]);
        }

        var empty = least <= Empty ? least / 1e6 : Empty;
        for (var bin = 0; bin < shares.Length; bin++) if (shares[bin] == 0) shares[bin] = empty;
        return shares;
    }
}
