using Cairn.Access;
using Cairn.Client.Wire;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace Cairn.Serving.Truth;

/// <summary>GET /api/v1/predictions/{id}/outcomes: all that was told about a prediction, and what holds.</summary>
internal static class ListPredictionOutcomes
{
    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapGet("/api/v1/predictions/{id}/outcomes", Handle)
        .WithName(nameof(ListPredictionOutcomes)).WithSummary("Show what became of a prediction, with all that was told about it").WithTags("Outcomes")
        .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status404NotFound)
        .Requires(Permission.PredictionsRead);

    private static async Task<Results<Ok<PredictionOutcomesWire>, ProblemHttpResult>> Handle(
        string id, Caller caller, Predictions predictions, Outcomes outcomes, CancellationToken cancellation)
    {
        var found = await predictions.FindRecord(caller.Workspace, id, cancellation);
        if (found.Refusal is { } refusal) return refusal.ToProblem();
        return TypedResults.Ok(await outcomes.About(caller.Workspace, found.Value.Source.Deployment, found.Value.Record.Id, cancellation));
    }
}
