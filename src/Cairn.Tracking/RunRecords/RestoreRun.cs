using Cairn.Access;
using Cairn.Client.Wire;
using Cairn.Kernel;
using Cairn.Storage;
using Cairn.Tracking.Edge;
using Cairn.Tracking.Experiments;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace Cairn.Tracking.RunRecords;

/// <summary>POST /api/v1/runs/{run}/restore</summary>
internal static class RestoreRun
{
    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapPost("/api/v1/runs/{run}/restore", Handle)
        .Requires(Permission.RunsWrite).Mutates()
        .WithName(nameof(RestoreRun)).WithSummary("Bring back a deleted run").WithTags("Runs")
        .ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status409Conflict);

    private static async Task<Results<Ok<RunWire>, ProblemHttpResult>> Handle(string run, Caller caller, Database database, CancellationToken cancellation)
    {
        var restored = await database.Attempt<RunWire>(
            transaction =>
            {
                var found = RunTable.Require(transaction, caller.Workspace, run);
                if ((found.Refusal ?? Write(transaction, caller, found.Value)) is { } refusal) return refusal;
                return RunTable.ToWire(transaction, caller.Workspace, [found.Value with { LifecycleStage = Lifecycle.Active }])[0];
            },
            cancellation);
        return restored.ToOk();
    }

    public static Refusal? Write(WriteTransaction transaction, Caller caller, Run run)
    {
        if ((run with { LifecycleStage = Lifecycle.Active }).CannotChange() is { } experimentIsDeleted) return experimentIsDeleted;
        if (!run.IsDeleted) return new Refusal.Conflict("run.not-deleted", $"The run '{run.Name}' ({run.RunId}) is active; there is nothing to restore.");

        RunTable.Restore(transaction, caller, run);
        return null;
    }
}
