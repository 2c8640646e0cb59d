using Cairn.Client.Wire;
using Cairn.Web.Components;
using Cairn.Web.Routing;

namespace Cairn.Web.Runs;

/// <summary>The points of one metric, under the name they have in a chart.</summary>
public sealed record RunHistory(string Name, Loaded<Page<MetricPoint>> Points);

/// <summary>A line of a chart: the points as they were logged, and smoothed (the same when that is not asked for).</summary>
/// <param name="Gaps">What of its history cannot be drawn, in words; empty: nothing.</param>
internal sealed record Curve(string Name, IReadOnlyList<MetricPoint> Points, IReadOnlyList<MetricPoint> Smoothed, string Gaps);

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
        var logged = Thinned(points, view);
        return new(name, logged, view.Smoothing == 0 ? logged : Thinned(view.Smoothed(points), view), Gaps(points, view));
    }

    /// <summary>At most <see cref="MostPoints"/> of those that can be drawn, evenly, with both ends; between two of them one that cannot, when there is any: a gap.</summary>
    public static IReadOnlyList<MetricPoint> Thinned(IReadOnlyList<MetricPoint> points, CurveView view)
    {
        var drawn = Enumerable.Range(0, points.Count).Where(at => view.Draws(points[at].Value)).ToList();
        if (drawn.Count > MostPoints) drawn = [.. Enumerable.Range(0, MostPoints).Select(at => drawn[(int)((long)at * (drawn.Count - 1) / (MostPoints - 1))])];
        var thinned = new List<MetricPoint>(drawn.Count);
        var before = -1;
        foreach (var at in drawn)
        {
            for (var between = before + 1; before >= 0 && between < at; between++)
            {
                if (view.Draws(points[between].Value)) continue;
                thinned.Add(points[between]);
                break;
            }

            thinned.Add(points[at]);
            before = at;
        }

        return thinned;
    }

    private static string Gaps(IReadOnlyList<MetricPoint> points, CurveView view)
    {
        var infinite = points.Count(point => !double.IsNaN(point.Value) && !CurveView.IsNumber(point.Value));
        var (nan, low) = (points.Count(point => double.IsNaN(point.Value)), view.Log ? points.Count(point => CurveView.IsNumber(point.Value) && point.Value <= 0) : 0);
        return string.Join(", ", new[]
        {
            nan > 0 ? $"{Format.Count(nan)} not a number" : "", infinite > 0 ? $"{Format.Count(infinite)} infinite" : "", low > 0 ? $"{Format.Count(low)} of 0 or less" : "",
        }.Where(words => words.Length > 0)) is { Length: > 0 } words ? $"gaps: {words}" : "";
    }

    /// <summary>One line for each series; under a smoothed one the points as they were logged, pale.</summary>
    public static object Option(IReadOnlyList<Curve> curves, CurveView view) => new
    {
        grid = new { left = 8, right = 16, top = curves.Count > 1 ? 36 : 12, bottom = 22, containLabel = true },
        legend = new { show = curves.Count > 1, type = "scroll", top = 0, data = curves.Select(one => one.Name) },
        xAxis = new
        {
            type = view.Axis == CurveView.Along.Time ? "time" : "value", scale = true, name = view.Axis switch { CurveView.Along.Time => "time of day here", CurveView.Along.Relative => "seconds since its first point", _ => "step" },
            nameLocation = "middle", nameGap = 26, minInterval = view.Axis == CurveView.Along.Step ? 1 : 0, splitLine = new { show = false },
        },
        yAxis = new { type = view.Log ? "log" : "value", scale = true },
        series = curves.SelectMany((one, at) => view.Smoothing > 0 ? [Line($"{one.Name}, as logged", one.Points, at, view, pale: true), Line(one.Name, one.Smoothed, at, view)] : new[] { Line(one.Name, one.Points, at, view) }),
    };

    private static object Line(string name, IReadOnlyList<MetricPoint> points, int at, CurveView view, bool pale = false) => new
    {
        type = "line", name, symbol = "circle", symbolSize = points.Count < 20 ? 5 : 3,
        showSymbol = !pale && (points.Count < 20 || points.Any(point => !view.Draws(point.Value))), // between two gaps a point has no line
        data = points.Select(point => new[] { view.At(point, points[0]), view.Draws(point.Value) ? point.Value : default(double?) }),
        lineStyle = new { color = $"--chart-{(at % Colours) + 1}", width = pale ? 1 : 1.75, opacity = pale ? 0.3 : 1, type = (at / Colours) switch { 0 => "solid", 1 => "dashed", _ => "dotted" } },
        itemStyle = new { color = $"--chart-{(at % Colours) + 1}" },
    };

    /// <summary>By step or time, what is drawn in front: the smoothed values when there are.</summary>
    public static IEnumerable<IReadOnlyList<string>> Rows(IReadOnlyList<Curve> curves, CurveView view)
    {
        var byRun = curves.Select(one => one.Smoothed.GroupBy(point => view.At(point, one.Smoothed[0])).ToDictionary(same => same.Key, same => same.Last().Value)).ToList();
        return byRun.SelectMany(points => points.Keys).Distinct().Order()
            .Select(x => (IReadOnlyList<string>)[view.Text(x), .. byRun.Select(points => points.TryGetValue(x, out var value) ? MetricText.Of(value) : Format.None)]);
    }
}
