using Cairn.Access;
using Cairn.Tracking.Experiments;
using Cairn.Tracking.Mlflow.Protocol;

namespace Cairn.Tracking.Mlflow.Experiments;

/// <summary>GET experiments/get and experiments/get-by-name: deleted ones too.</summary>
internal static class GetExperiment
{
    public static void Map(MlflowRoutes routes)
    {
        routes.Get("experiments/get", Permission.RunsRead, call => Handle(call, "experiment_id"));
        routes.Get("experiments/get-by-name", Permission.RunsRead, call => Handle(call, "experiment_name"));
    }

    private static async Task Handle(MlflowCall call, string by)
    {
        var value = FieldsOf.Text(call, by);
        await call.Store.Defaults.Ensure(call.Workspace, call.Cancellation);
        var found = await call.Query(transaction => ExperimentJson.WithTags(
            transaction, call.Workspace,
            [
                by == "experiment_id"
                    ? ExperimentJson.Require(transaction, call.Workspace, value)
                    : ExperimentTable.FindByName(transaction, call.Workspace, value) ?? throw MlflowException.Missing($"Could not find experiment with name '{value}'"),
            ])[0]);
        await call.Reply(found, static (json, experiment) =>
        {
            json.WriteStartObject();
            json.WritePropertyName("experiment"u8);
            ExperimentJson.Write(json, experiment);
            json.WriteEndObject();
        });
    }
}
