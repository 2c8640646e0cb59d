using Cairn.Access;
using Cairn.Kernel;
using Cairn.Storage;
using Cairn.Tracking.Edge;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace Cairn.Tracking.Recycling;

/// <summary>POST /api/v1/logged-models/{model}/restore: MLflow's protocol can delete one and has no way back.</summary>
internal static class RestoreLoggedModel
{
    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapPost("/api/v1/logged-models/{model}/restore", Handle)
        .Requires(Permission.RunsWrite).Mutates()
        .WithName(nameof(RestoreLoggedModel)).WithSummary("Bring back a deleted logged model").WithTags("Bin")
        .ProducesProblem(StatusCodes.Status404NotFound);

    private static async Task<Results<NoContent, ProblemHttpResult>> Handle(string model, Caller caller, Database database, CancellationToken cancellation)
    {
        var restored = await database.Attempt<Done>(
            transaction =>
            {
                if (BinContents.Find(transaction, caller.Workspace, BinKind.LoggedModels, model) is not { } item)
                    return new Refusal.Missing("bin.unknown", $"The logged model '{model}' is not in the bin. GET /api/v1/bin lists what is.");
                transaction.Execute(
                    "UPDATE logged_models SET deleted_at = NULL, deleted_by = '' WHERE workspace_id = @workspace AND model_id = @model", new { workspace = caller.Workspace.Value, model });
                transaction.Write(caller, "logged-model.restore", item.Subject, Detail.Of(new { item.Name }));
                return default(Done);
            },
            cancellation);
        return restored.ToNoContent();
    }
}
