using Cairn.Client.Wire;
using Cairn.Web.Components.Tables;
using Cairn.Web.Routing;
using Microsoft.AspNetCore.Http;

namespace Cairn.Web.Data;

/// <summary>GET /datasets/{name}: its versions, and the last snapshot that was refused with what was wrong in which rows.</summary>
internal static class ShowDataset
{
    private const int Shown = 50, Exported = 500, RunsLookedAt = 20;

    public static void Map(PageRoutes routes) => routes.Get("/datasets/{name}", Handle);

    private static async Task<IResult> Handle(PageRequest request)
    {
        var name = request.Route("name");
        if (request.Query("format") == "csv")
            return new CsvAnswer<DatasetVersionWire>("versions.csv", DatasetPage.Columns, token => request.Api.ListDatasetVersionsAsync(name, Exported, token, request.Cancellation));
        var versions = request.Load((api, stop) => api.ListDatasetVersionsAsync(name, Shown, request.Listing.PageToken, stop));
        var runs = request.Load((api, stop) => api.ListFlowRunsAsync($"projects/{name}", RunsLookedAt, cancellation: stop));
        var refused = (await runs).Value?.Items.FirstOrDefault(run => run.Problem?.Code == "data.contract-broken");
        return request.Show<DatasetPage>(new { Name = name, Versions = await versions, Refused = refused, request.Listing }, (await versions).Status);
    }
}
