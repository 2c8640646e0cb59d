using System.Globalization;
using Cairn.Client.Wire;
using Cairn.Web.Components.Tables;
using Cairn.Web.Routing;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Cairn.Web.Deployments;

/// <summary>GET /deployments/{name}/outcomes: how many predictions are decided, how well they did, and what was told.</summary>
/// <remarks>The summary reads the log of its period, so it comes as a part: <c>part=summary</c>; <c>summary=now</c> waits for it, <c>summary=anew</c> counts again. <c>format=csv</c> answers with all that was told.</remarks>
internal static class ShowOutcomes
{
    private const int Shown = 50, Exported = 1000, PeriodDays = 30, FiveMinutes = 5 * 60;

    public static void Map(PageRoutes routes) => routes.Get("/deployments/{name}/outcomes", request => Handle(request));

    /// <param name="import">The form of a file that was just declined.</param>
    public static async Task<IResult> Handle(PageRequest request, ImportForm? import = null)
    {
        var name = request.Route("name");
        var from = request.Query("from") ?? Today(request).AddDays(-PeriodDays).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        var to = request.Query("to");
        if (request.Query("part") == "summary") return request.Show<OutcomeSummary>(new { Summary = await Summarize(request, name, from, to), Again = Again(request, from, to) });

        if (request.Query("format") == "csv")
            return new CsvAnswer<OutcomeWire>("outcomes.csv", OutcomesPage.Plain, token => request.Api.ListOutcomesAsync(name, state: request.Query("state"), limit: Exported, pageToken: token, cancellation: request.Cancellation));

        var summary = request.Query("summary") is not null ? Summarize(request, name, from, to) : null;
        var deployment = request.Load((api, stop) => api.GetDeploymentAsync(name, stop));
        var outcomes = request.Load((api, stop) => api.ListOutcomesAsync(name, state: request.Query("state"), limit: Shown, pageToken: request.Listing.PageToken, cancellation: stop));
        if ((await deployment).Problem is { Status: 404 } unknown) return request.Refuse(unknown);
        return request.Show<OutcomesPage>(
            new
            {
                Name = name, From = from, To = to, Deployment = await deployment, Summary = summary is null ? null : await summary, Outcomes = await outcomes, request.Listing,
                Import = import ?? new(),
            },
            import?.Problem?.Status ?? (await outcomes).Status);
    }

    private static DateTimeOffset Today(PageRequest request) => request.Context.RequestServices.GetRequiredService<TimeProvider>().GetUtcNow();

    private static Task<Loaded<OutcomeSummaryWire>> Summarize(PageRequest request, string name, string from, string? to) =>
        request.Load((api, stop) => api.GetOutcomeSummaryAsync(name, from, to, request.Query("summary") == "anew" ? null : FiveMinutes, stop));

    private static string Again(PageRequest request, string from, string? to) => $"{request.Listing.Path}?summary=anew&{OutcomesPage.PeriodOf(from, to)}";
}
