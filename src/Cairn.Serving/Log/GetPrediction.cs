using Cairn.Access;
using Cairn.Client.Wire;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace Cairn.Serving.Log;

/// <summary>GET /api/v1/predictions/{id}: what was answered, by which model, and what it saw.</summary>
internal static class GetPrediction
{
    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapGet("/api/v1/predictions/{id}", Handle)
        .WithName(nameof(GetPrediction)).WithSummary("Show a logged prediction with the features the model saw").WithTags("Serving")
        .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status404NotFound)
        .Requires(Permission.PredictionsRead);

    private static async Task<Results<Ok<LoggedPredictionWire>, ProblemHttpResult>> Handle(string id, Caller caller, Predictions predictions, Outcomes outcomes, CancellationToken cancellation)
    {
        var found = await predictions.Find(caller.Workspace, id, cancellation);
        if (found.Refusal is { } refusal) return refusal.ToProblem();
        var about = await outcomes.About(caller.Workspace, found.Value.Deployment, Guid.ParseExact(id, "N"), cancellation);
        return TypedResults.Ok(found.Value with { Truth = about.Truth });
    }
}
