using System.Globalization;
using Cairn.Access;
using Cairn.Client.Wire;
using Cairn.Kernel;
using Cairn.Storage;
using Cairn.Tracking.Edge;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace Cairn.Tracking.RunRecords;

/// <summary>GET /api/v1/runs/{run}/children: the active runs nested directly in a run, newest first.</summary>
internal static class ListNestedRuns
{
    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapGet("/api/v1/runs/{run}/children", Handle)
        .Requires(Permission.RunsRead)
        .WithName(nameof(ListNestedRuns)).WithSummary("The runs whose tag mlflow.parentRunId names this one, newest first").WithTags("Runs")
        .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status409Conflict);

    private static async Task<Results<Ok<Page<RunWire>>, ProblemHttpResult>> Handle(
        string run, Caller caller, Database database, int? limit, string? page_token, CancellationToken cancellation)
    {
        var size = PageSize.Of(limit);
        if (size.Refusal is { } badSize) return badSize.ToProblem();

        var (started, id) = (0L, "");
        if (page_token is not null)
        {
            var token = PageToken.Read(page_token);
            if (token.Refusal is { } badToken) return badToken.ToProblem();
            if (token.Value.Split(' ', 2) is not [var at, var last] || !long.TryParse(at, NumberStyles.None, CultureInfo.InvariantCulture, out started)) return PageToken.OfAnotherList(page_token).ToProblem();
            id = last;
        }

        var page = await database.Read<Answer<Page<RunWire>>>(
            transaction =>
            {
                var found = RunTable.RequireByPrefix(transaction, caller.Workspace, run);
                if (found.Refusal is { } refusal) return refusal;
                var rows = transaction.Query<Run>(
                    $"""
                    SELECT {RunTable.Columns} FROM run_tags t CROSS JOIN runs r
                    WHERE {NestedRuns.Named} = @RunId AND r.workspace_id = t.workspace_id AND r.run_id = t.run_id AND r.lifecycle_stage = 'active' AND {RunTable.Shows}
                    {(page_token is null ? "" : "AND (r.started_at < @started OR (r.started_at = @started AND r.run_id > @id))")}
                    ORDER BY r.started_at DESC, r.run_id LIMIT @rows
                    """,
                    new { workspace = caller.Workspace.Value, found.Value.RunId, started, id, rows = size.Value + 1 });
                var shown = rows.Take(size.Value).ToList();
                return new Page<RunWire>(
                    RunTable.ToWire(transaction, caller.Workspace, shown),
                    rows.Count > size.Value ? PageToken.Write(string.Create(CultureInfo.InvariantCulture, $"{shown[^1].StartedAt} {shown[^1].RunId}")) : null);
            },
            cancellation);
        return page.ToOk();
    }
}
