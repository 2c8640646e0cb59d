using Cairn.Access;
using Cairn.Kernel;
using Cairn.Storage;
using Cairn.Tracking.Edge;
using Cairn.Tracking.Registry;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace Cairn.Tracking.Recycling;

/// <summary>POST /api/v1/models/{id}/restore: by the id that the bin lists, for several deleted models may have had one name.</summary>
internal static class RestoreModel
{
    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapPost("/api/v1/models/{id}/restore", Handle)
        .Requires(Permission.ModelsWrite).Mutates()
        .WithName(nameof(RestoreModel)).WithSummary("Bring back a deleted model with its versions, tags and aliases, by its id in the bin; refused while another has its name").WithTags("Bin")
        .ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status409Conflict);

    private static async Task<Results<NoContent, ProblemHttpResult>> Handle(string id, Caller caller, Database database, TimeProvider clock, CancellationToken cancellation)
    {
        var now = clock.Micros();
        var restored = await database.Attempt(
            transaction => BinContents.Find(transaction, caller.Workspace, BinKind.Models, id) is { } item
                ? DeletedModels.Restore(transaction, caller, item.Id, item.Name, now)
                : new Refusal.Missing("bin.unknown", $"No model with the id '{id}' is in the bin. A deleted model has the id that GET /api/v1/bin?kind=models lists, not its name."),
            cancellation);
        return restored.ToNoContent();
    }
}
