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
        routes.Post("/runs/delete", Handle);
    }

    private static async Task<IResult> Handle(PageRequest request)
    {
        var done = await PickedRuns.Change(request, (api, id, stop) => api.DeleteRunAsync(id, stop));
        return done.Problem is not null ? Page(request, done) : request.Done("/runs", $"{Format.Many(done.Changed, "run")} deleted", "Nothing is lost: the deleted runs are a list of their own, and each can be restored.");
    }

    private static IResult Page(PageRequest request, PickedRuns picked) => request.Show<DeleteRunsPage>(new { Picked = picked }, picked.Status);
}
