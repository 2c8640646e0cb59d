using Cairn.Client.Wire;
using Cairn.Web.Components;
using Cairn.Web.Routing;
using Microsoft.AspNetCore.Http;

namespace Cairn.Web.Runs;

/// <summary>GET /runs/restore?id=a&amp;id=b: names the deleted runs. POST /runs/restore: they are in the lists again.</summary>
internal static class RestoreRuns
{
    public static void Map(PageRoutes routes)
    {
        routes.Get("/runs/restore", async request => Page(request, await PickedRuns.Read(request)));
        routes.Post(
            "/runs/restore",
            request => PickedRuns.Change(request, ChangeRuns.Restore, null, picked => Page(request, picked), count => ($"{Format.Many(count, "run")} restored", "")));
    }

    private static IResult Page(PageRequest request, PickedRuns picked) => request.Show<RestoreRunsPage>(new { Picked = picked }, picked.Status);
}
