using System.Globalization;
using Cairn.Client.Wire;
using Cairn.Web.Components;
using Cairn.Web.Routing;

namespace Cairn.Web.Runs;

/// <summary>How curves are looked at, as the address says it: <c>x=time</c> or <c>x=relative</c>, <c>y=log</c>, <c>smooth=0.9</c>.</summary>
/// <param name="Smoothing">The weight of what was before, from 0 (none) to 0.99.</param>
public sealed record CurveView(CurveView.Along Axis, bool Log, double Smoothing)
{
    /// <summary>What a curve is drawn along.</summary>
    public enum Along
    {
        Step,

        /// <summary>The clock.</summary>
        Time,

        /// <summary>Seconds since the first point of a series.</summary>
        Relative,
    }

    private const double Most = 0.99;

    internal static CurveView Of(PageRequest request) => new(
        request.Query("x") switch { "time" => Along.Time, "relative" => Along.Relative, _ => Along.Step }, request.Query("y") == "log",
        double.TryParse(request.Query("smooth"), NumberStyles.Float, CultureInfo.InvariantCulture, out var asked) && double.IsFinite(asked) ? Math.Clamp(asked, 0, Most) : 0);

    public string Smooth => Smoothing == 0 ? "" : Smoothing.ToString("0.##", CultureInfo.InvariantCulture);

    /// <summary>As the address says it, to follow a question mark and more.</summary>
    public string Query => $"{Axis switch { Along.Time => "&x=time", Along.Relative => "&x=relative", _ => "" }}{(Log ? "&y=log" : "")}{(Smoothing == 0 ? "" : $"&smooth={Smooth}")}";

    /// <summary>What its table says above the axis.</summary>
    public string Head => Axis switch { Along.Time => "Time (UTC)", Along.Relative => "Seconds", _ => "Step" };

    /// <summary>Where a point lies: a step, milliseconds since 1970, or seconds since the first of its series.</summary>
    public double At(MetricPoint point, MetricPoint first) => Axis switch
    {
        Along.Time => (point.Timestamp ?? 0) / 1e3,
        Along.Relative => ((point.Timestamp ?? 0) - (first.Timestamp ?? 0)) / 1e6,
        _ => point.Step,
    };

    public string Text(double at) => Axis == Along.Time ? Format.Iso((long)(at * 1e3)) : Format.Number(at);

    /// <summary>Whether a value has a place in the picture; one that has none is a gap.</summary>
    public bool Draws(double value) => IsNumber(value) && (!Log || value > 0);

    /// <summary>Neither NaN nor infinite, which is kept as the largest number.</summary>
    public static bool IsNumber(double value) => Math.Abs(value) < double.MaxValue;

    /// <summary>The exponential moving average of the numbers, without its bias towards zero at the beginning.</summary>
    /// <remarks>As TensorBoard smooths; the correction is that of Kingma and Ba, "Adam" (2015), section 3. What is no number stays as it is.</remarks>
    public IReadOnlyList<MetricPoint> Smoothed(IReadOnlyList<MetricPoint> points)
    {
        if (Smoothing == 0) return points;
        var smoothed = new List<MetricPoint>(points.Count);
        var (average, weight) = (0.0, 0.0);
        foreach (var point in points)
        {
            if (!IsNumber(point.Value))
            {
                smoothed.Add(point);
                continue;
            }

            average = (Smoothing * average) + ((1 - Smoothing) * point.Value);
            weight = (Smoothing * weight) + (1 - Smoothing); // 1 - Smoothing to the power of how many
            smoothed.Add(point with { Value = average / weight });
        }

        return smoothed;
    }
}
