using Cairn.Access;
using Cairn.Kernel;
using Cairn.Storage;
using Cairn.Tracking.Edge;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace Cairn.Tracking.Registry;

/// <summary>DELETE /api/v1/models/{model}/tags/{key}</summary>
internal static class UntagModel
{
    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapDelete("/api/v1/models/{model}/tags/{**key}", Handle)
        .Requires(Permission.ModelsWrite).Mutates()
        .WithName(nameof(UntagModel)).WithSummary("Remove a tag of a model; one that is not there is no error").WithTags("Models")
        .ProducesProblem(StatusCodes.Status404NotFound);

    private static async Task<Results<NoContent, ProblemHttpResult>> Handle(
        string model, string key, Caller caller, Database database, TimeProvider clock, CancellationToken cancellation)
    {
        var now = clock.Micros();
        var untagged = await database.Attempt<Done>(
            transaction =>
            {
                var found = ModelTable.RequireForChange(transaction, caller.Workspace, model, now);
                if (found.Refusal is { } refusal) return refusal;

                transaction.Execute(
                    "DELETE FROM model_tags WHERE workspace_id = @workspace AND model = @model AND key = @key", new { workspace = caller.Workspace.Value, model, key });
                transaction.Write(caller, "model.untag", $"models/{model}", Detail.Of(new { key }));
                return default(Done);
            },
            cancellation);
        return untagged.ToNoContent();
    }
}
