using Cairn.Client.Wire;
using MathNet.Numerics.Distributions;

namespace Cairn.Learning.Statistics;

/// <summary>What a one-sided 95 % test of a difference of two paired areas can tell, by the normal approximation that the test itself uses.</summary>
internal static class TestPower
{
    public static readonly double OneSided95 = Normal.InvCDF(0, 1, 0.95);
    private static readonly double TwoSided95 = Normal.InvCDF(0, 1, 0.975), Power80 = Normal.InvCDF(0, 1, 0.8);

    /// <summary>How often a loss of more than the margin is excluded when there is none.</summary>
    public static double OfEquals(double standardError, double margin) => standardError == 0 ? 1 : Normal.CDF(0, 1, margin / standardError - OneSided95);

    /// <summary>Rows for 80 % power to show non-inferiority when there is no difference; the variance goes down with the rows.</summary>
    public static double RowsFor(double standardError, int rows, double margin) => rows * Math.Pow((OneSided95 + Power80) * standardError / margin, 2);

    /// <summary>Rows with which the difference as it was measured is told from chance (two-sided) in 80 % of the cases; null: there is none, or it is certain.</summary>
    private static long? RowsToTell(DeLong areas, int rows) =>
        rows * Math.Pow((TwoSided95 + Power80) * areas.StandardError / areas.Difference, 2) is var needed and >= 1 and < 1e12 ? (long)Math.Ceiling(needed) : null;

    public static GateComparisonWire Describe(DeLong areas, int rows, double margin, string against)
    {
        var interval = areas.DifferenceInterval();
        return new(against, rows, areas.First, areas.Second, areas.Difference, areas.StandardError, interval.Low, interval.High,
            areas.Difference - OneSided95 * areas.StandardError, areas.P, margin, (OneSided95 + Power80) * areas.StandardError, RowsToTell(areas, rows));
    }
}
