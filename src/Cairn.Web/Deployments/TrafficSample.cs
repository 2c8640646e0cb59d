using System.Globalization;
using Cairn.Client.Wire;
using Cairn.Web.Routing;

namespace Cairn.Web.Deployments;

/// <summary>What a page that refreshes itself saw before: it stands in the address of the next refresh, so the server keeps nothing.</summary>
/// <param name="At">When, microseconds UTC.</param>
/// <param name="Requests">Of all variants until then.</param>
/// <param name="Champion">The champion's version and since when, as the counts begin anew with another.</param>
/// <param name="Rates">Requests a second of the intervals before, oldest first.</param>
public sealed record TrafficSample(long At, long Requests, long Champion, IReadOnlyList<double> Rates)
{
    private const int Kept = 30;

    /// <value>Of the last interval; null: there is none yet.</value>
    public double? Rate => Rates is [.., var last] ? last : null;

    internal static TrafficSample? Read(PageRequest request) =>
        request.Number("at") is { } at && request.Number("requests") is { } requests
            ? new(at, requests, request.Number("champion") ?? 0, [.. (request.Query("rates") ?? "").Split('_', StringSplitOptions.RemoveEmptyEntries).TakeLast(Kept).Select(Parse)])
            : null;

    /// <summary>The sample of now, with the rate since the one before.</summary>
    internal static TrafficSample Next(VariantsWire variants, long now, TrafficSample? before)
    {
        var requests = variants.Variants.Where(variant => !variant.Shadow).Sum(variant => variant.Numbers?.Requests ?? 0);
        var champion = variants.Variants.Select(variant => variant.Since).FirstOrDefault();
        return before is null || before.Champion != champion || before.Requests > requests || before.At >= now
            ? new(now, requests, champion, [])
            : new(now, requests, champion, [.. before.Rates.TakeLast(Kept - 1), (requests - before.Requests) * 1e6 / (now - before.At)]);
    }

    internal string Address(string path) => string.Create(
        CultureInfo.InvariantCulture, $"{path}?part=live&at={At}&requests={Requests}&champion={Champion}&rates={string.Join('_', Rates.Select(rate => rate.ToString("0.##", CultureInfo.InvariantCulture)))}");

    private static double Parse(string text) => double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var rate) ? rate : 0;
}
