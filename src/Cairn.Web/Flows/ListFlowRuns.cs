using Cairn.Client.Wire;
using Cairn.Web.Components.Tables;
using Cairn.Web.Routing;
using Microsoft.AspNetCore.Http;

namespace Cairn.Web.Flows;

/// <summary>GET /flow-runs: newest first, of one subject or of all; with <c>format=csv</c> all of them.</summary>
internal static class ListFlowRuns
{
    private const int Shown = 50, Exported = 200;

    public static void Map(PageRoutes routes) => routes.Get("/flow-runs", Handle);

    private static async Task<IResult> Handle(PageRequest request)
    {
        var subject = request.Query("subject");
        if (request.Query("format") == "csv")
            return new CsvAnswer<FlowRunWire>("flow-runs.csv", FlowRunsPage.Columns, token => request.Api.ListFlowRunsAsync(subject, Exported, token, request.Cancellation));
        var runs = await request.Load((api, stop) => api.ListFlowRunsAsync(subject, Shown, request.Listing.PageToken, stop));
        return request.Show<FlowRunsPage>(new { Runs = runs, request.Listing }, runs.Status);
    }
}
