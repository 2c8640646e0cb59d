using Cairn.Access;
using Cairn.Client.Wire;
using Cairn.Kernel;
using Cairn.Storage;
using Cairn.Tracking.Edge;
using Cairn.Tracking.Experiments;
using Cairn.Tracking.Search;
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
        [FromQuery(Name = "order_by")]
        public string? OrderBy { get; init; }

        /// <value>Keys between commas; none: no metrics; left out: all of them.</value>
        public string? Metrics { get; init; }

        /// <value>As metrics.</value>
        public string? Params { get; init; }

        /// <value>As metrics.</value>
        public string? Tags { get; init; }

        public int? Limit { get; init; }

        [FromQuery(Name = "page_token")]
        public string? PageToken { get; init; }
    }

    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapGet("/api/v1/runs", Handle)
        .Requires(Permission.RunsRead)
        .WithName(nameof(ListRuns)).WithTags("Runs")
        .WithSummary("List runs, newest first; filter=metrics.auc > 0.8 takes MLflow's clauses, order_by=metrics.auc desc sorts by a metric, param, tag, started_at, ended_at, name or status")
        .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status404NotFound);

    private static async Task<Results<Ok<Page<RunWire>>, ProblemHttpResult>> Handle(
        [AsParameters] AskedRuns asked, [AsParameters] Query query, Caller caller, Database database, DefaultExperiment defaults, CancellationToken cancellation)
    {
        var size = PageSize.Of(query.Limit);
        var which = asked.Read(caller.Workspace);
        var order = RunOrder.Parse(query.OrderBy);
        var values = RunValues.Parse(query.Metrics, query.Params, query.Tags);
        if ((size.Refusal ?? which.Refusal ?? order.Refusal ?? values.Refusal) is { } refusal) return refusal.ToProblem();

        RunPlace? after = null;
        if (query.PageToken is { } token)
        {
            var place = RunPlace.Read(token, order.Value);
            if (place.Refusal is { } badToken) return badToken.ToProblem();
            after = place.Value;
        }

        await defaults.Ensure(caller.Workspace, cancellation);
        var page = await database.Read<Answer<Page<RunWire>>>(
            transaction =>
            {
                var resolved = asked.Resolve(transaction, which.Value);
                return resolved.Refusal is { } unknown ? unknown : new RunSearch(resolved.Value, order.Value, values.Value, size.Value, after).Page(transaction);
            },
            cancellation);
        return page.ToOk();
    }
}
