using Cairn.Access;
using Cairn.Client.Wire;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace Cairn.Serving.Replay;

/// <summary>POST /api/v1/predictions/{id}/replay: recomputes a logged prediction from stored bytes and compares bit for bit.</summary>
internal static class ReplayPrediction
{
    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapPost("/api/v1/predictions/{id}/replay", Handle)
        .WithName(nameof(ReplayPrediction)).WithSummary("Recompute a logged prediction and compare bit for bit").WithTags("Serving")
        .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status404NotFound)
        .Requires(Permission.PredictionsRead).StoresNothing();

    private static async Task<Results<Ok<ReplayWire>, ProblemHttpResult>> Handle(string id, Caller caller, Replays replays, CancellationToken cancellation)
    {
        var replayed = await replays.One(caller.Workspace, id, cancellation);
        return replayed.Refusal is { } refusal ? refusal.ToProblem() : TypedResults.Ok(replayed.Value);
    }
}
