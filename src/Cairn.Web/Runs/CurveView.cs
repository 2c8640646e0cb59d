using System.Globalization;
using Cairn.Client.Wire;
using Cairn.Web.Routing;

namespace Cairn.Web.Runs;

/// <summary>How curves are looked at, as the address says it: <c>x=time</c>, <c>y=log</c>, <c>smooth=0.9</c>.</summary>
/// <param name="ByTime">Seconds since the first point of a series in place of steps.</param>
/// <param name="Smoothing">The weight of what was before, from 0 (none) to 0.99.</param>
public sealed record CurveView(bool ByTime, bool Log, double Smoothing)
{
    private const double Most = 0.99;

    internal static CurveView Of(PageRequest request) => new(
        request.Query("x") == "time", request.Query("y") == "log",
        double.TryParse(request.Query("smooth"), NumberStyles.Float, CultureInfo.InvariantCulture, out var asked) && double.IsFinite(asked) ? Math.Clamp(asked, 0, Most) : 0);

    public string Smooth => Smoothing == 0 ? "" : Smoothing.ToString("0.##", CultureInfo.InvariantCulture);

    /// <summary>As the address says it, to follow a question mark and more.</summary>
    public string Query => $"{(ByTime ? "&x=time" : "")}{(Log ? "&y=log" : "")}{(Smoothing == 0 ? "" : $"&smooth={Smooth}")}";

    /// <summary>The exponential moving average of the finite points, without its bias towards zero at the beginning.</summary>
    /// <remarks>As TensorBoard smooths; the correction is that of Kingma and Ba, "Adam" (2015), section 3. Not a finite point stays as it is.</remarks>
    public IReadOnlyList<MetricPoint> Smoothed(IReadOnlyList<MetricPoint> points)
    {
        if (Smoothing == 0) return points;
        var smoothed = new List<MetricPoint>(points.Count);
        var (average, weight) = (0.0, 0.0);
        foreach (var point in points)
        {
            if (!double.IsFinite(point.Value))
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
