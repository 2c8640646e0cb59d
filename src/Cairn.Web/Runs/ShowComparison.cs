using Cairn.Client.Wire;
using Cairn.Web.Routing;
using Microsoft.AspNetCore.Http;

namespace Cairn.Web.Runs;

/// <summary>GET /runs/compare?ids=a,b or id=a&amp;id=b: 2 to 20 runs side by side; <c>all=true</c> shows what is equal too, <c>format=csv</c> answers with the table as a file.</summary>
/// <remarks><c>curve</c> is the metric whose history is drawn as a <see cref="CurveView"/> says; with <c>part=curves</c> it comes alone.</remarks>
internal static class ShowComparison
{
    private const int Points = ShowRunCurves.Points;

    public static void Map(PageRoutes routes) => routes.Get("/runs/compare", Handle);

    private static async Task<IResult> Handle(PageRequest request)
    {
        var ids = request.Context.Request.Query["id"].Concat((request.Query("ids") ?? "").Split(',')).Select(id => id?.Trim() ?? "").Where(id => id.Length > 0).Distinct(StringComparer.Ordinal).ToList();
        var all = request.Query("all") == "true";
        var comparison = await request.Load((api, stop) => api.CompareRunsAsync(ids, all, stop));
        if (comparison.Value is not { } found) return request.Show<ComparisonPage>(new { Comparison = comparison, Ids = ids, All = all, Curve = "", Histories = default(IReadOnlyList<RunHistory>), View = CurveView.Of(request) }, comparison.Status);

        if (request.Query("format") == "csv") return ComparedCsv.Of(found);

        var curve = request.Query("curve") ?? (RunCurves.Ordered(found.Runs) is [var longest, ..] ? longest : "");
        var histories = request.Query("part") == "curves" || request.Query("curves") == "now" ? await Histories(request, found.Runs, curve) : null;
        return request.Query("part") == "curves"
            ? request.Show<ComparedCurves>(new { Key = curve, Histories = histories ?? [], View = CurveView.Of(request) })
            : request.Show<ComparisonPage>(new { Comparison = comparison, Ids = ids, All = all, Curve = curve, Histories = histories, View = CurveView.Of(request) });
    }

    private static async Task<IReadOnlyList<RunHistory>> Histories(PageRequest request, IReadOnlyList<RunWire> runs, string key) => await Task.WhenAll(
        runs.Where(run => run.Metrics.ContainsKey(key)).Select(async run => new RunHistory(run.Name, await request.Load((api, stop) => api.SampleMetricHistoryAsync(run.RunId, key, Points, stop)))));
}
