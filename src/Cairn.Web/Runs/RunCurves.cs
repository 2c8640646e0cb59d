using Cairn.Client.Wire;
using Cairn.Web.Components;
using Cairn.Web.Routing;

namespace Cairn.Web.Runs;

/// <summary>The points of one metric, under the name they have in a chart.</summary>
public sealed record RunHistory(string Name, Loaded<Page<MetricPoint>> Points);

/// <summary>A line of a chart: the points as they were logged, and smoothed (the same when that is not asked for).</summary>
internal sealed record Curve(string Name, IReadOnlyList<MetricPoint> Points, IReadOnlyList<MetricPoint> Smoothed);

/// <summary>Histories of metrics as a chart and as the table beside it.</summary>
internal static class RunCurves
{
    private const int MostPoints = 200, Colours = 8;

    private static readonly Dictionary<string, long> _none = new(StringComparer.Ordinal);

    /// <summary>The metrics of some runs: those with most steps first, in any of the runs; then those of one point, which are no curves.</summary>
    public static IReadOnlyList<string> Ordered(params IReadOnlyList<RunWire> runs)
    {
        var steps = runs.SelectMany(run => run.Steps ?? _none).GroupBy(step => step.Key, StringComparer.Ordinal).ToDictionary(same => same.Key, same => same.Max(step => step.Value), StringComparer.Ordinal);
        return [.. MetricSense.Ordered(runs.SelectMany(run => run.Metrics.Keys)).OrderByDescending(key => steps.GetValueOrDefault(key))];
    }

    /// <summary>What is drawn of a history.</summary>
    public static Curve Of(string name, IReadOnlyList<MetricPoint> points, CurveView view)
    {
        var logged = Thinned(points);
        return new(name, logged, view.Smoothing == 0 ? logged : Thinned(view.Smoothed(points)));
    }

    /// <summary>At most <see cref="MostPoints"/> of the finite points, evenly, with both ends.</summary>
    public static IReadOnlyList<MetricPoint> Thinned(IReadOnlyList<MetricPoint> points)
    {
        var finite = points.Where(point => double.IsFinite(point.Value)).ToList();
        return finite.Count <= MostPoints ? finite : [.. Enumerable.Range(0, MostPoints).Select(at => finite[(int)((long)at * (finite.Count - 1) / (MostPoints - 1))])];
    }

    /// <summary>One line for each series; under a smoothed one the points as they were logged, pale.</summary>
    public static object Option(IReadOnlyList<Curve> curves, CurveView view) => new
    {
        grid = new { left = 8, right = 16, top = curves.Count > 1 ? 36 : 12, bottom = 22, containLabel = true },
        legend = new { show = curves.Count > 1, type = "scroll", top = 0, data = curves.Select(one => one.Name) },
        xAxis = new { type = "value", scale = true, name = view.ByTime ? "seconds since its first point" : "step", nameLocation = "middle", nameGap = 26, minInterval = view.ByTime ? 0 : 1, splitLine = new { show = false } },
        yAxis = new { type = view.Log ? "log" : "value", scale = true },
        series = curves.SelectMany((one, at) => view.Smoothing > 0 ? [Line($"{one.Name}, as logged", one.Points, at, view, pale: true), Line(one.Name, one.Smoothed, at, view)] : new[] { Line(one.Name, one.Points, at, view) }),
    };

    private static object Line(string name, IReadOnlyList<MetricPoint> points, int at, CurveView view, bool pale = false) => new
    {
        type = "line", name, showSymbol = !pale && points.Count < 20, symbol = "circle", symbolSize = 5,
        data = points.Where(point => !view.Log || point.Value > 0).Select(point => new[] { X(points, point, view.ByTime), point.Value }),
        lineStyle = new { color = $"--chart-{(at % Colours) + 1}", width = pale ? 1 : 1.75, opacity = pale ? 0.3 : 1, type = (at / Colours) switch { 0 => "solid", 1 => "dashed", _ => "dotted" } },
        itemStyle = new { color = $"--chart-{(at % Colours) + 1}" },
    };

    /// <summary>By step or time, what is drawn in front: the smoothed values when there are.</summary>
    public static IEnumerable<IReadOnlyList<string>> Rows(IReadOnlyList<Curve> curves, CurveView view)
    {
        var byRun = curves.Select(one => one.Smoothed.GroupBy(point => X(one.Smoothed, point, view.ByTime)).ToDictionary(same => same.Key, same => same.Last().Value)).ToList();
        return byRun.SelectMany(points => points.Keys).Distinct().Order()
            .Select(x => (IReadOnlyList<string>)[Format.Number(x), .. byRun.Select(points => points.TryGetValue(x, out var value) ? MetricText.Of(value) : Format.None)]);
    }

    private static double X(IReadOnlyList<MetricPoint> points, MetricPoint point, bool byTime) => byTime ? ((point.Timestamp ?? 0) - (points[0].Timestamp ?? 0)) / 1e6 : point.Step;
}
