using Cairn.Access;
using Cairn.Client.Wire;
using Cairn.Tracking.Edge;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace Cairn.Tracking.RunRecords;

/// <summary>POST /api/v1/runs/{run}/inputs</summary>
internal static class LogInputToRun
{
    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapPost("/api/v1/runs/{run}/inputs", Handle)
        .Requires(Permission.RunsWrite).DataPlane()
        .WithName(nameof(LogInputToRun)).WithSummary("Say which dataset a run read; the same name and digest again keeps the first context").WithTags("Runs")
        .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status409Conflict);

    private static async Task<Results<NoContent, ProblemHttpResult>> Handle(string run, DatasetInputWire input, Caller caller, Runs runs, CancellationToken cancellation) =>
        (await runs.LogInput(caller, run, input, cancellation)).ToNoContent();
}
