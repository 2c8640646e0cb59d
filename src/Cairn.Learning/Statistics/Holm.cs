namespace Cairn.Learning.Statistics;

/// <summary>
/// Several tests at once, corrected so that the chance of even one false alarm among them stays below the level: Holm 1979 (Scandinavian
/// Journal of Statistics 6, 65-70). It holds however the tests depend on each other.
/// </summary>
internal static class Holm
{
    /// <returns>By position: the smallest level at which that test still rejects.</returns>
    public static double[] Correct(ReadOnlySpan<double> p)
    {
        var (sorted, order, corrected) = (p.ToArray(), new int[p.Length], new double[p.Length]);
        for (var i = 0; i < order.Length; i++) order[i] = i;
        Array.Sort(sorted, order);
        var least = 0.0;
        for (var i = 0; i < sorted.Length; i++)
        {
            least = Math.Max(least, Math.Min(1, sorted[i] * (sorted.Length - i)));
            corrected[order[i]] = least;
        }

        return corrected;
    }
}
