using Cairn.Access;
using Cairn.Client.Wire;
using Cairn.Kernel;
using Cairn.Serving.Live;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace Cairn.Serving.Truth;

/// <summary>GET /api/v1/deployments/{name}/outcomes/summary: how many predictions are decided, and how well they did.</summary>
internal static class SummarizeOutcomes
{
    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapGet("/api/v1/deployments/{name}/outcomes/summary", Handle)
        .WithName(nameof(SummarizeOutcomes)).WithSummary("Show how many predictions have an outcome, and how well they did").WithTags("Outcomes")
        .WithDescription("from and to are times of predictions: microseconds, a date, or a date and time; a date as to is included.")
        .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status404NotFound)
        .Requires(Permission.PredictionsRead);

    private static async Task<Results<Ok<OutcomeSummaryWire>, ProblemHttpResult>> Handle(
        string name, Caller caller, LiveDeployments live, OutcomeSummary summary, TimeProvider clock, string? from, string? to, CancellationToken cancellation)
    {
        var found = live.Find(caller.Workspace, name);
        if (found.Refusal is { } unknown) return unknown.ToProblem();
        var range = TimeRange.Read(from, to, clock.Micros() + 1);
        return range.Refusal is { } invalid ? invalid.ToProblem() : TypedResults.Ok(await summary.Of(found.Value, range.Value.From, range.Value.To, cancellation));
    }
}
