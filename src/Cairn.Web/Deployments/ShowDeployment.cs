using Cairn.Client.Wire;
using Cairn.Web.Routing;
using Microsoft.AspNetCore.Http;

namespace Cairn.Web.Deployments;

/// <summary>
/// GET /deployments/{name}: who answers, how much, how fast and what. <c>part</c> asks for one piece of the page alone, as a page that is open does again and again:
/// <c>live</c> the numbers of now, <c>traffic</c> the charts of the last <c>minutes</c>, <c>variants</c> each of them and how they compare. With <c>minutes</c> the
/// charts are in the page from the start.
/// </summary>
internal static class ShowDeployment
{
    public static void Map(PageRoutes routes) => routes.Get("/deployments/{name}", request => Handle(request));

    /// <param name="declined">Why the form on this page changed nothing.</param>
    public static async Task<IResult> Handle(PageRequest request, Problem? declined = null)
    {
        var (name, part) = (request.Route("name"), request.Query("part"));
        var minutes = TrafficCharts.Offered(request.Number("minutes"));
        Task<Loaded<TrafficWire>> Traffic(int last) => request.Load((api, stop) => api.GetTrafficAsync(name, last, stop));
        if (part == "traffic")
        {
            var alone = await Traffic(minutes);
            return request.Show<TrafficCharts>(new { Name = name, Traffic = alone, Minutes = minutes }, alone.Status);
        }

        var variants = request.Load((api, stop) => api.ListVariantsAsync(name, stop));
        if (part == "live")
        {
            var now = Traffic(LiveTraffic.Minutes);
            return request.Show<LiveTraffic>(new { Name = name, Variants = await variants, Traffic = await now }, (await variants).Status);
        }

        var canaries = request.Load((api, stop) => api.ListCanariesAsync(name, limit: 1, cancellation: stop));
        if (part == "variants") return request.Show<LiveVariants>(new { Name = name, Variants = await variants, Canary = Newest(await canaries) }, (await variants).Status);

        var traffic = Traffic(LiveTraffic.Minutes);
        var charts = request.Query("minutes") is null ? null : Traffic(minutes);
        var deployment = request.Load((api, stop) => api.GetDeploymentAsync(name, stop));
        if ((await deployment).Problem is { Status: 404 } unknown) return request.Refuse(unknown);
        return request.Show<DeploymentPage>(
            new
            {
                Name = name, Deployment = await deployment, Variants = await variants, Canary = Newest(await canaries), Traffic = await traffic, Charts = charts is null ? null : await charts, Minutes = minutes,
                Declined = declined, Sent = declined is null ? null : request.Form,
            },
            declined?.Status ?? (await deployment).Status);
    }

    private static CanaryWire? Newest(Loaded<Page<CanaryWire>> canaries) => canaries.Value is { Items: [var newest, ..] } ? newest : null;
}
