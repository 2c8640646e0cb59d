using Cairn.Client.Wire;
using Cairn.Web.Components;
using Cairn.Web.Routing;
using Microsoft.AspNetCore.Http;

namespace Cairn.Web.Runs;

/// <summary>GET /experiments/move?from=team: what moves with it, and where to. POST: it and all below it have another path.</summary>
internal static class MoveExperiments
{
    private const string Address = "/experiments/move";
    private const int MostOfLevel = 1000;

    public static void Map(PageRoutes routes)
    {
        routes.Get(Address, async request => Page(request, await Node(request, request.Query("from") ?? ""), null));
        routes.Post(Address, Handle);
    }

    public static string Path(string from) => $"{Address}?from={Uri.EscapeDataString(from)}";

    private static async Task<IResult> Handle(PageRequest request)
    {
        var (from, to) = (request.Field("from"), request.Field("to").Trim());
        var moved = await request.Load((api, stop) => api.MoveExperimentsAsync(new(from, to), stop));
        return moved.Problem is { } declined
            ? Page(request, await Node(request, from), declined, to)
            : request.Done(ShowExperiments.Path, $"{Format.Many(moved.Value!.Moved, "experiment")} moved", $"{Format.Name(from)} is {Format.Name(to)} now.");
    }

    private static async Task<Loaded<ExperimentNodeWire>> Node(PageRequest request, string path)
    {
        var parent = path.LastIndexOf('/') is var slash and > 0 ? path[..slash] : null;
        var level = await request.Load((api, stop) => api.BrowseExperimentsAsync(parent, MostOfLevel, null, stop));
        return level.Problem is { } problem ? new(null, problem)
            : level.Value!.Items.FirstOrDefault(node => node.Path == path) is { } found ? new(found, null)
            : new(null, new("about:blank", "experiment.unknown", StatusCodes.Status404NotFound, $"No experiment is named '{Format.Clip(path, 200)}', and none lies below it.", "experiment.unknown"));
    }

    private static IResult Page(PageRequest request, Loaded<ExperimentNodeWire> node, Problem? declined, string? to = null) =>
        request.Show<MoveExperimentsPage>(new { Node = node, Declined = declined, To = to }, declined?.Status ?? node.Status);
}
