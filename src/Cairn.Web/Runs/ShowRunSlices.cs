using Cairn.Client.Wire;
using Cairn.Web.Components.Tables;
using Cairn.Web.Routing;
using Microsoft.AspNetCore.Http;

namespace Cairn.Web.Runs;

/// <summary>GET /runs/{id}/slices: where it does worse than elsewhere, by <c>metric</c> and <c>feature</c>.</summary>
internal static class ShowRunSlices
{
    private const int Shown = 50, Exported = 1000;

    public static void Map(PageRoutes routes) => routes.Get("/runs/{id}/slices", Handle);

    private static async Task<IResult> Handle(PageRequest request)
    {
        var (id, metric, feature) = (request.Route("id"), request.Query("metric"), request.Query("feature"));
        if (request.Query("format") == "csv")
        {
            return new CsvAnswer<SliceWire>(
                "slices.csv", RunSlicesPage.Columns(null), async token => PageOf(await request.Api.ListSlicesAsync(id, metric, feature, Exported, token, request.Cancellation)));
        }

        var run = request.Load((api, stop) => api.GetRunAsync(id, stop));
        var slices = request.Load((api, stop) => api.ListSlicesAsync(id, metric, feature, Shown, request.Listing.PageToken, stop));
        return request.Show<RunSlicesPage>(new { Run = await run, Slices = await slices, request.Listing }, (await run).Status);
    }

    public static Page<SliceWire> PageOf(RunSlicesWire slices) => new(slices.Items, slices.NextPageToken);
}
