using Cairn.Client.Wire;
using Cairn.Web.Components;
using MathNet.Numerics.Distributions;

namespace Cairn.Web.Models;

/// <summary>What more labelled rows would tell of two versions: the variance of their difference goes down with the rows. A drawing: the numbers that are said are the API's.</summary>
internal static class PowerCurve
{
    private const int Points = 41;
    private static readonly double OneSided95 = Normal.InvCDF(0, 1, 0.95), TwoSided95 = Normal.InvCDF(0, 1, 0.975);

    /// <param name="NotWorse">The chance that the gate passes, if both are equally good.</param>
    /// <param name="Better">The chance that a gain as it was measured is told from chance; null: no gain was measured.</param>
    internal sealed record Point(double Rows, double NotWorse, double? Better);

    /// <summary>As far as both questions are answered in most cases, but no further than ten times the rows there are.</summary>
    public static IReadOnlyList<Point> Of(GateComparisonWire compared)
    {
        var enough = Math.Max(compared.RowsForPower ?? 0, compared.Difference > 0 ? compared.RowsToTell ?? 0 : 0);
        var end = Math.Min(Math.Max(enough * 1.6, compared.Rows * 1.25), compared.Rows * 10.0);
        return [.. Enumerable.Range(1, Points).Select(i => At(compared, end * i / Points))];
    }

    public static Point At(GateComparisonWire compared, double rows)
    {
        var error = compared.StandardError * Math.Sqrt(compared.Rows / rows);
        return new(rows, Passes(compared.Margin / error - OneSided95), compared.Difference > 0 ? Passes(compared.Difference / error - TwoSided95) : null);
    }

    public static object Option(IReadOnlyList<Point> points, GateComparisonWire compared) => new
    {
        xAxis = new { type = "value", max = points[^1].Rows, name = "labelled rows", nameLocation = "middle", nameGap = 26, axisLabel = new { formatter = "fmt:whole" }, axisPointer = new { label = new { formatter = "fmt:whole" } } },
        yAxis = new { type = "value", min = 0, max = 1, axisLabel = new { formatter = "fmt:percent" } },
        legend = new { show = true, top = 0, left = 0 },
        grid = new { top = 34, bottom = 22 },
        series = (object[])
        [
            Line("not worse, if equally good", "--chart-1", points.Select(point => new[] { point.Rows, point.NotWorse }), new
            {
                silent = true, symbol = "none", lineStyle = new { color = "--text-3", type = "dashed" },
                data = new object[]
                {
                    new { yAxis = 0.8, label = new { formatter = "80 %", position = "insideStartTop" } },
                    new { xAxis = compared.Rows, label = new { formatter = "now" } },
                },
            }),
            .. compared.Difference > 0 ? [Line("better, if the gain is as measured", "--chart-2", points.Select(point => new[] { point.Rows, point.Better!.Value }), null)] : Array.Empty<object>(),
        ],
    };

    public static IEnumerable<IReadOnlyList<string>> Rows(IReadOnlyList<Point> points) =>
        points.Where((_, i) => i % 4 == 0).Select(point => (IReadOnlyList<string>)[Format.Number(point.Rows, 0), Format.Percent(point.NotWorse), Format.Percent(point.Better)]);

    /// <summary>What is nearly certain is not said to be.</summary>
    public static string Chance(double power) => power > 0.99 ? "more than 99\u00a0%" : Format.Percent(power);

    private static object Line(string name, string colour, IEnumerable<double[]> data, object? marks) =>
        new { name, type = "line", color = colour, data = data.ToArray(), markLine = marks, tooltip = new { valueFormatter = "fmt:percent" } };

    private static double Passes(double z) => Normal.CDF(0, 1, z);
}
