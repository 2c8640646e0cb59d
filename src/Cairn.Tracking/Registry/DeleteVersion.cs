using Cairn.Access;
using Cairn.Kernel;
using Cairn.Storage;
using Cairn.Tracking.Edge;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace Cairn.Tracking.Registry;

/// <summary>DELETE /api/v1/models/{model}/versions/{version}: into the bin, with its aliases.</summary>
internal static class DeleteVersion
{
    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapDelete("/api/v1/models/{model}/versions/{version:long}", Handle)
        .Requires(Permission.ModelsWrite).Mutates()
        .WithName(nameof(DeleteVersion)).WithSummary("Delete a version that is not champion; it can be restored, and its number is never given out again").WithTags("Models")
        .ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status409Conflict);

    private static async Task<Results<NoContent, ProblemHttpResult>> Handle(
        string model, long version, Caller caller, Database database, TimeProvider clock, CancellationToken cancellation)
    {
        var now = clock.Micros();
        var deleted = await database.Attempt(transaction => Delete(transaction, caller, model, version, now), cancellation);
        return deleted.ToNoContent();
    }

    internal static Answer<Done> Delete(WriteTransaction transaction, Caller caller, string model, long version, long now)
    {
        if (ModelTable.RequireForChange(transaction, caller.Workspace, model, now).Refusal is { } noModel) return noModel;
        var found = VersionTable.Require(transaction, caller.Workspace, model, version);
        if (found.Refusal is { } unknown) return unknown;
        if (ChampionMove.Current(transaction, caller.Workspace, model) == version)
            return new Refusal.Conflict(
                "registry.version-is-champion",
                $"Version {version} of '{model}' is the champion, and deployments may serve it. Promote another version, roll back, or remove the alias first: DELETE /api/v1/models/{model}/aliases/champion.");

        DeletedModels.PutVersion(transaction, caller, found.Value, now);
        return default(Done);
    }
}
