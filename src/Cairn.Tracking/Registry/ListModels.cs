using Cairn.Access;
using Cairn.Client.Wire;
using Cairn.Kernel;
using Cairn.Storage;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace Cairn.Tracking.Registry;

/// <summary>GET /api/v1/models: by name; <c>name</c> is a part of it, in any case.</summary>
internal static class ListModels
{
    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapGet("/api/v1/models", Handle)
        .Requires(Permission.ModelsRead)
        .WithName(nameof(ListModels)).WithSummary("List registered models by name; name asks for those that have that part in theirs, in any case").WithTags("Models")
        .ProducesProblem(StatusCodes.Status400BadRequest);

    private static async Task<Results<Ok<Page<ModelWire>>, ProblemHttpResult>> Handle(
        Caller caller, Database database, string? name, int? limit, string? page_token, CancellationToken cancellation)
    {
        var size = PageSize.Of(limit);
        var after = page_token is null ? "" : PageToken.Read(page_token);
        if ((size.Refusal ?? after.Refusal) is { } refusal) return refusal.ToProblem();

        var page = await database.Read(
            transaction =>
            {
                var rows = transaction.Query<RegisteredModel>(
                    $"SELECT {ModelTable.Columns} FROM registered_models WHERE workspace_id = @workspace AND name > @after{(name is null ? "" : $" AND {transaction.Holds("name", "@part")}")} ORDER BY name LIMIT @rows",
                    new { workspace = caller.Workspace.Value, after = after.Value, part = ReadTransaction.Part(name ?? ""), rows = size.Value + 1 });
                var shown = rows.Take(size.Value).ToList();
                return new Page<ModelWire>(
                    ModelTable.ToWire(transaction, caller.Workspace, shown), rows.Count > size.Value ? PageToken.Write(shown[^1].Name) : null);
            },
            cancellation);
        return TypedResults.Ok(page);
    }
}
