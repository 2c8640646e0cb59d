using Cairn.Access;
using Cairn.Client.Wire;
using Cairn.Kernel;
using Cairn.Storage;
using Cairn.Tracking.Edge;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace Cairn.Tracking.Experiments;

/// <summary>GET /api/v1/experiments: newest first.</summary>
internal static class ListExperiments
{
    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapGet("/api/v1/experiments", Handle)
        .Requires(Permission.RunsRead)
        .WithName(nameof(ListExperiments)).WithSummary("List experiments, newest first; view=active (default), deleted or all").WithTags("Experiments")
        .ProducesProblem(StatusCodes.Status400BadRequest);

    private static async Task<Results<Ok<Page<ExperimentWire>>, ProblemHttpResult>> Handle(
        Caller caller, Database database, DefaultExperiment defaults, string? view, int? limit, string? page_token, CancellationToken cancellation)
    {
        var size = PageSize.Of(limit);
        if (size.Refusal is { } badSize) return badSize.ToProblem();
        if (View.Parse(view) is { Refusal: { } badView }) return badView.ToProblem();

        var place = PageToken.ReadNumber(page_token, long.MaxValue);
        if (place.Refusal is { } badToken) return badToken.ToProblem();
        var before = place.Value;

        await defaults.Ensure(caller.Workspace, cancellation);
        var stages = View.Parse(view).Value;
        var page = await database.Read(
            transaction =>
            {
                var rows = transaction.Query<Experiment>(
                    $"""
                    SELECT experiment_id, name, lifecycle_stage, created_at, updated_at FROM experiments
                    WHERE workspace_id = @workspace AND {ExperimentTable.Shows} AND experiment_id < @before {(stages is null ? "" : "AND lifecycle_stage = @stages")}
                    ORDER BY experiment_id DESC LIMIT @rows
                    """,
                    new { workspace = caller.Workspace.Value, before, stages, rows = size.Value + 1 });
                var shown = rows.Take(size.Value).ToList();
                return new Page<ExperimentWire>(
                    ExperimentTable.ToWire(transaction, caller.Workspace, shown), rows.Count > size.Value ? PageToken.Write(shown[^1].Id) : null);
            },
            cancellation);
        return TypedResults.Ok(page);
    }
}
