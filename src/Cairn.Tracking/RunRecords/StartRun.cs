using Cairn.Access;
using Cairn.Client.Wire;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace Cairn.Tracking.RunRecords;

/// <summary>POST /api/v1/runs</summary>
internal static class StartRun
{
    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapPost("/api/v1/runs", Handle)
        .Requires(Permission.RunsWrite).Mutates()
        .WithName(nameof(StartRun)).WithSummary("Start a run; without a name it gets one like mellow-otter-417").WithTags("Runs")
        .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status409Conflict);

    private static async Task<Results<Created<RunWire>, ProblemHttpResult>> Handle(CreateRun request, Caller caller, Runs runs, CancellationToken cancellation)
    {
        var started = await runs.Start(caller, request, cancellation);
        if (started.Refusal is { } refusal) return refusal.ToProblem();

        var run = await runs.Find(caller.Workspace, started.Value, cancellation);
        return TypedResults.Created($"/api/v1/runs/{started.Value}", run);
    }
}
