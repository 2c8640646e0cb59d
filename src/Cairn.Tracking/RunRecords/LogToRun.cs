using Cairn.Access;
using Cairn.Client.Wire;
using Cairn.Tracking.Edge;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace Cairn.Tracking.RunRecords;

/// <summary>POST /api/v1/runs/{run}/log</summary>
internal static class LogToRun
{
    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapPost("/api/v1/runs/{run}/log", Handle)
        .Requires(Permission.RunsWrite).DataPlane()
        .WithName(nameof(LogToRun)).WithSummary("Log metrics, params and tags: all of them or none; logging the same again changes nothing").WithTags("Runs")
        .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status409Conflict)
        .ProducesProblem(StatusCodes.Status413PayloadTooLarge);

    private static async Task<Results<NoContent, ProblemHttpResult>> Handle(string run, LogBatch batch, Caller caller, Runs runs, CancellationToken cancellation) =>
        (await runs.Log(caller, run, batch, cancellation)).ToNoContent();
}
