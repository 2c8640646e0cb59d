using Cairn.Access;
using Cairn.Kernel;
using Cairn.Storage;
using Cairn.Tracking.Edge;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace Cairn.Tracking.Registry;

/// <summary>DELETE /api/v1/models/{model}/versions/{version}/tags/{key}</summary>
internal static class UntagVersion
{
    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapDelete("/api/v1/models/{model}/versions/{version:long}/tags/{**key}", Handle)
        .Requires(Permission.ModelsWrite).Mutates()
        .WithName(nameof(UntagVersion)).WithSummary("Remove a tag of a model version; one that is not there is no error").WithTags("Models")
        .ProducesProblem(StatusCodes.Status404NotFound);

    private static async Task<Results<NoContent, ProblemHttpResult>> Handle(
        string model, long version, string key, Caller caller, Database database, TimeProvider clock, CancellationToken cancellation)
    {
        var now = clock.Micros();
        var untagged = await database.Attempt<Done>(
            transaction =>
            {
                if (ModelTable.RequireForChange(transaction, caller.Workspace, model, now).Refusal is { } noModel) return noModel;
                var found = VersionTable.Require(transaction, caller.Workspace, model, version);
                if (found.Refusal is { } refusal) return refusal;

                transaction.Execute(
                    "DELETE FROM model_version_tags WHERE workspace_id = @workspace AND model = @model AND version = @version AND key = @key",
                    new { workspace = caller.Workspace.Value, model, version, key });
                transaction.Write(caller, "model.untag", found.Value.Subject, Detail.Of(new { key }));
                return default(Done);
            },
            cancellation);
        return untagged.ToNoContent();
    }
}
