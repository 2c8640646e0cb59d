using Cairn.Access;
using Cairn.Tracking.Edge;
using Cairn.Tracking.Experiments;
using Cairn.Tracking.Mlflow.Protocol;

namespace Cairn.Tracking.Mlflow.RunRecords;

/// <summary>POST runs/delete and runs/restore. Either is right when it is so already.</summary>
internal static class DeleteRun
{
    public static void Map(MlflowRoutes routes)
    {
        routes.Change("POST", "runs/delete", Permission.RunsWrite, call => Move(call, Lifecycle.Deleted, "run.delete"));
        routes.Change("POST", "runs/restore", Permission.RunsWrite, call => Move(call, Lifecycle.Active, "run.restore"));
    }

    private static async Task Move(MlflowCall call, string stage, string action)
    {
        var runId = FieldsOf.RunId(call);
        var now = call.Store.Now;
        await call.Write(transaction =>
        {
            var run = RunForChange.Require(transaction, call.Workspace, runId);
            if (run.LifecycleStage == stage) return false;
            transaction.Execute(
                "UPDATE runs SET lifecycle_stage = @stage, deleted_at = @deleted WHERE workspace_id = @workspace AND run_id = @runId",
                new { workspace = call.Workspace.Value, runId, stage, deleted = stage == Lifecycle.Deleted ? now : (long?)null });
            transaction.Write(call.Caller, action, $"runs/{runId}", Detail.Of(new { run.Name, experiment = run.Experiment }));
            return true;
        });
        await call.Reply();
    }
}
