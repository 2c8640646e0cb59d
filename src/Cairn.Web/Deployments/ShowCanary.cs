using Cairn.Client.Wire;
using Cairn.Web.Components;
using Cairn.Web.Components.Tables;
using Cairn.Web.Routing;
using Microsoft.AspNetCore.Http;

namespace Cairn.Web.Deployments;

/// <summary>GET /deployments/{name}/canary: the canary that runs, else the last, step by step, and those before it. With <c>part=live</c> its numbers alone.</summary>
internal static class ShowCanary
{
    private const int Shown = 50, Exported = 500, Enough = 100;

    public static void Map(PageRoutes routes) => routes.Get("/deployments/{name}/canary", Handle);

    public static string Path(string deployment) => $"{Address.Deployment(deployment)}/canary";

    private static async Task<IResult> Handle(PageRequest request)
    {
        var name = request.Route("name");
        if (request.Query("format") == "csv")
            return new CsvAnswer<CanaryWire>("canaries.csv", CanaryPage.Columns, token => request.Api.ListCanariesAsync(name, Exported, token, request.Cancellation));
        var canary = request.Load((api, stop) => api.GetCanaryAsync(name, stop));
        if (request.Query("part") == "live") return (await canary).Value is { } now ? request.Show<CanaryLive>(new { Canary = now }) : request.Refuse((await canary).Problem!);

        var deployment = request.Load((api, stop) => api.GetDeploymentAsync(name, stop));
        var all = request.Load((api, stop) => api.ListCanariesAsync(name, Shown, request.Listing.PageToken, stop));
        ModelVersionWire? version = null;
        IReadOnlyList<DeploymentWire>? deployments = null;
        if ((await canary).Value is { } open && CanaryCard.IsOpen(open))
        {
            var candidate = request.Load((api, stop) => api.GetModelVersionAsync(open.Model, open.Version, stop));
            var following = request.Load((api, stop) => api.ListDeploymentsAsync(Enough, cancellation: stop));
            (version, deployments) = ((await candidate).Value, (await following).Value?.Items);
        }

        if ((await deployment).Problem is { Status: 404 } unknown) return request.Refuse(unknown);
        return request.Show<CanaryPage>(
            new { Name = name, Deployment = await deployment, Canary = await canary, All = await all, Version = version, Deployments = deployments, request.Listing },
            (await canary).Problem is { Code: not CanaryPage.None } problem ? problem.Status : (await deployment).Status);
    }
}
