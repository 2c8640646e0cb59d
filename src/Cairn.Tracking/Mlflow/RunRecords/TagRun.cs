using Cairn.Access;
using Cairn.Tracking.Mlflow.Protocol;
using Cairn.Tracking.Naming;
using Cairn.Tracking.RunRecords;

namespace Cairn.Tracking.Mlflow.RunRecords;

/// <summary>POST runs/set-tag and runs/delete-tag. The tag with the run's name renames it.</summary>
internal static class TagRun
{
    public static void Map(MlflowRoutes routes)
    {
        routes.Log("runs/set-tag", Permission.RunsWrite, Set);
        routes.Log("runs/delete-tag", Permission.RunsWrite, Delete);
    }

    private static async Task Set(MlflowCall call)
    {
        var (runId, key, given) = RunText.Read(call);
        KeyRule.Check(key, "key", "key");
        var value = LoggedText.Tag(given);
        if (key == RunName.Tag && value.Length > 0 && Names.Run(value) is { } bad) throw MlflowException.Of(bad);
        await call.Write(transaction =>
        {
            var run = RunForChange.RequireActive(transaction, call.Workspace, runId);
            if (key != RunName.Tag) RunTable.PutTags(transaction, call.Workspace, run, [new(key, value)]);
            else if (value.Length > 0) RunTable.Rename(transaction, call.Workspace, run, value); // an empty name is taken and changes nothing
            return true;
        });
        await call.Reply();
    }

    private static async Task Delete(MlflowCall call)
    {
        var (runId, key, _) = RunText.Read(call);
        await call.Write(transaction =>
        {
            RunForChange.RequireActive(transaction, call.Workspace, runId);
            return RunTable.RemoveTag(transaction, call.Workspace, runId, key) ? true : throw MlflowException.Missing($"No tag with name: {key} in run with id {runId}");
        });
        await call.Reply();
    }
}
