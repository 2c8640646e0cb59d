using Cairn.Client.Wire;
using Cairn.Web.Components;
using Cairn.Web.Routing;

namespace Cairn.Web.Runs;

/// <summary>The points of one metric, under the name they have in a chart.</summary>
public sealed record RunHistory(string Name, Loaded<Page<MetricPoint>> Points);

/// <summary>Histories of metrics as a chart and as the table beside it.</summary>
internal static class RunCurves
{
    private const int MostPoints = 200, Colours = 8;

    /// <summary>The key most likely to have a history: a trial or a loss before a final score.</summary>
    public static string First(IEnumerable<string> keys) => Ordered(keys).FirstOrDefault() ?? "";

    public static IEnumerable<string> Ordered(IEnumerable<string> keys) => MetricSense.Ordered(keys).OrderBy(key =>
        key.StartsWith("trial.", StringComparison.Ordinal) ? 0
        : key.Contains("loss", StringComparison.Ordinal) && !key.StartsWith("cv.", StringComparison.Ordinal) && !key.StartsWith("baseline.", StringComparison.Ordinal) ? 1 : 2);

    /// <summary>At most <see cref="MostPoints"/> of the finite points, evenly, with both ends.</summary>
    public static IReadOnlyList<MetricPoint> Thinned(IReadOnlyList<MetricPoint> points)
    {
        var finite = points.Where(point => double.IsFinite(point.Value)).ToList();
        return finite.Count <= MostPoints ? finite : [.. Enumerable.Range(0, MostPoints).Select(at => finite[(int)((long)at * (finite.Count - 1) / (MostPoints - 1))])];
    }

    /// <param name="byTime">Seconds since the first point of the series in place of steps.</param>
    public static object Option(IReadOnlyList<(string Name, IReadOnlyList<MetricPoint> Points)> series, bool byTime, bool log) => new
    {
        grid = new { left = 8, right = 16, top = series.Count > 1 ? 36 : 12, bottom = 22, containLabel = true },
        legend = new { show = series.Count > 1, type = "scroll", top = 0, data = series.Select(one => one.Name) },
        xAxis = new { type = "value", scale = true, name = byTime ? "seconds since its first point" : "step", nameLocation = "middle", nameGap = 26, minInterval = byTime ? 0 : 1, splitLine = new { show = false } },
        yAxis = new { type = log ? "log" : "value", scale = true },
        series = series.Select((one, at) => new
        {
            type = "line", name = one.Name, showSymbol = one.Points.Count < 20, symbol = "circle", symbolSize = 5,
            data = one.Points.Where(point => !log || point.Value > 0).Select(point => new[] { X(one.Points, point, byTime), point.Value }),
            lineStyle = new { color = $"--chart-{(at % Colours) + 1}", width = 1.75, type = (at / Colours) switch { 0 => "solid", 1 => "dashed", _ => "dotted" } },
            itemStyle = new { color = $"--chart-{(at % Colours) + 1}" },
        }),
    };

    public static IEnumerable<IReadOnlyList<string>> Rows(IReadOnlyList<(string Name, IReadOnlyList<MetricPoint> Points)> series, bool byTime)
    {
        var byRun = series.Select(one => one.Points.GroupBy(point => X(one.Points, point, byTime)).ToDictionary(same => same.Key, same => same.Last().Value)).ToList();
        return byRun.SelectMany(points => points.Keys).Distinct().Order()
            .Select(x => (IReadOnlyList<string>)[Format.Number(x), .. byRun.Select(points => points.TryGetValue(x, out var value) ? MetricText.Of(value) : Format.None)]);
    }

    private static double X(IReadOnlyList<MetricPoint> points, MetricPoint point, bool byTime) => byTime ? ((point.Timestamp ?? 0) - (points[0].Timestamp ?? 0)) / 1e6 : point.Step;
}
