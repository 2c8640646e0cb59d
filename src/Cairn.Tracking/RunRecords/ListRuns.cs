using Cairn.Access;
using Cairn.Client.Wire;
using Cairn.Kernel;
using Cairn.Storage;
using Cairn.Tracking.Edge;
using Cairn.Tracking.Experiments;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;

namespace Cairn.Tracking.RunRecords;

/// <summary>GET /api/v1/runs</summary>
internal static class ListRuns
{
    /// <param name="Experiment">Id or name; null: runs of all experiments.</param>
    /// <param name="Name">Part of the run's name, in any case.</param>
    /// <param name="View">active (the default), deleted or all.</param>
    internal sealed record Query(
        string? Experiment, string? Status, string? Name, string? View, [FromQuery(Name = "order_by")] string? OrderBy, int? Limit,
        [FromQuery(Name = "page_token")] string? PageToken);

    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapGet("/api/v1/runs", Handle)
        .Requires(Permission.RunsRead)
        .WithName(nameof(ListRuns)).WithTags("Runs")
        .WithSummary("List runs, newest first; order_by=metrics.roc_auc desc sorts by a metric, param, started_at, ended_at, name or status")
        .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status404NotFound);

    private static async Task<Results<Ok<Page<RunWire>>, ProblemHttpResult>> Handle(
        [AsParameters] Query query, Caller caller, Database database, DefaultExperiment defaults, CancellationToken cancellation)
    {
        var size = PageSize.Of(query.Limit);
        var stage = View.Parse(query.View);
        var order = RunOrder.Parse(query.OrderBy);
        if ((size.Refusal ?? stage.Refusal ?? order.Refusal ?? (query.Status is null ? null : RunStatus.Check(query.Status))) is { } refusal) return refusal.ToProblem();

        RunSearch.Place? after = null;
        if (query.PageToken is { } token)
        {
            var place = RunSearch.Place.Read(token, order.Value);
            if (place.Refusal is { } badToken) return badToken.ToProblem();
            after = place.Value;
        }

        await defaults.Ensure(caller.Workspace, cancellation);
        var page = await database.Read<Answer<Page<RunWire>>>(
            transaction =>
            {
                long? experiment = null;
                if (query.Experiment is not null)
                {
                    var found = ExperimentTable.Require(transaction, caller.Workspace, query.Experiment);
                    if (found.Refusal is { } unknown) return unknown;
                    experiment = found.Value.ExperimentId;
                }

                return new RunSearch(caller.Workspace, experiment, query.Status, query.Name, stage.Value, order.Value, size.Value, after).Page(transaction);
            },
            cancellation);
        return page.ToOk();
    }
}
