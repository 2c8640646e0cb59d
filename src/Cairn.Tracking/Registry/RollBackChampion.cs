using Cairn.Access;
using Cairn.Client.Wire;
using Cairn.Tracking.Edge;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace Cairn.Tracking.Registry;

/// <summary>POST /api/v1/models/{model}/rollback</summary>
internal static class RollBackChampion
{
    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapPost("/api/v1/models/{model}/rollback", Handle)
        .Requires(Permission.ModelsPromote).Mutates()
        .WithName(nameof(RollBackChampion)).WithSummary("Make the champion before this one champion again; no new verdict is needed").WithTags("Models")
        .ProducesProblem(StatusCodes.Status403Forbidden).ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status409Conflict);

    private static async Task<Results<Ok<PromotionWire>, ProblemHttpResult>> Handle(
        string model, Rollback? request, Caller caller, Models models, CancellationToken cancellation) =>
        (await models.Rollback(caller, model, request ?? new Rollback(), cancellation)).ToOk();
}
