using Cairn.Access;
using Cairn.Client.Wire;
using Cairn.Tracking.Edge;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace Cairn.Tracking.Registry;

/// <summary>POST /api/v1/models/{model}/promote</summary>
internal static class PromoteVersion
{
    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapPost("/api/v1/models/{model}/promote", Handle)
        .Requires(Permission.ModelsPromote).Mutates()
        .WithName(nameof(PromoteVersion)).WithSummary("Make a version champion: its gates passed, or override with a reason, or unverified for one from outside").WithTags("Models")
        .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status403Forbidden).ProducesProblem(StatusCodes.Status404NotFound);

    private static async Task<Results<Ok<PromotionWire>, ProblemHttpResult>> Handle(
        string model, Promote request, Caller caller, Models models, CancellationToken cancellation) =>
        (await models.Promote(caller, model, request, cancellation)).ToOk();
}
