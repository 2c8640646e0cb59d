using Cairn.Access;
using Cairn.Kernel;
using Cairn.Storage;
using Cairn.Tracking.Edge;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace Cairn.Tracking.Registry;

/// <summary>DELETE /api/v1/models/{model}: with its versions, into the bin. The name is free; history stays with it, and version numbers go on where they stopped.</summary>
internal static class DeleteModel
{
    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapDelete("/api/v1/models/{model}", Handle)
        .Requires(Permission.ModelsWrite).Mutates()
        .WithName(nameof(DeleteModel)).WithSummary("Delete a model that has no champion, with all its versions; it can be restored").WithTags("Models")
        .ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status409Conflict);

    private static async Task<Results<NoContent, ProblemHttpResult>> Handle(string model, Caller caller, Database database, TimeProvider clock, CancellationToken cancellation)
    {
        var now = clock.Micros();
        var deleted = await database.Attempt(transaction => Delete(transaction, caller, model, now), cancellation);
        return deleted.ToNoContent();
    }

    internal static Answer<Done> Delete(WriteTransaction transaction, Caller caller, string model, long now)
    {
        if (ModelTable.RequireForChange(transaction, caller.Workspace, model, now).Refusal is { } unknown) return unknown;
        if (ChampionMove.Current(transaction, caller.Workspace, model) is { } champion)
            return new Refusal.Conflict(
                "registry.version-is-champion",
                $"The model '{model}' has version {champion} as champion, and deployments may serve it. Remove the alias first: DELETE /api/v1/models/{model}/aliases/champion.");

        DeletedModels.Put(transaction, caller, model, now);
        return default(Done);
    }
}
