using Cairn.Access;
using Cairn.Client.Wire;
using Cairn.Kernel;
using Cairn.Serving.Live;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;

namespace Cairn.Serving.Truth;

/// <summary>GET /api/v1/deployments/{name}/outcomes/summary: how many predictions are decided, and how well they did.</summary>
internal static class SummarizeOutcomes
{
    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapGet("/api/v1/deployments/{name}/outcomes/summary", Handle)
        .WithName(nameof(SummarizeOutcomes)).WithSummary("Show how many predictions have an outcome, and how well they did").WithTags("Outcomes")
        .WithDescription("from and to are times of predictions: microseconds, a date, or a date and time; a date as to is included. max_age, in seconds: a summary that was counted so long ago will do, when no outcome was told since; counted_at says when it was.")
        .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status404NotFound)
        .Requires(Permission.PredictionsRead);

    private static async Task<Results<Ok<OutcomeSummaryWire>, ProblemHttpResult>> Handle(
        string name, Caller caller, LiveDeployments live, OutcomeSummary summary, KeptSummaries kept, TimeProvider clock, string? from, string? to,
        [FromQuery(Name = "max_age")] int? maxAge, CancellationToken cancellation)
    {
        var found = live.Find(caller.Workspace, name);
        if (found.Refusal is { } unknown) return unknown.ToProblem();
        var range = TimeRange.Read(from, to, clock.Micros() + 1);
        if (range.Refusal is { } invalid) return invalid.ToProblem();
        return TypedResults.Ok(await kept.Of(found.Value, $"{from} {to}", maxAge ?? 0, () => summary.Of(found.Value, range.Value.From, range.Value.To, cancellation), cancellation));
    }
}
