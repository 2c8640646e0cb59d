using Cairn.Access;
using Cairn.Client.Wire;
using Cairn.Flows;
using Cairn.Kernel;
using Cairn.Serving;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace Cairn.Projects.Batches;

/// <summary>POST /api/v1/deployments/{name}/batch: scores a file of any size in the background.</summary>
internal sealed class StartBatch(BatchScoring scoring, FlowRuns flows, BatchSources sources, BatchTargets targets)
{
    private const int MostReasons = 20, MostKept = 200;

    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapPost("/api/v1/deployments/{name}/batch", Handle)
        .WithName(nameof(StartBatch)).WithSummary("Score a file of any size").WithTags("Serving")
        .WithDescription("Starts a flow run that scores the source part by part. Cancelled, or killed, it goes on where it stopped: resume it, or send the same request again.")
        .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status409Conflict)
        .ProducesProblem(StatusCodes.Status503ServiceUnavailable)
        .Requires(Permission.ProjectsRun).Mutates();

    private static async Task<Results<Accepted<FlowRunWire>, ProblemHttpResult>> Handle(
        string name, BatchRequest request, StartBatch batch, Caller caller, CancellationToken cancellation)
    {
        var started = await batch.Start(caller, name, request, cancellation);
        return started.Refusal is { } refusal ? refusal.ToProblem() : TypedResults.Accepted($"/api/v1/flow-runs/{started.Value.FlowRunId}", started.Value);
    }

    /// <summary>Everything that can be refused without reading the source is refused now.</summary>
    private async Task<Answer<FlowRunWire>> Start(Caller caller, string deployment, BatchRequest asked, CancellationToken cancellation)
    {
        if (Check(asked) is { } wrong) return wrong;
        var chosen = await scoring.Choose(caller.Workspace, deployment, asked.Version, cancellation);
        if (chosen.Refusal is { } nothing) return nothing;
        if (sources.Check(asked) is { } unusable) return unusable;
        if (asked.Log && scoring.Unlogged(caller.Workspace, chosen.Value.Deployment) is { } off) return off;
        var output = targets.Resolve(asked);
        if (output.Refusal is { } nowhere) return nowhere;

        var (path, csv, single) = output.Value;
        var latest = await flows.LatestOf(caller.Workspace, BatchParameters.SubjectOf(chosen.Value.Deployment, path), cancellation);
        if (latest is not null && !asked.Fresh && await GoesOn(caller.Workspace, latest, asked, cancellation)) return await flows.Resume(caller, latest.FlowRunId, cancellation);

        if (await targets.Taken(asked, output.Value, cancellation) is { } taken) return taken;
        var parameters = new BatchParameters(asked, chosen.Value, path, csv, single, latest is { State: not "succeeded" } ? latest.FlowRunId : null);
        return await flows.Start(caller, BatchParameters.Flow, parameters.Subject, parameters.Write(), cancellation);
    }

    /// <summary>The same order, and it was not the order's fault that it did not get to its end.</summary>
    private async Task<bool> GoesOn(WorkspaceId workspace, FlowRunWire latest, BatchRequest asked, CancellationToken cancellation) =>
        (latest.State is "interrupted" or "cancelled" || latest is { State: "failed", Problem.Status: >= 500 }) &&
        await flows.ParametersOf(workspace, latest.FlowRunId, cancellation) is { } stored && BatchParameters.Read(stored).Answers(asked);

    private static Refusal.Invalid? Check(BatchRequest asked)
    {
        var problems = new List<FieldProblem>();
        if (!Path.IsPathFullyQualified(asked.Folder ?? "")) problems.Add(new("$.folder", $"'{asked.Folder}'", "the absolute path of a folder"));
        CheckSource(asked.Source, problems);
        CheckTarget(asked.Output, problems);
        if (asked.Explain is < 0 or > MostReasons) problems.Add(new("$.explain", $"{asked.Explain}", $"0 to {MostReasons} reasons"));
        if (asked.Keep?.Count > MostKept) problems.Add(new("$.keep", $"{asked.Keep.Count} columns", $"at most {MostKept}"));
        return problems.Count == 0 ? null : new("batch.invalid", $"This is no order for a batch: {problems[0]}.") { Fields = problems };
    }

    private static void CheckSource(BatchSource? source, List<FieldProblem> problems)
    {
        var rows = source is null || !BatchSources.IsDatabase(source);
        if (source is { Query: not null, Table: not null }) problems.Add(new("$.source", "a query and a table", "one of them"));
        if (source is { Query: { } query } && string.IsNullOrWhiteSpace(query)) problems.Add(new("$.source.query", "nothing", "a query: select ..."));
        if (source is { Table: { } table } && string.IsNullOrWhiteSpace(table)) problems.Add(new("$.source.table", "nothing", "the name of a table"));
        if (rows && source is { Connection: not null }) problems.Add(new("$.source", "a connection without query and table", "which rows: a query or a table"));
        else if (rows && source?.OrderBy is not null) problems.Add(new("$.source.order_by", $"'{source.OrderBy}' for a file", "a query or a table; rows of a file have its order"));
        if (source is { Connection: not null, Path: not null }) problems.Add(new("$.source", "a connection and a path", "one of them"));
        if (source?.Connection is null && string.IsNullOrWhiteSpace(source?.Path)) problems.Add(new("$.source.path", "nothing", "the path of a CSV or Parquet file, s3://bucket/key, or a connection with a query or a table"));
    }

    private static void CheckTarget(BatchTarget? target, List<FieldProblem> problems)
    {
        if (target is null)
        {
            problems.Add(new("$.output", "nothing", "where to write"));
            return;
        }

        if (target is { Connection: not null, Table: null }) problems.Add(new("$.output.table", "nothing", "the name of the table"));
        if (target is { Connection: not null, Path: not null }) problems.Add(new("$.output", "a connection and a path", "one of them"));
        if (target is { Table: { } table } && string.IsNullOrWhiteSpace(table)) problems.Add(new("$.output.table", "nothing", "the name of a table"));
        if (target is { Connection: null, Path: null }) problems.Add(new("$.output", "nothing", "a path, s3://bucket/key, or a connection and a table"));
    }
}
