using Cairn.Client;
using Cairn.Client.Wire;
using Cairn.Web.Routing;
using Microsoft.AspNetCore.Http;

namespace Cairn.Web.Runs;

/// <summary>The runs that were picked in the list, as <c>id=a&amp;id=b</c>: read for a page that asks, then changed one by one.</summary>
/// <param name="Runs">Those that can be read.</param>
/// <param name="Problem">Why one of them cannot be read or was not changed.</param>
/// <param name="Changed">How many were changed before that.</param>
public sealed record PickedRuns(IReadOnlyList<RunWire> Runs, Problem? Problem, int Changed = 0)
{
    private const int Most = 50;

    public int Status => Problem?.Status ?? StatusCodes.Status200OK;

    internal static async Task<PickedRuns> Read(PageRequest request)
    {
        var runs = await Task.WhenAll(Ids(request.Context.Request.Query["id"]).Select(id => request.Load((api, stop) => api.GetRunAsync(id, stop))));
        return new([.. runs.Select(run => run.Value).OfType<RunWire>()], runs.Select(run => run.Problem).FirstOrDefault(problem => problem is not null));
    }

    /// <summary>Those of the posted form. It stops at the first that is declined.</summary>
    internal static async Task<PickedRuns> Change(PageRequest request, Func<CairnClient, string, CancellationToken, Task> change)
    {
        var changed = 0;
        foreach (var id in Ids(request.Form["id"]))
        {
            var done = await request.Load(async (api, stop) =>
            {
                await change(api, id, stop);
                return id;
            });
            if (done.Problem is { } problem) return new([], problem, changed);
            changed++;
        }

        return new([], null, changed);
    }

    private static List<string> Ids(IEnumerable<string?> ids) => [.. ids.OfType<string>().Where(id => id.Length > 0).Distinct(StringComparer.Ordinal).Take(Most)];
}
