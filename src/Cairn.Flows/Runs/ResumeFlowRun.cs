using Cairn.Access;
using Cairn.Client.Wire;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace Cairn.Flows.Runs;

/// <summary>POST /api/v1/flow-runs/{id}/resume: goes on where it stopped, under the same id; succeeded tasks are not run again.</summary>
internal static class ResumeFlowRun
{
    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapPost("/api/v1/flow-runs/{id}/resume", Handle)
        .WithName(nameof(ResumeFlowRun)).WithSummary("Take up an interrupted, failed or cancelled flow run")
        .ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status409Conflict)
        .Requires(Permission.ProjectsRun).Mutates();

    private static async Task<Results<Accepted<FlowRunWire>, ProblemHttpResult>> Handle(string id, FlowRuns runs, Caller caller, CancellationToken cancellation)
    {
        var resumed = await runs.Resume(caller, id, cancellation);
        return resumed.Refusal is { } refusal ? refusal.ToProblem() : TypedResults.Accepted($"/api/v1/flow-runs/{id}", resumed.Value);
    }
}
