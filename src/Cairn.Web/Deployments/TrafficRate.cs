using Cairn.Client.Wire;

namespace Cairn.Web.Deployments;

/// <summary>How many requests a second a deployment answers now: over the ten seconds that were over last and what has passed since.</summary>
/// <param name="PerSecond">Null: it has been counted for less than a second.</param>
/// <param name="Seconds">What that is over.</param>
/// <param name="Before">Of each ten seconds before, oldest first.</param>
internal sealed record TrafficRate(double? PerSecond, double Seconds, IReadOnlyList<double> Before)
{
    public static TrafficRate Of(TrafficWire traffic)
    {
        List<(long Requests, double Seconds)> all =
        [
            .. traffic.Variants.Where(variant => !variant.Shadow).SelectMany(variant => variant.Points).GroupBy(point => point.Start).OrderBy(same => same.Key)
                .Select(same => (same.Sum(point => point.Requests), same.Max(point => point.Seconds))),
        ];
        var last = all.TakeLast(2).ToList();
        var seconds = last.Sum(point => point.Seconds);
        return new(seconds < 1 ? null : last.Sum(point => point.Requests) / seconds, seconds, [.. all.SkipLast(1).Where(point => point.Seconds > 0).Select(point => point.Requests / point.Seconds)]);
    }
}
