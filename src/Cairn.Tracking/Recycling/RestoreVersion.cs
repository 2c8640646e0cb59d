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

/// <summary>POST /api/v1/versions/{id}/restore: one that was deleted by itself. What was deleted with its model comes back with it.</summary>
internal static class RestoreVersion
{
    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapPost("/api/v1/versions/{id}/restore", Handle)
        .Requires(Permission.ModelsWrite).Mutates()
        .WithName(nameof(RestoreVersion)).WithSummary("Bring back a deleted version of a model, by its id in the bin, with those of its aliases that no other version has by now").WithTags("Bin")
        .ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status409Conflict);

    private static async Task<Results<NoContent, ProblemHttpResult>> Handle(string id, Caller caller, Database database, TimeProvider clock, CancellationToken cancellation)
    {
        var now = clock.Micros();
        var restored = await database.Attempt(
            transaction => BinContents.Find(transaction, caller.Workspace, BinKind.Versions, id) is { } item
                ? DeletedModels.RestoreVersion(transaction, caller, item.Id, now)
                : new Refusal.Missing("bin.unknown", $"No version with the id '{id}' is in the bin. GET /api/v1/bin?kind=versions lists those that were deleted by themselves; those of a deleted model come back with it."),
            cancellation);
        return restored.ToNoContent();
    }
}
