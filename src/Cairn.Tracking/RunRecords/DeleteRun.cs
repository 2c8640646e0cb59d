using Cairn.Access;
using Cairn.Kernel;
using Cairn.Storage;
using Cairn.Tracking.Edge;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace Cairn.Tracking.RunRecords;

/// <summary>DELETE /api/v1/runs/{run}: it goes into the bin.</summary>
internal static class DeleteRun
{
    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapDelete("/api/v1/runs/{run}", Handle)
        .Requires(Permission.RunsWrite).Mutates()
        .WithName(nameof(DeleteRun)).WithSummary("Delete a run; it can be restored").WithTags("Runs")
        .ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status409Conflict);

    private static async Task<Results<NoContent, ProblemHttpResult>> Handle(string run, Caller caller, Database database, TimeProvider clock, CancellationToken cancellation)
    {
        var now = clock.Micros();
        var deleted = await database.Attempt<Done>(
            transaction =>
            {
                var found = RunTable.RequireActive(transaction, caller.Workspace, run);
                if (found.Refusal is { } refusal) return refusal;

                RunTable.Delete(transaction, caller, found.Value, now);
                return default(Done);
            },
            cancellation);
        return deleted.ToNoContent();
    }
}
