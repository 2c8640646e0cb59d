using Cairn.Client.Wire;
using Cairn.Web.Components.Tables;
using Cairn.Web.Routing;
using Microsoft.AspNetCore.Http;

namespace Cairn.Web.Deployments;

/// <summary>GET /deployments: every endpoint and what it serves; with <c>format=csv</c> all of them.</summary>
internal static class ShowDeployments
{
    private const int Shown = 50, Exported = 1000;

    public static void Map(PageRoutes routes) => routes.Get("/deployments", Handle);

    private static async Task<IResult> Handle(PageRequest request)
    {
        var name = request.Listing.Value(NameFilter.Name);
        if (request.Query("format") == "csv")
            return new CsvAnswer<DeploymentWire>("deployments.csv", DeploymentsPage.Columns, token => request.Api.ListDeploymentsAsync(name, Exported, token, request.Cancellation));
        var deployments = await request.Load((api, stop) => api.ListDeploymentsAsync(name, Shown, request.Listing.PageToken, stop));
        return request.Show<DeploymentsPage>(new { Deployments = deployments, request.Listing }, deployments.Status);
    }
}
