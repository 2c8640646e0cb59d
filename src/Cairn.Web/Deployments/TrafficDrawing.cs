using System.Globalization;
using Cairn.Client.Wire;
using Cairn.Web.Components;

namespace Cairn.Web.Deployments;

/// <summary>The traffic of a deployment as charts over time, and the tables beside them.</summary>
internal sealed class TrafficDrawing
{
    /// <summary>Less than this and a point that goes on says little about a second.</summary>
    private const double Enough = 10;

    private const int FewPoints = 30, Colours = 8;

    private readonly TrafficWire _traffic;
    private readonly IReadOnlyList<Drawn> _lines;

    public TrafficDrawing(TrafficWire traffic)
    {
        _traffic = traffic;
        var settled = traffic.Variants.Any(variant => variant.Points.Any(point => point.Rows > 0 && point.Seconds >= Enough));
        _lines = [.. traffic.Variants.Select((variant, at) => new Drawn(NameOf(variant), variant, $"--chart-{(at % Colours) + 1}", [.. variant.Points.Where(point => point.Seconds >= Enough || !settled)]))];
    }

    public bool IsEmpty => _lines.All(line => line.Points.All(point => point is { Rows: 0, Errors: 0 }));

    /// <value>More than one version did something.</value>
    public bool HasMany => _lines.Count > 1;

    private IEnumerable<Drawn> Answering => _lines.Where(line => !line.Variant.Shadow);

    // The place, whichever version took it: the one that serves now comes first in the list and last in time.
    private IReadOnlyList<(long Version, TrafficPointWire Point)> Champions =>
        [.. _lines.Where(line => line.Variant.Name == "champion").SelectMany(line => line.Points.Select(point => (line.Variant.Version, point))).OrderBy(one => one.point.Start)];

    public object Rates() => new
    {
        grid = Grid(Answering.Count() > 1), legend = Legend(Answering.Count() > 1), xAxis = Time(), yAxis = new { type = "value", min = 0, minInterval = 0.01 },
        tooltip = new { valueFormatter = "fmt:two" },
        series = Answering.Select(line => Line(line.Name, line.Points, point => Math.Round(PerSecond(point), 3), line.Colour, filled: true)),
    };

    public object Latencies()
    {
        var points = Champions.Select(one => one.Point).ToList();
        return new
        {
            grid = Grid(legend: true), legend = Legend(shown: true), xAxis = Time(), yAxis = new { type = "log" }, tooltip = new { valueFormatter = "fmt:two" },
            series = new[]
            {
                Line("p50", points, point => Milliseconds(point.Latency?.P50Us), "--chart-1"), Line("p95", points, point => Milliseconds(point.Latency?.P95Us), "--chart-2"),
                Line("p99", points, point => Milliseconds(point.Latency?.P99Us), "--chart-3"),
            },
        };
    }

    public object Answers() => new
    {
        grid = Grid(HasMany), legend = new { show = HasMany, type = "scroll", top = 0, data = _lines.Select(line => line.Name) }, xAxis = Time(),
        yAxis = new { type = "value", min = 0, axisLabel = new { formatter = "fmt:share" } }, tooltip = new { valueFormatter = "fmt:share" },
        series = _lines.SelectMany(line => new[]
        {
            Line(HasMany ? line.Name : "positive answers", line.Points, point => Rounded(point.PositiveShare), line.Colour),
            Line(HasMany ? $"{line.Name}, mean probability" : "mean probability", line.Points, point => Rounded(point.MeanProbability), line.Colour, dashed: true),
        }),
    };

    public IEnumerable<IReadOnlyList<string>> RateRows() =>
        InOrder(Answering).Select(one => (IReadOnlyList<string>)[Clock(one.Point), one.Name, Format.Count(one.Point.Requests), Format.Number(PerSecond(one.Point), 2), Format.Count(one.Point.Rows), Format.Count(one.Point.Errors)]);

    public IEnumerable<IReadOnlyList<string>> LatencyRows() => Champions.Where(one => one.Point.Latency is not null).Select(one =>
        (IReadOnlyList<string>)[Clock(one.Point), $"v{one.Version}", Format.Duration(one.Point.Latency!.P50Us), Format.Duration(one.Point.Latency.P95Us), Format.Duration(one.Point.Latency.P99Us)]);

    public IEnumerable<IReadOnlyList<string>> AnswerRows() => InOrder(_lines).Where(one => one.Point.Rows > 0).Select(one =>
        (IReadOnlyList<string>)[Clock(one.Point), one.Name, Format.Count(one.Point.Rows), Format.Percent(one.Point.PositiveShare), Format.Score(one.Point.MeanProbability)]);

    private static IEnumerable<(string Name, TrafficPointWire Point)> InOrder(IEnumerable<Drawn> lines) =>
        lines.SelectMany(line => line.Points.Select(point => (line.Name, Point: point))).OrderBy(one => one.Point.Start);

    private static string NameOf(VariantTrafficWire variant) => $"{Format.Clip(variant.Name, 30)} v{variant.Version}{(variant.Shadow ? ", shadow" : "")}";

    private static double PerSecond(TrafficPointWire point) => point.Seconds > 0 ? point.Requests / point.Seconds : 0;

    /// <summary>At least a microsecond: less has no place on the axis.</summary>
    private static double? Milliseconds(long? micros) => micros is { } length ? Math.Max(1, length) / 1000.0 : null;

    private static double? Rounded(double? share) => share is { } number ? Math.Round(number, 4) : null;

    private string Clock(TrafficPointWire point) => DateTimeOffset.UnixEpoch.AddTicks(point.Start * TimeSpan.TicksPerMicrosecond).UtcDateTime
        .ToString(_traffic.StepSeconds < 60 ? "HH:mm:ss" : "HH:mm", CultureInfo.InvariantCulture);

    private static object Grid(bool legend) => new { left = 4, right = 16, top = legend ? 36 : 12, bottom = 4, containLabel = true };

    private static object Legend(bool shown) => new { show = shown, type = "scroll", top = 0 };

    /// <summary>From when there was something to count: what was before the process is not known.</summary>
    private object Time() => new { type = "time", min = _lines.SelectMany(line => line.Points).Select(point => point.Start).DefaultIfEmpty(_traffic.From).Min() / 1000, max = _traffic.To / 1000, splitNumber = 4 };

    private static object Line(string name, IReadOnlyList<TrafficPointWire> points, Func<TrafficPointWire, double?> value, string colour, bool dashed = false, bool filled = false) => new
    {
        type = "line", name, symbol = "circle", symbolSize = 4, showSymbol = StandAlone(points, value),
        data = points.Select(point => new[] { point.Start / 1000, value(point) }), lineStyle = new { color = colour, type = dashed ? "dashed" : "solid" }, itemStyle = new { color = colour },
        areaStyle = filled ? new { color = colour, opacity = 0.12 } : null,
    };

    /// <summary>Between two gaps a point has no line, and nothing would be seen of it.</summary>
    private static bool StandAlone(IReadOnlyList<TrafficPointWire> points, Func<TrafficPointWire, double?> value)
    {
        var there = points.Select(point => value(point) is not null).ToList();
        return there.Count(one => one) < FewPoints || there.Index().Any(one => one.Item && !(one.Index > 0 && there[one.Index - 1]) && !(one.Index + 1 < there.Count && there[one.Index + 1]));
    }

    private sealed record Drawn(string Name, VariantTrafficWire Variant, string Colour, IReadOnlyList<TrafficPointWire> Points);
}
