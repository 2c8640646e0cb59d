using MathNet.Numerics.Distributions;

namespace Cairn.Learning.Statistics;

/// <summary>
/// Areas under correlated ROC curves of the same rows, with their covariance: DeLong, DeLong, Clarke-Pearson 1988, by sorting,
/// as Sun and Xu 2014 (n log n). Covariances of the structural components divide by m - 1 and n - 1.
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
        if (b == a)
        {
            var (area, variance) = (Mean(a.Positives), Combine(a, a));
            return new(area, area, variance, variance, variance);
        }

        return new(Mean(a.Positives), Mean(b.Positives), Combine(a, a), Combine(b, b), Combine(a, b));
    }

    /// <summary>For each positive the share of negatives below it, for each negative the share of positives above it; ties count half.</summary>
    private static Placements Components(ReadOnlySpan<float> labels, ReadOnlySpan<double> scores)
    {
        var (positives, negatives) = (new List<double>(), new List<double>());
        for (var i = 0; i < labels.Length; i++) (labels[i] > 0.5f ? positives : negatives).Add(scores[i]);

        double[] p = [.. positives], n = [.. negatives];
        return new(Above(p, n, share => share), Above(n, p, share => 1 - share));
    }

    /// <summary>For each value the share of the others below it, ties half: half-integers, which are exact, by their number.</summary>
    private static double[] Above(double[] values, double[] others, Func<double, double> map)
    {
        var (order, sorted, beside) = (new int[values.Length], (double[])values.Clone(), (double[])others.Clone());
        for (var i = 0; i < order.Length; i++) order[i] = i;
        Array.Sort(sorted, order);
        Array.Sort(beside);

        var placed = new double[values.Length];
        for (int i = 0, below = 0, upTo = 0; i < sorted.Length; i++)
        {
            while (below < beside.Length && beside[below] < sorted[i]) below++;
            upTo = Math.Max(upTo, below);
            while (upTo < beside.Length && beside[upTo] == sorted[i]) upTo++;
            placed[order[i]] = map((below + upTo) / 2.0 / others.Length);
        }

        return placed;
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

    private sealed record Placements(double[] Positives, double[] Negatives);
}
