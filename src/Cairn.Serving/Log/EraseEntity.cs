using Cairn.Access;
using Cairn.Client.Wire;
using Cairn.Kernel;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace Cairn.Serving.Log;

/// <summary>POST /api/v1/predictions/erase: forgets the personal data of somebody in the log by dropping his key.</summary>
/// <remarks>A POST, because a name in a URL would stand in the logs of every proxy.</remarks>
internal static class EraseEntity
{
    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapPost("/api/v1/predictions/erase", Handle)
        .WithName(nameof(EraseEntity)).WithSummary("Forget the personal data of an entity in the log of predictions, for ever").WithTags("Serving")
        .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status404NotFound)
        .Requires(Permission.PredictionsWrite).Mutates();

    private static async Task<Results<Ok<ErasedWire>, ProblemHttpResult>> Handle(Erase request, Caller caller, EntityKeys keys, PersonalData personal, CancellationToken cancellation)
    {
        if (string.IsNullOrEmpty(request.Entity)) return new Refusal.Invalid("prediction.entity-missing", "Nobody was named. Send {\"entity\": \"...\"}: the value of the entity column.").ToProblem();

        var pseudonym = await personal.Pseudonym(caller.Workspace, request.Entity);
        var dropped = await keys.Drop(caller, [request.Entity, pseudonym], pseudonym, cancellation);
        return dropped > 0
            ? TypedResults.Ok(new ErasedWire(dropped))
            : new Refusal.Missing(
                "prediction.entity-unknown", $"The log holds no personal data of '{request.Entity}' that could be erased: none was logged, or it was erased before. Only columns marked pii in the schema are personal data.").ToProblem();
    }
}
