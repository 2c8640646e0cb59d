using Cairn.Client.Wire;
using Cairn.Web.Routing;
using Microsoft.AspNetCore.Http;

namespace Cairn.Web.Deployments;

/// <summary>GET /deployments/{name}: who answers, how much, how fast and what. With <c>part=live</c> the numbers alone, which come again every few seconds.</summary>
internal static class ShowDeployment
{
    public static void Map(PageRoutes routes) => routes.Get("/deployments/{name}", request => Handle(request));

    /// <param name="declined">Why the form on this page changed nothing.</param>
    public static async Task<IResult> Handle(PageRequest request, Problem? declined = null)
    {
        var name = request.Route("name");
        var variants = request.Load((api, stop) => api.ListVariantsAsync(name, stop));
        var canaries = request.Load((api, stop) => api.ListCanariesAsync(name, limit: 1, cancellation: stop));
        if (request.Query("part") == "live") return request.Show<LiveTraffic>(new { Name = name, Variants = await variants, Canary = Newest(await canaries), Seen = TrafficSample.Read(request) }, (await variants).Status);

        var deployment = request.Load((api, stop) => api.GetDeploymentAsync(name, stop));
        if ((await deployment).Problem is { Status: 404 } unknown) return request.Refuse(unknown);
        return request.Show<DeploymentPage>(
            new
            {
                Name = name, Deployment = await deployment, Variants = await variants, Canary = Newest(await canaries), Declined = declined, Sent = declined is null ? null : request.Form, Seen = TrafficSample.Read(request),
            },
            declined?.Status ?? (await deployment).Status);
    }

    private static CanaryWire? Newest(Loaded<Page<CanaryWire>> canaries) => canaries.Value is { Items: [var newest, ..] } ? newest : null;
}
