using Cairn.Client.Wire;
using Cairn.Kernel;
using Cairn.Storage;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;

namespace Cairn.Access.Auditing;

/// <summary>GET /api/v1/audit: who changed what, newest first.</summary>
internal static class ListAudit
{
    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapGet("/api/v1/audit", Handle)
        .WithName(nameof(ListAudit)).WithSummary("List who changed what, newest first").WithTags("Access")
        .Requires(Permission.AuditRead)
        .Produces<Page<AuditEntry>>().ProducesProblem(StatusCodes.Status400BadRequest);

    private static async Task<Results<Ok<Page<AuditEntry>>, ProblemHttpResult>> Handle(
        Caller caller, Database database, int? limit, [FromQuery(Name = "page_token")] string? pageToken, CancellationToken cancellation)
    {
        var page = PageSize.Of(limit);
        var place = PageToken.ReadNumber(pageToken, long.MaxValue);
        if ((page.Refusal ?? place.Refusal) is { } refusal) return refusal.ToProblem();
        var (size, before) = (page.Value, place.Value);

        var rows = await database.Read(
            transaction => transaction.Query<AuditEntry>(
                "SELECT id, time, caller, action, subject, detail FROM audit_entries WHERE workspace_id = @Workspace AND id < @before ORDER BY id DESC LIMIT @Take",
                new { Workspace = caller.Workspace.Value, before, Take = size + 1 }),
            cancellation);
        var more = rows.Count > size;
        return TypedResults.Ok(new Page<AuditEntry>(more ? [.. rows.Take(size)] : rows, more ? PageToken.Write(rows[size - 1].Id) : null));
    }
}
