using Cairn.Access;
using Cairn.Client.Wire;
using Cairn.Tracking.Edge;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace Cairn.Tracking.RunRecords;

/// <summary>PATCH /api/v1/runs/{run}</summary>
internal static class EditRun
{
    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapPatch("/api/v1/runs/{run}", Handle)
        .Requires(Permission.RunsWrite).Mutates()
        .WithName(nameof(EditRun)).WithSummary("Change status, end, name, description or tags of a run; what is left out stays, and a tag with null as its value is removed").WithTags("Runs")
        .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status409Conflict)
        .ProducesProblem(StatusCodes.Status413PayloadTooLarge);

    private static async Task<Results<Ok<RunWire>, ProblemHttpResult>> Handle(string run, UpdateRun request, Caller caller, Runs runs, CancellationToken cancellation) =>
        (await runs.Update(caller, run, request, cancellation)).ToOk();
}
