using Cairn.Client.Wire;
using MathNet.Numerics.Distributions;

namespace Cairn.Learning.Statistics;

/// <summary>What a one-sided 95 % test of a difference of two paired areas can tell, by the normal approximation that the test itself uses.</summary>
internal static class TestPower
{
    public const double Z95 = 1.6448536269514722;
    private const double Z80 = 0.8416212335729143;

    /// <summary>How often a loss of more than the margin is excluded when there is none.</summary>
    public static double OfEquals(double standardError, double margin) => standardError == 0 ? 1 : Normal.CDF(0, 1, margin / standardError - Z95);

    /// <summary>Rows for 80 % power to show non-inferiority when there is no difference; the variance goes down with the rows.</summary>
    public static double RowsFor(double standardError, int rows, double margin) => rows * Math.Pow((Z95 + Z80) * standardError / margin, 2);

    public static GateComparisonWire Describe(DeLong areas, int rows, double margin, string against)
    {
        var interval = areas.DifferenceInterval();
        return new(against, rows, areas.First, areas.Second, areas.Difference, areas.StandardError, interval.Low, interval.High,
            areas.Difference - Z95 * areas.StandardError, areas.P, margin, (Z95 + Z80) * areas.StandardError);
    }
}
