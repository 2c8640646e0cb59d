using Cairn.Client.Wire;
using Cairn.Web.Components;
using Cairn.Web.Routing;
using Microsoft.AspNetCore.Http;

namespace Cairn.Web.Runs;

/// <summary>GET /runs/delete?id=a&amp;id=b: asks, naming the runs and what is lost. POST /runs/delete: deletes them.</summary>
internal static class DeleteRuns
{
    private const int Most = 50;

    public static void Map(PageRoutes routes)
    {
        routes.Get("/runs/delete", request => Ask(request, request.Context.Request.Query["id"]));
        routes.Post("/runs/delete", Handle);
    }

    private static async Task<IResult> Ask(PageRequest request, IEnumerable<string?> ids)
    {
        var runs = await Task.WhenAll(Picked(ids).Select(id => request.Load((api, stop) => api.GetRunAsync(id, stop))));
        return request.Show<DeleteRunsPage>(
            new { Runs = runs.Select(run => run.Value).OfType<RunWire>().ToList(), Problem = runs.Select(run => run.Problem).FirstOrDefault(problem => problem is not null) },
            runs.Select(run => run.Problem?.Status).FirstOrDefault(status => status is not null) ?? StatusCodes.Status200OK);
    }

    private static async Task<IResult> Handle(PageRequest request)
    {
        var ids = Picked(request.Form["id"]);
        var deleted = 0;
        foreach (var id in ids)
        {
            var done = await request.Load(async (api, stop) =>
            {
                await api.DeleteRunAsync(id, stop);
                return id;
            });
            if (done.Problem is { } problem) return request.Show<DeleteRunsPage>(new { Runs = Array.Empty<RunWire>(), Problem = problem, Deleted = deleted }, problem.Status);
            deleted++;
        }

        return request.Done("/runs", $"{Format.Many(deleted, "run")} deleted", "Nothing is lost: each can be restored from its page.");
    }

    private static List<string> Picked(IEnumerable<string?> ids) => [.. ids.OfType<string>().Where(id => id.Length > 0).Distinct(StringComparer.Ordinal).Take(Most)];
}
