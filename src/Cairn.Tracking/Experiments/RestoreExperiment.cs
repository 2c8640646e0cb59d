using Cairn.Access;
using Cairn.Client.Wire;
using Cairn.Kernel;
using Cairn.Storage;
using Cairn.Tracking.Edge;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace Cairn.Tracking.Experiments;

/// <summary>POST /api/v1/experiments/{experiment}/restore: its runs come back as they were; those deleted one by one stay deleted.</summary>
internal static class RestoreExperiment
{
    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapPost("/api/v1/experiments/{experiment}/restore", Handle)
        .Requires(Permission.RunsWrite).Mutates()
        .WithName(nameof(RestoreExperiment)).WithSummary("Bring back a deleted experiment and its runs").WithTags("Experiments")
        .ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status409Conflict);

    private static async Task<Results<Ok<ExperimentWire>, ProblemHttpResult>> Handle(
        string experiment, Caller caller, Database database, DefaultExperiment defaults, TimeProvider clock, CancellationToken cancellation)
    {
        await defaults.Ensure(caller.Workspace, cancellation);
        var now = clock.Micros();
        var restored = await database.Attempt<ExperimentWire>(
            transaction =>
            {
                var found = ExperimentTable.Require(transaction, caller.Workspace, experiment);
                if (found.Refusal is { } refusal) return refusal;
                if (!found.Value.IsDeleted)
                    return new Refusal.Conflict("experiment.not-deleted", $"The experiment '{found.Value.Name}' (id {found.Value.Id}) is active; there is nothing to restore.");

                ExperimentTable.Restore(transaction, caller, found.Value, now);
                return ExperimentTable.ToWire(transaction, caller.Workspace, [found.Value with { LifecycleStage = Lifecycle.Active, UpdatedAt = now }])[0];
            },
            cancellation);
        return restored.ToOk();
    }
}
