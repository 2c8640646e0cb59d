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
    internal sealed record Query
    {
        /// <value>Id or name; null: runs of all experiments.</value>
        public string? Experiment { get; init; }

        public string? Status { get; init; }

        /// <value>Part of the run's name, in any case.</value>
        public string? Name { get; init; }

        /// <value>active (the default), deleted or all.</value>
        public string? View { get; init; }

        [FromQuery(Name = "order_by")]
        public string? OrderBy { get; init; }

        public int? Limit { get; init; }

        [FromQuery(Name = "page_token")]
        public string? PageToken { get; init; }
    }

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
