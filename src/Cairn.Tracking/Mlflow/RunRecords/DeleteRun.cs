using Cairn.Access;
using Cairn.Tracking.Experiments;
using Cairn.Tracking.Mlflow.Protocol;
using Cairn.Tracking.RunRecords;

namespace Cairn.Tracking.Mlflow.RunRecords;

/// <summary>POST runs/delete and runs/restore. Either is right when it is so already.</summary>
internal static class DeleteRun
{
    public static void Map(MlflowRoutes routes)
    {
        routes.Change("POST", "runs/delete", Permission.RunsWrite, call => Move(call, Lifecycle.Deleted));
        routes.Change("POST", "runs/restore", Permission.RunsWrite, call => Move(call, Lifecycle.Active));
    }

    private static async Task Move(MlflowCall call, string stage)
    {
        var runId = FieldsOf.RunId(call);
        var now = call.Store.Now;
        await call.Write(transaction =>
        {
            var run = RunForChange.Require(transaction, call.Workspace, runId);
            if (run.LifecycleStage == stage) return false;
            if (stage == Lifecycle.Deleted) RunTable.Delete(transaction, call.Caller, run, now);
            else RunTable.Restore(transaction, call.Caller, run);
            return true;
        });
        await call.Reply();
    }
}
