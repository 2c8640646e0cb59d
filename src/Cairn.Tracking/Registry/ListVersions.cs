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

/// <summary>GET /api/v1/models/{model}/versions: newest first.</summary>
internal static class ListVersions
{
    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapGet("/api/v1/models/{model}/versions", Handle)
        .Requires(Permission.ModelsRead)
        .WithName(nameof(ListVersions)).WithSummary("The versions of a model, newest first").WithTags("Models")
        .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status404NotFound);

    private static async Task<Results<Ok<Page<ModelVersionWire>>, ProblemHttpResult>> Handle(
        string model, Caller caller, Database database, int? limit, string? page_token, CancellationToken cancellation)
    {
        var size = PageSize.Of(limit);
        var place = PageToken.ReadNumber(page_token, long.MaxValue);
        if ((size.Refusal ?? place.Refusal) is { } refusal) return refusal.ToProblem();
        var before = place.Value;

        var page = await database.Read<Answer<Page<ModelVersionWire>>>(
            transaction =>
            {
                if (ModelTable.Require(transaction, caller.Workspace, model).Refusal is { } unknown) return unknown;

                var rows = transaction.Query<ModelVersion>(
                    $"""
                    SELECT {VersionTable.Columns} FROM model_versions
                    WHERE workspace_id = @workspace AND model = @model AND version < @before AND deleted_at IS NULL ORDER BY version DESC LIMIT @rows
                    """,
                    new { workspace = caller.Workspace.Value, model, before, rows = size.Value + 1 });
                var shown = rows.Take(size.Value).ToList();
                return new Page<ModelVersionWire>(
                    VersionTable.ToWire(transaction, caller.Workspace, model, shown),
                    rows.Count > size.Value ? PageToken.Write(shown[^1].Version) : null);
            },
            cancellation);
        return page.ToOk();
    }
}
