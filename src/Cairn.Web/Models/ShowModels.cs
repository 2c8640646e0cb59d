using Cairn.Client.Wire;
using Cairn.Web.Components.Tables;
using Cairn.Web.Routing;
using Microsoft.AspNetCore.Http;

namespace Cairn.Web.Models;

/// <summary>GET /models: every registered model by name; with <c>format=csv</c> all of them.</summary>
internal static class ShowModels
{
    private const int Shown = 50, Exported = 1000, Enough = 100;

    public static void Map(PageRoutes routes) => routes.Get("/models", Handle);

    private static async Task<IResult> Handle(PageRequest request)
    {
        var name = request.Listing.Value(NameFilter.Name);
        if (request.Query("format") == "csv")
            return new CsvAnswer<ModelWire>("models.csv", ModelsPage.Plain, token => request.Api.ListModelsAsync(name, Exported, token, request.Cancellation));
        var models = request.Load((api, stop) => api.ListModelsAsync(name, Shown, request.Listing.PageToken, stop));
        var deployments = request.Load((api, stop) => api.ListDeploymentsAsync(Enough, cancellation: stop));
        return request.Show<ModelsPage>(new { Models = await models, Deployments = await deployments, request.Listing }, (await models).Status);
    }
}
