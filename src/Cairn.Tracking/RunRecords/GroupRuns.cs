using System.Globalization;
using Cairn.Access;
using Cairn.Client.Wire;
using Cairn.Kernel;
using Cairn.Storage;
using Cairn.Tracking.Edge;
using Cairn.Tracking.Experiments;
using Cairn.Tracking.Naming;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;

namespace Cairn.Tracking.RunRecords;

/// <summary>GET /api/v1/runs/groups: the runs of a list that are alike in a param, a tag, the experiment, the status or the user, and what a metric comes to.</summary>
internal static class GroupRuns
{
    /// <summary>A sum of as many of these as there can be runs is still a number.</summary>
    private const double Largest = 1e300;

    internal sealed record Query
    {
        public string? By { get; init; }

        /// <value>A key; none: runs are counted alone.</value>
        public string? Metric { get; init; }

        public int? Limit { get; init; }

        [FromQuery(Name = "page_token")]
        public string? PageToken { get; init; }
    }

    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapGet("/api/v1/runs/groups", Handle)
        .Requires(Permission.RunsRead)
        .WithName(nameof(GroupRuns)).WithTags("Runs")
        .WithSummary("Group the runs of a list, the largest group first: by=params.depth (or tags.KEY, experiment, status, user), metric=auc adds how many have it, its mean, least and greatest")
        .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status404NotFound);

    private static async Task<Results<Ok<Page<RunGroupWire>>, ProblemHttpResult>> Handle(
        [AsParameters] AskedRuns asked, [AsParameters] Query query, Caller caller, Database database, DefaultExperiment defaults, CancellationToken cancellation)
    {
        var size = PageSize.Of(query.Limit);
        var which = asked.Read(caller.Workspace);
        var by = Grouping.Parse(query.By);
        var skip = PageToken.ReadNumber(query.PageToken, 0);
        if ((size.Refusal ?? which.Refusal ?? by.Refusal ?? skip.Refusal ?? (query.Metric is null ? null : Names.Key(query.Metric))) is { } refusal) return refusal.ToProblem();

        await defaults.Ensure(caller.Workspace, cancellation);
        var page = await database.Read<Answer<Page<RunGroupWire>>>(
            transaction =>
            {
                var resolved = asked.Resolve(transaction, which.Value);
                return resolved.Refusal is { } unknown ? unknown : Group(transaction, resolved.Value, by.Value, query.Metric, size.Value, skip.Value);
            },
            cancellation);
        return page.ToOk();
    }

    private static Page<RunGroupWire> Group(ReadTransaction transaction, RunSelection which, Grouping by, string? metric, int size, long skip)
    {
        var (from, where, parameters) = which.Finder(transaction).Statement();
        (parameters["by"], parameters["metric"], parameters["low"], parameters["high"], parameters["rows"], parameters["skip"]) = (by.Key, metric, -Largest, Largest, size + 1, skip);
        var shared = by.Table is null ? "" : $"LEFT JOIN {by.Table} g ON g.workspace_id = r.workspace_id AND g.run_id = r.run_id AND g.key = @by";
        var measured = metric is null ? "" : "LEFT JOIN run_latest_metrics m ON m.workspace_id = r.workspace_id AND m.run_id = r.run_id AND m.key = @metric AND m.is_nan = 0 AND m.value > @low AND m.value < @high";
        var rows = transaction.Query<Row>(
            $"""
            SELECT {by.Value} AS value, COUNT(*) AS runs, {(metric is null ? "CAST(0 AS BIGINT) AS measured" : "COUNT(m.value) AS measured, AVG(m.value) AS mean, MIN(m.value) AS least, MAX(m.value) AS greatest")}
            FROM {from} {shared} {measured} WHERE {where}
            GROUP BY {by.Value} ORDER BY runs DESC, value LIMIT @rows OFFSET @skip
            """,
            parameters);
        var names = by.IsExperiment ? ExperimentTable.Of(transaction, which.Workspace, rows.Select(row => long.Parse(row.Value!, CultureInfo.InvariantCulture))) : null;
        return new(
            [.. rows.Take(size).Select(row => new RunGroupWire(row.Value, row.Runs, row.Measured, row.Mean, row.Least, row.Greatest, names?[long.Parse(row.Value!, CultureInfo.InvariantCulture)].Name))],
            rows.Count > size ? PageToken.Write(skip + size) : null);
    }

    /// <param name="Value">What runs of a group share, in SQL.</param>
    /// <param name="Table">Where it is, when it is not in the row of the run.</param>
    private sealed record Grouping(string Value, string? Table = null, string? Key = null)
    {
        public bool IsExperiment => Value == Experiment;

        private const string Experiment = "CAST(r.experiment_id AS VARCHAR(20))";

        public static Answer<Grouping> Parse(string? by) => by switch
        {
            "experiment" => new Grouping(Experiment),
            "status" => new Grouping("r.status"),
            "user" => new Grouping("r.user_name"),
            ['p', 'a', 'r', 'a', 'm', 's', '.', .. var key] when Names.Key(key) is null => new Grouping("g.value", "run_params", key),
            ['t', 'a', 'g', 's', '.', .. var key] when Names.Key(key) is null => new Grouping("g.value", "run_tags", key),
            _ => new Refusal.Invalid("run.group-invalid", $"by={by} is nothing that runs can be grouped by. It is params.KEY, tags.KEY, experiment, status or user: by=params.depth."),
        };
    }

    private sealed record Row
    {
        public string? Value { get; init; }

        public long Runs { get; init; }

        public long Measured { get; init; }

        public double? Mean { get; init; }

        public double? Least { get; init; }

        public double? Greatest { get; init; }
    }
}
