using Cairn.Access;
using Cairn.Client.Wire;
using Cairn.Kernel;
using Cairn.Storage;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;

namespace Cairn.Server.Operations;

/// <summary>GET /api/v1/events: what happened, oldest first, from any point on.</summary>
internal static class ListEvents
{
    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapGet("/api/v1/events", Handle)
        .WithName(nameof(ListEvents)).WithSummary("List what happened, oldest first").WithTags("System")
        .WithDescription("Ask again with `after` set to the id of the last event seen to get those that came since.")
        .Requires(Permission.SystemRead)
        .ProducesProblem(StatusCodes.Status400BadRequest);

    private static async Task<Results<Ok<Page<EventEntry>>, ProblemHttpResult>> Handle(
        Caller caller, Database database, long? after, int? limit, [FromQuery(Name = "page_token")] string? pageToken, CancellationToken cancellation)
    {
        var page = PageSize.Of(limit);
        var place = PageToken.ReadNumber(pageToken, after ?? 0);
        if ((page.Refusal ?? place.Refusal) is { } refusal) return refusal.ToProblem();
        var (size, from) = (page.Value, place.Value);

        var rows = await database.Read(
            transaction => transaction.Query<EventEntry>(
                "SELECT id, time, type, subject, cause_id, payload FROM events WHERE workspace_id = @Workspace AND id > @from ORDER BY id LIMIT @Take",
                new { Workspace = caller.Workspace.Value, from, Take = size + 1 }),
            cancellation);
        var more = rows.Count > size;
        return TypedResults.Ok(new Page<EventEntry>(more ? [.. rows.Take(size)] : rows, more ? PageToken.Write(rows[size - 1].Id) : null));
    }
}
