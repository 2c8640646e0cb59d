using System.Buffers;
using Cairn.Access;
using Cairn.Kernel;
using Cairn.Tracking.Edge;
using Cairn.Tracking.Mlflow.Experiments;
using Cairn.Tracking.Mlflow.Protocol;
using Cairn.Tracking.Mlflow.RunRecords;
using Cairn.Tracking.Naming;
using Cairn.Tracking.RunRecords;
using Cairn.Tracking.Sql;

namespace Cairn.Tracking.Mlflow.LoggedModels;

/// <summary>POST logged-models: it waits for its files until it is finished.</summary>
internal static class CreateLoggedModel
{
    private static readonly SearchValues<char> _forbidden = SearchValues.Create("/:.%\"'");

    public static void Map(MlflowRoutes routes) => routes.Change("POST", "logged-models", Permission.RunsWrite, Handle);

    private static async Task Handle(MlflowCall call)
    {
        var (model, experiment, given, tagged) = call.Read(static (ref ProtoReader reader) =>
        {
            string? experiment = null, name = null, type = null, run = null;
            List<KeyValuePair<string, string>> parameters = [], tags = [];
            while (reader.Next())
            {
                if (reader.Is("experiment_id"u8)) experiment = reader.Text("experiment_id");
                else if (reader.Is("name"u8)) name = reader.Text("name");
                else if (reader.Is("model_type"u8)) type = reader.Text("model_type");
                else if (reader.Is("source_run_id"u8)) run = reader.Text("source_run_id");
                else if (reader.Is("params"u8)) parameters = TagJson.Read(ref reader, "params");
                else if (reader.Is("tags"u8)) tags = TagJson.Read(ref reader, "tags");
                else reader.Skip();
            }

            return (new LoggedModel { Name = string.IsNullOrEmpty(name) ? RunName.Make() : name, ModelType = type ?? "", SourceRunId = run ?? "" }, experiment, parameters, tags);
        });
        if (string.IsNullOrEmpty(experiment)) throw MlflowException.Required("experiment_id");
        CheckName(model.Name);
        if (model.ModelType.Length > 500) throw MlflowException.TooLong("model_type", 500);
        if (model.SourceRunId.Length > 250) throw MlflowException.TooLong("source_run_id", 250);
        var (parameters, tags) = (LoggedModelText.Params(given), LoggedText.Tags(tagged));

        await call.Store.Defaults.Ensure(call.Workspace, call.Cancellation);
        var (id, now) = ("m-" + Uuid7.New(call.Store.Clock), call.Store.Now);
        await call.Write(transaction =>
        {
            var found = ExperimentJson.RequireActive(transaction, call.Workspace, experiment);
            transaction.Execute(
                """
                INSERT INTO logged_models (workspace_id, model_id, experiment_id, name, model_type, source_run_id, status, created_at, updated_at)
                VALUES (@workspace, @id, @ExperimentId, @Name, @ModelType, @SourceRunId, @Status, @now, @now)
                """,
                new { workspace = call.Workspace.Value, id, found.ExperimentId, model.Name, model.ModelType, model.SourceRunId, model.Status, now });
            Tags.Put(transaction, "logged_model_params", call.Workspace, parameters, ("model_id", id));
            Tags.Put(transaction, "logged_model_tags", call.Workspace, tags, ("model_id", id));
            transaction.Write(call.Caller, "logged-model.create", $"logged-models/{id}", Detail.Of(new { model.Name, run = model.SourceRunId }));
            return true;
        });
        await ShownLoggedModel.Reply(call, id);
    }

    private static void CheckName(string name)
    {
        if (name.AsSpan().ContainsAny(_forbidden) || Names.Experiment(name) is not null)
            throw MlflowException.Invalid($"Invalid model name ('{name}') provided. Model name must be a non-empty string and cannot contain the following characters: ('/', ':', '.', '%', '\"', \"'\")");
    }
}

internal static class LoggedModelText
{
    public static Dictionary<string, string> Params(IReadOnlyList<KeyValuePair<string, string>> given)
    {
        var byKey = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (key, value) in given)
        {
            KeyRule.Check(key, "key", "key");
            byKey[key] = LoggedText.Param(value);
        }

        return byKey;
    }
}
