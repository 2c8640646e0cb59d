using Cairn.Client.Wire;
using Cairn.Web.Components.Tables;
using Cairn.Web.Routing;
using Microsoft.AspNetCore.Http;

namespace Cairn.Web.Runs;

/// <summary>GET /runs: one page of runs, filtered and sorted by the API; with <c>format=csv</c> all of them.</summary>
internal static class ShowRuns
{
    public const string StatusName = "status", ExperimentName = "experiment", NameName = "name", ViewName = "view", UnderName = "under", FilterName = "filter", OutermostName = "outermost";

    private const int Shown = 50, Exported = 1000, Experiments = 200;

    public static void Map(PageRoutes routes) => routes.Get("/runs", Handle);

    private static async Task<IResult> Handle(PageRequest request)
    {
        var listing = request.Listing;
        var which = Which(listing);
        if (request.Query("format") == "csv") return await Export(request, which);

        var runs = request.Load((api, stop) => api.ListRunsAsync(which, Shown, listing.PageToken, stop));
        var experiments = request.Load((api, stop) => api.ListExperimentsAsync(Experiments, cancellation: stop));
        var unfolded = await UnfoldedRuns.Of(request, (await runs).Value?.Items ?? []);
        var shown = (await runs).Value is { } page ? new Loaded<Page<RunWire>>(page with { Items = unfolded.Rows }, null) : await runs;
        return request.Show<RunsPage>(new { Runs = shown, unfolded.Depths, Experiments = await experiments, Listing = listing }, shown.Status);
    }

    /// <summary>The runs that an address asks for, in its order.</summary>
    public static RunListing Which(Listing listing) => new(
        listing.Value(ExperimentName), listing.Value(StatusName), listing.Value(NameName), listing.Value(ViewName), OrderBy(listing.Sort), listing.Value(FilterName),
        Under: listing.Value(UnderName), Outermost: listing.Value(OutermostName) == "true");

    private static async Task<IResult> Export(PageRequest request, RunListing which)
    {
        var first = await request.Load((api, stop) => api.ListRunsAsync(which, Exported, null, stop));
        if (first.Problem is { } problem) return request.Refuse(problem);
        var all = RunColumns.Of(first.Value!.Items, request.Listing);
        var columns = request.Listing.Columns.Count == 0 ? all : [.. all.Where(column => column.Pinned || column.Key == "run_id" || request.Listing.Columns.Contains(column.Key, StringComparer.Ordinal))];
        return new CsvAnswer<RunWire>(
            "runs.csv", columns, token => token is null ? Task.FromResult(first.Value) : request.Api.ListRunsAsync(which, Exported, token, request.Cancellation));
    }

    /// <summary>-metrics.roc_auc is <c>metrics.roc_auc desc</c>.</summary>
    private static string? OrderBy(string? sort) => sort switch { null => null, ['-', .. var key] => $"{key} desc", _ => $"{sort} asc" };
}
