using Cairn.Access;
using Cairn.Client.Wire;
using Cairn.Kernel;
using Cairn.Storage;
using Cairn.Tracking.Edge;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace Cairn.Tracking.RunRecords;

/// <summary>GET /api/v1/runs/{run}</summary>
internal static class GetRun
{
    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapGet("/api/v1/runs/{run}", Handle)
        .Requires(Permission.RunsRead)
        .WithName(nameof(GetRun)).WithSummary("One run, by its id or the beginning of it (4 digits or more); deleted ones too").WithTags("Runs")
        .ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status409Conflict);

    private static async Task<Results<Ok<RunWire>, ProblemHttpResult>> Handle(string run, Caller caller, Database database, CancellationToken cancellation)
    {
        var answer = await database.Read<Answer<RunWire>>(
            transaction =>
            {
                var found = RunTable.RequireByPrefix(transaction, caller.Workspace, run);
                return found.Refusal is { } refusal ? refusal : RunTable.ToWire(transaction, caller.Workspace, [found.Value])[0];
            },
            cancellation);
        return answer.ToOk();
    }
}
