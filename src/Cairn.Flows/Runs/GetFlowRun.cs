using Cairn.Access;
using Cairn.Client.Wire;
using Cairn.Kernel;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace Cairn.Flows.Runs;

/// <summary>GET /api/v1/flow-runs/{id}: with <c>wait_ms</c> and <c>version</c> it answers when there is something newer, so that progress is live.</summary>
internal static class GetFlowRun
{
    private const int LongestWaitMs = 30_000;

    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapGet("/api/v1/flow-runs/{id}", Handle)
        .WithName(nameof(GetFlowRun)).WithSummary("Show a flow run; wait for something newer than a version")
        .ProducesProblem(StatusCodes.Status404NotFound)
        .Requires(Permission.ProjectsRead);

    private static async Task<Results<Ok<FlowRunWire>, ProblemHttpResult>> Handle(
        string id, FlowRuns runs, Caller caller, int? wait_ms, long? version, CancellationToken cancellation)
    {
        var wait = TimeSpan.FromMilliseconds(version is null ? 0 : Math.Clamp(wait_ms ?? 0, 0, LongestWaitMs));
        return await runs.Watch(caller.Workspace, id, version ?? -1, wait, cancellation) is { } run
            ? TypedResults.Ok(run)
            : new Refusal.Missing("flow.run-unknown", $"No flow run {id} in this workspace. GET /api/v1/flow-runs lists them.").ToProblem();
    }
}
