using Cairn.Access;
using Cairn.Client.Wire;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace Cairn.Flows.Runs;

/// <summary>POST /api/v1/flow-runs/{id}/cancel: the running task is asked to stop; what has succeeded is kept.</summary>
internal static class CancelFlowRun
{
    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapPost("/api/v1/flow-runs/{id}/cancel", Handle)
        .WithName(nameof(CancelFlowRun)).WithSummary("Ask an active flow run to stop")
        .ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status409Conflict)
        .Requires(Permission.ProjectsRun).Mutates();

    private static async Task<Results<Accepted<FlowRunWire>, ProblemHttpResult>> Handle(string id, FlowRuns runs, Caller caller, CancellationToken cancellation)
    {
        var cancelled = await runs.Cancel(caller, id, cancellation);
        return cancelled.Refusal is { } refusal ? refusal.ToProblem() : TypedResults.Accepted($"/api/v1/flow-runs/{id}", cancelled.Value);
    }
}
