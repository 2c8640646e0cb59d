using Cairn.Access;
using Cairn.Client.Wire;
using Cairn.Kernel;
using Cairn.Storage;
using Cairn.Tracking.Edge;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace Cairn.Tracking.Registry;

/// <summary>GET /api/v1/models/{model}/rollback: where a rollback would lead, so that it can be said before it is done.</summary>
internal static class PreviewRollback
{
    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapGet("/api/v1/models/{model}/rollback", Handle)
        .Requires(Permission.ModelsRead)
        .WithName(nameof(PreviewRollback)).WithSummary("Which version a rollback would make champion; it moves nothing").WithTags("Models")
        .ProducesProblem(StatusCodes.Status404NotFound);

    private static async Task<Results<Ok<RollbackPreviewWire>, ProblemHttpResult>> Handle(string model, Caller caller, Database database, CancellationToken cancellation)
    {
        var preview = await database.Read<Answer<RollbackPreviewWire>>(
            transaction => ModelTable.Require(transaction, caller.Workspace, model).Refusal is { } unknown
                ? unknown
                : new RollbackPreviewWire(model, ChampionMove.Current(transaction, caller.Workspace, model), ChampionMove.BeforeTheCurrent(transaction, caller.Workspace, model)?.Version),
            cancellation);
        return preview.ToOk();
    }
}
