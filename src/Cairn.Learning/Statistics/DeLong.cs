using MathNet.Numerics.Distributions;

namespace Cairn.Learning.Statistics;

/// <summary>
/// Areas under correlated ROC curves of the same rows, with their covariance: DeLong, DeLong, Clarke-Pearson 1988, in the rank
/// form of Sun and Xu 2014 (n log n). Covariances of the structural components divide by m - 1 and n - 1.
/// </summary>
/// <param name="First">Area of the first scores.</param>
/// <param name="Covariance">Of the two areas; like the variances NaN with fewer than two rows of a class.</param>
internal readonly record struct DeLong(double First, double Second, double VarianceFirst, double VarianceSecond, double Covariance)
{
    public double Difference => First - Second;

    /// <value>Of the difference; 0 when the two rank all pairs alike.</value>
    public double StandardError => Math.Sqrt(Math.Max(0, VarianceFirst + VarianceSecond - 2 * Covariance));

    public double Z => Difference / StandardError;

    /// <value>Two-sided; 1 when both areas and their rankings are the same.</value>
    public double P => StandardError == 0 ? (Difference == 0 ? 1 : 0) : 2 * Normal.CDF(0, 1, -Math.Abs(Z));

    public Interval DifferenceInterval(double confidence = 0.95) => Around(Difference, StandardError, confidence);

    /// <summary>Of the first area, cut to [0, 1].</summary>
    public Interval FirstInterval(double confidence = 0.95)
    {
        var interval = Around(First, Math.Sqrt(VarianceFirst), confidence);
        return new(Math.Max(0, interval.Low), Math.Min(1, interval.High));
    }

    public static DeLong Of(ReadOnlySpan<float> labels, ReadOnlySpan<double> scores) => Compare(labels, scores, scores);

    /// <param name="labels">n values, 0 or 1.</param>
    /// <param name="first">n scores.</param>
    /// <param name="second">n scores of the same rows.</param>
    public static DeLong Compare(ReadOnlySpan<float> labels, ReadOnlySpan<double> first, ReadOnlySpan<double> second)
    {
        if (labels.Length != first.Length || labels.Length != second.Length)
            throw new ArgumentException($"{labels.Length} labels, {first.Length} and {second.Length} scores: all three need one for each row.", nameof(labels));

        var a = Components(labels, first);
        var b = first == second ? a : Components(labels, second); // the same memory, as from Of
        var (m, n) = (a.Positives.Length, a.Negatives.Length);
        double Combine(Placements x, Placements y) => Covary(x.Positives, y.Positives) / m + Covary(x.Negatives, y.Negatives) / n;
        return new(Mean(a.Positives), Mean(b.Positives), Combine(a, a), Combine(b, b), Combine(a, b));
    }

    /// <summary>For each positive the share of negatives below it, for each negative the share of positives above it; ties count half.</summary>
    private static Placements Components(ReadOnlySpan<float> labels, ReadOnlySpan<double> scores)
    {
        var (positives, negatives) = (new List<double>(), new List<double>());
        for (var i = 0; i < labels.Length; i++) (labels[i] > 0.5f ? positives : negatives).Add(scores[i]);

        var (all, p, n) = (MidRanks([.. positives, .. negatives]), MidRanks([.. positives]), MidRanks([.. negatives]));
        return new(
            [.. p.Select((rank, i) => (all[i] - rank) / n.Length)],
            [.. n.Select((rank, j) => 1 - (all[p.Length + j] - rank) / p.Length)]);
    }

    /// <summary>Ranks from 1; equal values share the mean of theirs.</summary>
    private static double[] MidRanks(double[] values)
    {
        var order = new int[values.Length];
        for (var i = 0; i < order.Length; i++) order[i] = i;
        var sorted = (double[])values.Clone();
        Array.Sort(sorted, order);

        var ranks = new double[values.Length];
        for (var start = 0; start < sorted.Length;)
        {
            var end = start;
            while (end < sorted.Length && sorted[end] == sorted[start]) end++;
            for (var i = start; i < end; i++) ranks[order[i]] = (start + end + 1) / 2.0;
            start = end;
        }

        return ranks;
    }

    private static double Mean(double[] values) => values.Length == 0 ? double.NaN : values.Sum() / values.Length;

    private static double Covary(double[] x, double[] y)
    {
        var (meanX, meanY) = (Mean(x), Mean(y));
        double sum = 0;
        for (var i = 0; i < x.Length; i++) sum += (x[i] - meanX) * (y[i] - meanY);
        return x.Length < 2 ? double.NaN : sum / (x.Length - 1);
    }

    private static Interval Around(double center, double error, double confidence)
    {
        var z = Normal.InvCDF(0, 1, 0.5 + confidence / 2);
        return new(center - z * error, center + z * error);
    }

    private readonly record struct Placements(double[] Positives, double[] Negatives);
}
