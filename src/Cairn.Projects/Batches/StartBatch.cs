using Cairn.Access;
using Cairn.Client.Wire;
using Cairn.Flows;
using Cairn.Kernel;
using Cairn.Projects.Files;
using Cairn.Serving;
using Cairn.Storage;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace Cairn.Projects.Batches;

/// <summary>POST /api/v1/deployments/{name}/batch: scores a file of any size in the background.</summary>
internal sealed class StartBatch(BatchScoring scoring, FlowRuns flows, ProjectsOptions options, StorageOptions storage)
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
        var source = SourcePath.Resolve(asked.Folder, asked.Source.Path!, options.DataRoots);
        if (source.Refusal is { } missing) return missing;
        var output = BatchOutput.Resolve(asked.Folder, asked.Output, asked.Overwrite, options.DataRoots, storage);
        if (output.Refusal is { } nowhere) return nowhere;

        var (path, csv, single) = output.Value;
        var latest = await flows.LatestOf(caller.Workspace, BatchParameters.SubjectOf(chosen.Value.Deployment, path), cancellation);
        if (latest is not null && !asked.Fresh && await GoesOn(caller.Workspace, latest, asked, cancellation)) return await flows.Resume(caller, latest.FlowRunId, cancellation);

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
        if (string.IsNullOrWhiteSpace(asked.Source?.Path)) problems.Add(new("$.source.path", "nothing", "the path of a CSV or Parquet file"));
        if (asked.Output is null) problems.Add(new("$.output", "nothing", "where to write"));
        if (asked.Explain is < 0 or > MostReasons) problems.Add(new("$.explain", $"{asked.Explain}", $"0 to {MostReasons} reasons"));
        if (asked.Keep?.Count > MostKept) problems.Add(new("$.keep", $"{asked.Keep.Count} columns", $"at most {MostKept}"));
        return problems.Count == 0 ? null : new("batch.invalid", $"This is no order for a batch: {problems[0]}.") { Fields = problems };
    }
}
