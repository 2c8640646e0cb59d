using Cairn.Access;
using Cairn.Client.Wire;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace Cairn.Serving.Replay;

/// <summary>GET /api/v1/predictions/{id}/explanation: why it was answered so, by the version that answered, from the logged features.</summary>
internal static class ExplainPrediction
{
    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapGet("/api/v1/predictions/{id}/explanation", Handle)
        .WithName(nameof(ExplainPrediction)).WithSummary("Explain a logged prediction with the version that answered").WithTags("Serving")
        .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status409Conflict)
        .Requires(Permission.PredictionsRead);

    private static async Task<Results<Ok<LoggedExplanationWire>, ProblemHttpResult>> Handle(string id, Caller caller, Replays replays, CancellationToken cancellation)
    {
        var explained = await replays.Explain(caller.Workspace, id, cancellation);
        return explained.Refusal is { } refusal ? refusal.ToProblem() : TypedResults.Ok(explained.Value);
    }
}
