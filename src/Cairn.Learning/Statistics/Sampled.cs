using MathNet.Numerics.Distributions;

namespace Cairn.Learning.Statistics;

/// <summary>A number found in a sample, and how sure it is: Student's t with those degrees of freedom, the normal distribution when they are infinite.</summary>
/// <param name="Variance">Of the number, not of the rows. Zero or NaN: the rows show no spread, so nothing is said about how sure it is.</param>
internal readonly record struct Sampled(double Value, double Variance, double Freedom = double.PositiveInfinity)
{
    public double StandardError => Math.Sqrt(Variance);

    /// <value>Two-sided, against zero.</value>
    public double? P => !(Variance > 0) ? null
        : double.IsFinite(Freedom) ? 2 * StudentT.CDF(0, 1, Freedom, -Math.Abs(Value / StandardError))
        : 2 * Normal.CDF(0, 1, -Math.Abs(Value / StandardError));

    /// <summary>The mean of rows.</summary>
    /// <param name="squares">Sum of squared deviations from the mean.</param>
    public static Sampled Mean(double mean, double squares, double rows) => new(mean, squares / (rows - 1) / rows, rows - 1);

    /// <summary>The difference to a number of other rows: variances add up, degrees of freedom as Welch 1947 and Satterthwaite 1946 combine them.</summary>
    public Sampled Minus(Sampled other)
    {
        var sum = Variance > 0 && other.Variance > 0 ? Variance + other.Variance : double.NaN;
        return new(Value - other.Value, sum, sum * sum / (Variance * Variance / Freedom + other.Variance * other.Variance / other.Freedom));
    }

    public Interval? Interval(double confidence = 0.95)
    {
        if (!(Variance > 0)) return null;
        var tail = (1 + confidence) / 2;
        var half = StandardError * (double.IsFinite(Freedom) ? StudentT.InvCDF(0, 1, Freedom, tail) : Normal.InvCDF(0, 1, tail));
        return new(Value - half, Value + half);
    }
}
