using System.Text.Json;
using Cairn.Access;
using Cairn.Client;
using Cairn.Kernel;
using Cairn.Storage;
using Cairn.Tracking.Mlflow.Protocol;
using Cairn.Tracking.RunRecords;

namespace Cairn.Tracking.Mlflow.RunRecords;

/// <summary>POST runs/log-inputs and runs/outputs: the datasets and models that a run read, the models it made. The first tags of a dataset stay.</summary>
internal static class LogInputs
{
    public static void Map(MlflowRoutes routes)
    {
        routes.Log("runs/log-inputs", Permission.RunsWrite, call => Handle(call, ShownModel.Input));
        routes.Log("runs/outputs", Permission.RunsWrite, call => Handle(call, ShownModel.Output));
    }

    private static async Task Handle(MlflowCall call, string direction)
    {
        var request = call.Read(Request.Read);
        if (string.IsNullOrEmpty(request.Run)) throw MlflowException.Required("run_id");
        var now = call.Store.Now;
        await call.Write(transaction =>
        {
            var run = RunForChange.RequireActive(transaction, call.Workspace, request.Run);
            foreach (var dataset in request.Datasets) Write(transaction, call.Workspace, run, dataset, now);
            foreach (var model in request.Models)
                transaction.Execute(
                    """
                    INSERT INTO run_models (workspace_id, run_id, direction, model_id, step, logged_at) VALUES (@workspace, @RunId, @direction, @ModelId, @Step, @now)
                    ON CONFLICT DO NOTHING
                    """,
                    new { workspace = call.Workspace.Value, run.RunId, direction, model.ModelId, model.Step, now });
            return true;
        });
        await call.Reply();
    }

    private static void Write(WriteTransaction transaction, WorkspaceId workspace, Run run, ShownInput dataset, long now)
    {
        var row = new
        {
            workspace = workspace.Value, run.RunId, run.ExperimentId, dataset.Name, dataset.Digest, dataset.SourceType, dataset.Source, dataset.SchemaText, dataset.Profile,
            dataset.Context, dataset.Tags, now,
        };
        transaction.Execute(
            """
            INSERT INTO input_datasets (workspace_id, experiment_id, name, digest, source_type, source, schema_text, profile)
            VALUES (@workspace, @ExperimentId, @Name, @Digest, @SourceType, @Source, @SchemaText, @Profile) ON CONFLICT DO NOTHING
            """,
            row);
        transaction.Execute(
            """
            INSERT INTO run_inputs (workspace_id, run_id, name, digest, experiment_id, context, tags, logged_at)
            VALUES (@workspace, @RunId, @Name, @Digest, @ExperimentId, @Context, @Tags, @now) ON CONFLICT DO NOTHING
            """,
            row);
    }

    private sealed record Request(string? Run, List<ShownInput> Datasets, List<ShownModel> Models)
    {
        public static Request Read(ref ProtoReader reader)
        {
            string? run = null;
            List<ShownInput> datasets = [];
            List<ShownModel> models = [];
            while (reader.Next())
            {
                if (reader.Is("run_id"u8)) run = reader.Text("run_id");
                else if (reader.Is("datasets"u8)) ReadDatasets(ref reader, datasets);
                else if (reader.Is("models"u8)) ReadModels(ref reader, models);
                else reader.Skip();
            }

            return new(run, datasets, models);
        }

        private static void ReadDatasets(ref ProtoReader reader, List<ShownInput> datasets)
        {
            var items = 0;
            while (reader.NextItem("datasets", ref items))
            {
                ShownInput? dataset = null;
                List<KeyValuePair<string, string>> tags = [];
                while (reader.Next())
                {
                    if (reader.Is("tags"u8)) tags = TagJson.Read(ref reader, "tags");
                    else if (reader.Is("dataset"u8)) dataset = reader.BeginObject("dataset") ? Dataset(ref reader) : null;
                    else reader.Skip();
                }

                if (dataset is null) throw MlflowException.Required("dataset");
                foreach (var (key, value) in tags)
                {
                    Check(key, "key", 255);
                    Check(value, "value", 500);
                }

                var others = tags.Where(tag => tag.Key != ShownInput.ContextTag).GroupBy(tag => tag.Key, StringComparer.Ordinal).ToDictionary(tag => tag.Key, tag => tag.Last().Value, StringComparer.Ordinal);
                datasets.Add(dataset with
                {
                    Context = tags.FindLast(tag => tag.Key == ShownInput.ContextTag).Value ?? "",
                    Tags = others.Count == 0 ? "{}" : JsonSerializer.Serialize(others, CairnJson.Options),
                });
            }
        }

        private static ShownInput Dataset(ref ProtoReader reader)
        {
            string? name = null, digest = null, type = null, source = null, schema = null, profile = null;
            while (reader.Next())
            {
                if (reader.Is("name"u8)) name = reader.Text("name");
                else if (reader.Is("digest"u8)) digest = reader.Text("digest");
                else if (reader.Is("source_type"u8)) type = reader.Text("source_type");
                else if (reader.Is("source"u8)) source = reader.Text("source");
                else if (reader.Is("schema"u8)) schema = reader.Text("schema");
                else if (reader.Is("profile"u8)) profile = reader.Text("profile");
                else reader.Skip();
            }

            if (string.IsNullOrEmpty(name)) throw MlflowException.Required("name");
            return new()
            {
                Name = Check(name, "name", 500), Digest = Check(digest, "digest", 36), SourceType = Check(type, "source_type", 500), Source = Check(source, "source", 65_535),
                SchemaText = Check(schema, "schema", 1_048_575), Profile = Check(profile, "profile", 16_777_215),
            };
        }

        private static void ReadModels(ref ProtoReader reader, List<ShownModel> models)
        {
            var items = 0;
            while (reader.NextItem("models", ref items))
            {
                string? id = null;
                long? step = null;
                while (reader.Next())
                {
                    if (reader.Is("model_id"u8)) id = reader.Text("model_id");
                    else if (reader.Is("step"u8)) step = reader.Whole("step");
                    else reader.Skip();
                }

                if (string.IsNullOrEmpty(id)) throw MlflowException.Required(reader.Place + ".model_id");
                models.Add(new() { ModelId = Check(id, "model_id", 255), Step = step ?? 0 });
            }
        }

        private static string Check(string? text, string field, int longest) =>
            text is null ? "" : text.Length <= longest ? text : throw MlflowException.TooLong(field, longest);
    }
}
