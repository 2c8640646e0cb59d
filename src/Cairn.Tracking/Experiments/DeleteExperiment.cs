using Cairn.Access;
using Cairn.Kernel;
using Cairn.Storage;
using Cairn.Tracking.Edge;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace Cairn.Tracking.Experiments;

/// <summary>DELETE /api/v1/experiments/{experiment}: it and its runs go into the bin.</summary>
internal static class DeleteExperiment
{
    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapDelete("/api/v1/experiments/{experiment}", Handle)
        .Requires(Permission.RunsWrite).Mutates()
        .WithName(nameof(DeleteExperiment)).WithSummary("Delete an experiment and with it its runs; both can be restored").WithTags("Experiments")
        .ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status409Conflict);

    private static async Task<Results<NoContent, ProblemHttpResult>> Handle(
        string experiment, Caller caller, Database database, DefaultExperiment defaults, TimeProvider clock, CancellationToken cancellation)
    {
        await defaults.Ensure(caller.Workspace, cancellation);
        var now = clock.Micros();
        var deleted = await database.Attempt<Done>(
            transaction =>
            {
                var found = ExperimentTable.RequireActive(transaction, caller.Workspace, experiment);
                if (found.Refusal is { } refusal) return refusal;

                ExperimentTable.Delete(transaction, caller, found.Value, now);
                return default(Done);
            },
            cancellation);
        return deleted.ToNoContent();
    }
}
