using Cairn.Access;
using Cairn.Storage;
using Cairn.Tracking.Experiments;
using Cairn.Tracking.Mlflow.Protocol;
using Cairn.Tracking.Naming;

namespace Cairn.Tracking.Mlflow.Experiments;

/// <summary>POST experiments/update, experiments/delete and experiments/restore.</summary>
internal static class ChangeExperiment
{
    private const int LongestName = 500;

    public static void Map(MlflowRoutes routes)
    {
        routes.Change("POST", "experiments/update", Permission.RunsWrite, Rename);
        routes.Change("POST", "experiments/delete", Permission.RunsWrite, call => Move(call, Lifecycle.Active, ExperimentTable.Delete));
        routes.Change("POST", "experiments/restore", Permission.RunsWrite, call => Move(call, Lifecycle.Deleted, ExperimentTable.Restore));
    }

    private static async Task Rename(MlflowCall call)
    {
        var fields = FieldsOf.Texts(call, "experiment_id", "new_name");
        var (id, name) = (fields[0], fields[1]);
        if (name.Length > LongestName) throw MlflowException.TooLong("name", LongestName);
        if (Names.Experiment(name) is { } bad) throw MlflowException.Of(bad);

        await call.Store.Defaults.Ensure(call.Workspace, call.Cancellation);
        var now = call.Store.Now;
        await call.Write(transaction =>
        {
            var found = ExperimentJson.Require(transaction, call.Workspace, id);
            if (found.IsDeleted) throw MlflowException.Invalid("Cannot rename a non-active experiment.");
            if (ExperimentTable.FindByName(transaction, call.Workspace, name) is { } holder && holder.ExperimentId != found.ExperimentId)
                throw MlflowException.Exists($"Experiment(name={name}) already exists.");

            ExperimentTable.Rename(transaction, call.Caller, found, name, now);
            return true;
        });
        await call.Reply();
    }

    private static async Task Move(MlflowCall call, string from, Action<WriteTransaction, Caller, Experiment, long> move)
    {
        var id = FieldsOf.Text(call, "experiment_id");
        await call.Store.Defaults.Ensure(call.Workspace, call.Cancellation);
        var now = call.Store.Now;
        await call.Write(transaction =>
        {
            var found = ExperimentJson.Require(transaction, call.Workspace, id);
            if (found.LifecycleStage != from) throw ExperimentJson.Unknown(id);
            move(transaction, call.Caller, found, now);
            return true;
        });
        await call.Reply();
    }
}
