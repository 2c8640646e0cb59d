using Cairn.Client.Wire;
using Cairn.Web.Routing;
using Microsoft.AspNetCore.Http;

namespace Cairn.Web.Runs;

/// <summary>GET /runs/{id}/curves: the histories of metrics, seen as a <see cref="CurveView"/> says; <c>metric</c> names those that are wanted.</summary>
/// <remarks>With <c>part=curves</c> they come alone; while the run goes on, again and again.</remarks>
internal static class ShowRunCurves
{
    /// <summary>Of each history, evenly spread when it has more.</summary>
    public const int Points = 2000;

    private const int Looked = 16;

    public static void Map(PageRoutes routes) => routes.Get("/runs/{id}/curves", Handle);

    private static async Task<IResult> Handle(PageRequest request)
    {
        var run = await request.Load((api, stop) => api.GetRunAsync(request.Route("id"), stop));
        if (run.Value is not { } found) return request.Show<RunCurvesPage>(new { Run = run, request.Listing, View = CurveView.Of(request) }, run.Status);

        var part = request.Query("part") == "curves";
        var histories = part || request.Query("curves") == "now" ? await Histories(request, found) : null;
        return part
            ? request.Show<RunCurveCharts>(new { Run = found, Histories = histories, request.Listing, View = CurveView.Of(request) })
            : request.Show<RunCurvesPage>(new { Run = run, Histories = histories, request.Listing, View = CurveView.Of(request) });
    }

    private static async Task<IReadOnlyList<RunHistory>> Histories(PageRequest request, RunWire run)
    {
        var asked = request.Context.Request.Query["metric"].OfType<string>().Where(run.Metrics.ContainsKey).Distinct(StringComparer.Ordinal).ToList();
        var keys = asked.Count > 0 ? asked : RunCurves.Ordered(run);
        return await Task.WhenAll(keys.Take(Looked).Select(async key => new RunHistory(key, await request.Load((api, stop) => api.SampleMetricHistoryAsync(run.RunId, key, Points, stop)))));
    }
}
