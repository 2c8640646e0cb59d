using Cairn.Kernel;
using Cairn.Storage;
using Cairn.Tracking.Mlflow.Protocol;
using Cairn.Tracking.RunRecords;

namespace Cairn.Tracking.Mlflow.RunRecords;

/// <summary>The run that a call is about.</summary>
internal static class RunForChange
{
    public static Run Require(ReadTransaction transaction, WorkspaceId workspace, string runId) =>
        RunTable.Find(transaction, workspace, runId) ?? throw MlflowException.Missing($"Run with id={runId} not found");

    public static Run RequireActive(ReadTransaction transaction, WorkspaceId workspace, string runId)
    {
        var run = Require(transaction, workspace, runId);
        return run.IsDeleted ? throw MlflowException.Invalid($"The run {runId} must be in the 'active' state. Current state is deleted.") : run;
    }
}
