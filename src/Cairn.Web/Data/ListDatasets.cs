using Cairn.Client.Wire;
using Cairn.Web.Components.Tables;
using Cairn.Web.Routing;
using Microsoft.AspNetCore.Http;

namespace Cairn.Web.Data;

/// <summary>GET /datasets: by name; with <c>format=csv</c> all of them.</summary>
internal static class ListDatasets
{
    private const int Shown = 50, Exported = 500;

    public static void Map(PageRoutes routes) => routes.Get("/datasets", Handle);

    private static async Task<IResult> Handle(PageRequest request)
    {
        var name = request.Listing.Value(NameFilter.Name);
        if (request.Query("format") == "csv")
            return new CsvAnswer<DatasetWire>("datasets.csv", DatasetsPage.Columns, token => request.Api.ListDatasetsAsync(name, Exported, token, request.Cancellation));
        var datasets = await request.Load((api, stop) => api.ListDatasetsAsync(name, Shown, request.Listing.PageToken, stop));
        return request.Show<DatasetsPage>(new { Datasets = datasets, request.Listing }, datasets.Status);
    }
}
