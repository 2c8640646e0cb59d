using Cairn.Client.Wire;
using Cairn.Web.Components;
using Cairn.Web.Routing;
using Microsoft.AspNetCore.Http;

namespace Cairn.Web.Runs;

/// <summary>GET /runs/delete?id=a&amp;id=b: asks, naming the runs and what is lost. POST /runs/delete: deletes them.</summary>
internal static class DeleteRuns
{
    public static void Map(PageRoutes routes)
    {
        routes.Get("/runs/delete", async request => Page(request, await PickedRuns.Read(request)));
        routes.Post(
            "/runs/delete",
            request => PickedRuns.Change(request, ChangeRuns.Delete, null, picked => Page(request, picked), count => ($"{Format.Many(count, "run")} deleted", "Nothing is lost: they lie in the bin, and each can be restored until it is purged.")));
    }

    private static IResult Page(PageRequest request, PickedRuns picked) => request.Show<DeleteRunsPage>(new { Picked = picked }, picked.Status);
}
