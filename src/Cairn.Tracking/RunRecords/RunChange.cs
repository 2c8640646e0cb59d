using Cairn.Access;
using Cairn.Client.Wire;
using Cairn.Kernel;
using Cairn.Storage;
using Cairn.Tracking.Edge;
using Cairn.Tracking.Naming;

namespace Cairn.Tracking.RunRecords;

/// <summary>What may change about a run itself: its status, its end, its name.</summary>
internal static class RunChange
{
    public static Refusal? Check(UpdateRun update) =>
        (update.Status is null ? null : RunStatus.Check(update.Status))
        ?? (update.Name is null ? null : Names.Run(update.Name))
        ?? (update.EndedAt < 0 ? new Refusal.Invalid("run.time-invalid", $"ended_at is {update.EndedAt}; microseconds since 1970 are expected, not negative.") : null);

    public static Answer<RunWire> Write(WriteTransaction transaction, Caller caller, Run run, UpdateRun update, long now)
    {
        var status = update.Status ?? run.Status;
        var endedAt = update.EndedAt ?? (!RunStatus.IsEnd(status) ? null : run.EndedAt ?? now);
        transaction.Execute(
            "UPDATE runs SET status = @status, ended_at = @endedAt WHERE workspace_id = @workspace AND run_id = @RunId",
            new { workspace = caller.Workspace.Value, run.RunId, status, endedAt });
        if (update.Name is { } name) RunTable.Rename(transaction, caller.Workspace, run.RunId, name);

        transaction.Write(caller, "run.update", $"runs/{run.RunId}", Detail.Of(update));
        if (RunStatus.IsEnd(status) && status != run.Status)
            transaction.Emit(new NewEvent(caller.Workspace, "run.ended", $"runs/{run.RunId}", Detail.Of(new { run = run.RunId, status })));
        return RunTable.ToWire(transaction, caller.Workspace, [RunTable.Find(transaction, caller.Workspace, run.RunId)!])[0];
    }
}
