using Cairn.Access;
using Cairn.Storage;
using Cairn.Tracking.Edge;
using Cairn.Tracking.Experiments;
using Cairn.Tracking.Mlflow.Protocol;

namespace Cairn.Tracking.Mlflow.Experiments;

/// <summary>POST experiments/set-experiment-tag and experiments/delete-experiment-tag.</summary>
internal static class TagExperiment
{
    private const int LongestTag = 5000;

    public static void Map(MlflowRoutes routes)
    {
        routes.Change("POST", "experiments/set-experiment-tag", Permission.RunsWrite, Set);
        routes.Change("POST", "experiments/delete-experiment-tag", Permission.RunsWrite, Delete);
    }

    private static async Task Set(MlflowCall call)
    {
        var fields = FieldsOf.Texts(call, "experiment_id", "key", "value?");
        var (id, key, value) = (fields[0], fields[1], fields[2]);
        KeyRule.Check(key, "key", "key");
        TagJson.Check(key, value, LongestTag);

        await Change(call, id, "experiment.tag", new Dictionary<string, string>(StringComparer.Ordinal) { [key] = value }, (transaction, experiment) =>
            ExperimentTable.PutTags(transaction, call.Workspace, experiment.ExperimentId, new Dictionary<string, string>(StringComparer.Ordinal) { [key] = value }));
    }

    private static async Task Delete(MlflowCall call)
    {
        var fields = FieldsOf.Texts(call, "experiment_id", "key");
        var (id, key) = (fields[0], fields[1]);
        await Change(call, id, "experiment.untag", new Dictionary<string, string>(StringComparer.Ordinal) { ["key"] = key }, (transaction, experiment) =>
        {
            var row = new { workspace = call.Workspace.Value, experiment.ExperimentId, key };
            if (transaction.Execute("DELETE FROM experiment_tags WHERE workspace_id = @workspace AND experiment_id = @ExperimentId AND key = @key", row) == 0)
                throw MlflowException.Missing($"No tag with name: {key} in experiment with id {id}");
        });
    }

    private static async Task Change(MlflowCall call, string id, string action, Dictionary<string, string> detail, Action<WriteTransaction, Experiment> change)
    {
        await call.Store.Defaults.Ensure(call.Workspace, call.Cancellation);
        var now = call.Store.Now;
        await call.Write(transaction =>
        {
            var found = ExperimentJson.RequireActive(transaction, call.Workspace, id);
            change(transaction, found);
            transaction.Execute(
                "UPDATE experiments SET updated_at = @now WHERE workspace_id = @workspace AND experiment_id = @ExperimentId",
                new { workspace = call.Workspace.Value, found.ExperimentId, now });
            transaction.Write(call.Caller, action, $"experiments/{found.Id}", Detail.Of(detail));
            return true;
        });
        await call.Reply();
    }
}
