using MathNet.Numerics.Distributions;

namespace Cairn.Learning.Statistics;

/// <summary>Counts: how sure a share is, and whether two classifiers err differently.</summary>
internal static class Proportions
{
    public const double FewestExpected = 5;

    /// <summary>Wilson 1927 score interval of <paramref name="count"/> in <paramref name="n"/>; nothing counted says nothing: 0 to 1.</summary>
    public static Interval Wilson(double count, double n, double confidence = 0.95)
    {
        if (n == 0) return new(0, 1);
        var z = Normal.InvCDF(0, 1, 0.5 + confidence / 2);
        var (share, denominator) = (count / n, 1 + z * z / n);
        var center = (share + z * z / (2 * n)) / denominator;
        var half = z * Math.Sqrt(share * (1 - share) / n + z * z / (4 * n * n)) / denominator;
        return new(count == 0 ? 0 : Math.Max(0, center - half), count == n ? 1 : Math.Min(1, center + half));
    }

    /// <summary>
    /// The difference of two independent shares, first minus second: Newcombe 1998 (Statistics in Medicine 17, 873-890), method 10, made of the
    /// Wilson intervals of both. A share of nothing counts as one half, of which nothing is known.
    /// </summary>
    public static Interval Difference(double count, double n, double otherCount, double otherN, double confidence = 0.95)
    {
        var (first, second) = (Wilson(count, n, confidence), Wilson(otherCount, otherN, confidence));
        var (p, q) = (n == 0 ? 0.5 : count / n, otherN == 0 ? 0.5 : otherCount / otherN);
        static double Norm(double a, double b) => Math.Sqrt((a * a) + (b * b));
        return new(Math.Max(-1, p - q - Norm(p - first.Low, second.High - q)), Math.Min(1, p - q + Norm(first.High - p, q - second.Low)));
    }

    /// <summary>Are two independent shares the same? The score test with the pooled share (Pearson 1900, without a continuity correction), two-sided.</summary>
    /// <returns>Null where a count of fewer than five would be expected, and the normal distribution says nothing (Cochran 1954).</returns>
    public static double? Same(double count, double n, double otherCount, double otherN)
    {
        var pooled = (count + otherCount) / (n + otherN);
        if (!(Math.Min(n, otherN) * Math.Min(pooled, 1 - pooled) >= FewestExpected)) return null;
        var z = (count / n - otherCount / otherN) / Math.Sqrt(pooled * (1 - pooled) * (1 / n + 1 / otherN));
        return 2 * Normal.CDF(0, 1, -Math.Abs(z));
    }

    /// <summary>McNemar 1947, exact and two-sided: binomial(b + c, 1/2) over the rows on which just one of the two is right.</summary>
    /// <param name="onlyFirst">Rows only the first has right.</param>
    public static double McNemar(int onlyFirst, int onlySecond)
    {
        var (few, n) = (Math.Min(onlyFirst, onlySecond), onlyFirst + onlySecond);
        return n == 0 ? 1 : Math.Min(1, 2 * Binomial.CDF(0.5, n, few));
    }
}
