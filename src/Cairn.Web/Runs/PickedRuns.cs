using Cairn.Client.Wire;
using Cairn.Web.Routing;
using Microsoft.AspNetCore.Http;

namespace Cairn.Web.Runs;

/// <summary>The runs that were picked in the list, as <c>id=a&amp;id=b</c>: read for a page that asks, then changed, all of them or none.</summary>
/// <param name="Runs">Those that can be read.</param>
/// <param name="Problem">Why one of them cannot be read, or none was changed.</param>
public sealed record PickedRuns(IReadOnlyList<RunWire> Runs, Problem? Problem)
{
    private const int Most = 50;

    public int Status => Problem?.Status ?? StatusCodes.Status200OK;

    internal static Task<PickedRuns> Read(PageRequest request) => Read(request, Ids(request.Context.Request.Query["id"]));

    private static async Task<PickedRuns> Read(PageRequest request, IEnumerable<string> ids)
    {
        var runs = await Task.WhenAll(ids.Select(id => request.Load((api, stop) => api.GetRunAsync(id, stop))));
        return new([.. runs.Select(run => run.Value).OfType<RunWire>()], runs.Select(run => run.Problem).FirstOrDefault(problem => problem is not null));
    }

    /// <summary>Does the same to those of the posted form, and goes to the list; when that is declined, shows the page again with the reason.</summary>
    internal static async Task<IResult> Change(PageRequest request, string act, UpdateRun? change, Func<PickedRuns, IResult> page, Func<int, (string Title, string Text)> said)
    {
        var ids = Ids(request.Form["id"]);
        if (ids.Count == 0) return page(new([], null));
        var done = await request.Load((api, stop) => api.ChangeRunsAsync(new(ids, act, change), stop));
        if (done.Value is not { } changed) return page((await Read(request, ids)) with { Problem = done.Problem });
        var (title, text) = said(changed.Runs.Count);
        return request.Done("/runs", title, text);
    }

    private static List<string> Ids(IEnumerable<string?> ids) => [.. ids.OfType<string>().Where(id => id.Length > 0).Distinct(StringComparer.Ordinal).Take(Most)];
}
