using System.Globalization;
using System.Text.Json;
using Cairn.Kernel;
using Cairn.Storage;
using Cairn.Tracking.Experiments;
using Cairn.Tracking.Mlflow.Experiments;
using Cairn.Tracking.Mlflow.Protocol;
using Cairn.Tracking.Mlflow.RunRecords;
using Cairn.Tracking.Sql;

namespace Cairn.Tracking.Mlflow.LoggedModels;

/// <summary>A row of <c>logged_models</c>.</summary>
internal sealed record LoggedModel
{
    public const string Columns = "t.model_id, t.experiment_id, t.name, t.model_type, t.source_run_id, t.status, t.created_at, t.updated_at";
    /// <summary>Of <c>logged_models t</c>: neither deleted nor of an experiment that is being purged.</summary>
    public const string Shows =
        $"t.deleted_at IS NULL AND NOT EXISTS (SELECT 1 FROM experiments g WHERE g.workspace_id = t.workspace_id AND g.experiment_id = t.experiment_id AND g.lifecycle_stage = '{Lifecycle.Purged}')";

    public const string Pending = "LOGGED_MODEL_PENDING", Ready = "LOGGED_MODEL_READY", UploadFailed = "LOGGED_MODEL_UPLOAD_FAILED";

    public string ModelId { get; init; } = "";

    public long ExperimentId { get; init; }

    public string Name { get; init; } = "";

    public string ModelType { get; init; } = "";

    public string SourceRunId { get; init; } = "";

    public string Status { get; init; } = Pending;

    public long CreatedAt { get; init; }

    public long UpdatedAt { get; init; }

    public static LoggedModel? Find(ReadTransaction transaction, WorkspaceId workspace, string id) => transaction.First<LoggedModel>(
        $"SELECT {Columns} FROM logged_models t WHERE t.workspace_id = @workspace AND t.model_id = @id AND {Shows}", new { workspace = workspace.Value, id });

    public static LoggedModel Require(ReadTransaction transaction, WorkspaceId workspace, string id) =>
        Find(transaction, workspace, id) ?? throw MlflowException.Missing($"Logged model with ID '{id}' not found.");

    public static string Location(ReadTransaction transaction, WorkspaceId workspace, LoggedModel model) =>
        $"{ExperimentJson.Require(transaction, workspace, model.ExperimentId.ToString(CultureInfo.InvariantCulture)).Location()}/models/{model.ModelId}/artifacts";
}

/// <summary>A logged model with all that the protocol shows of it.</summary>
internal sealed record ShownLoggedModel(LoggedModel Model, string Location)
{
    public IReadOnlyCollection<KeyValuePair<string, string>> Params { get; init; } = [];

    public IReadOnlyCollection<KeyValuePair<string, string>> Tags { get; init; } = [];

    public IReadOnlyList<ModelPoint> Metrics { get; init; } = [];

    public IReadOnlyList<RegisteredAs> Registrations { get; init; } = [];

    public static IReadOnlyList<ShownLoggedModel> Load(ReadTransaction transaction, WorkspaceId workspace, IReadOnlyList<LoggedModel> models)
    {
        if (models.Count == 0) return [];
        var ids = new { workspace = workspace.Value, ids = transaction.Texts([.. models.Select(model => model.ModelId)]) };
        var where = $"WHERE workspace_id = @workspace AND model_id {transaction.Among("ids")}";
        var parameters = Cairn.Tracking.Sql.Tags.ByOwner(transaction.Query<KeyValue>($"SELECT model_id AS owner, key, value FROM logged_model_params {where}", ids));
        var tags = Cairn.Tracking.Sql.Tags.ByOwner(transaction.Query<KeyValue>($"SELECT model_id AS owner, key, value FROM logged_model_tags {where}", ids));
        var metrics = transaction.Query<ModelPoint>(
            $"SELECT model_id, key, run_id, dataset_name, dataset_digest, timestamp, step, value, is_nan FROM logged_model_metrics {where} ORDER BY model_id, key, run_id, dataset_name, dataset_digest", ids)
            .ToLookup(point => point.ModelId, StringComparer.Ordinal);
        var places = models.Select(model => model.ExperimentId).Distinct().ToDictionary(id => id, id => ExperimentJson.Require(transaction, workspace, id.ToString(CultureInfo.InvariantCulture)).Location());
        var versions = transaction.Query<RegisteredAs>(
            $"SELECT model AS name, version, source FROM model_versions WHERE workspace_id = @workspace AND source {transaction.Among("sources")} AND deleted_at IS NULL ORDER BY model, version",
            new { workspace = workspace.Value, sources = transaction.Texts([.. models.SelectMany(Sources)]) }).ToLookup(version => version.Source, StringComparer.Ordinal);
        return
        [
            .. models.Select(model => new ShownLoggedModel(model, Place(model))
            {
                Params = parameters(model.ModelId), Tags = tags(model.ModelId), Metrics = [.. metrics[model.ModelId]], Registrations = [.. Sources(model).SelectMany(source => versions[source])],
            }),
        ];

        string Place(LoggedModel model) => $"{places[model.ExperimentId]}/models/{model.ModelId}/artifacts";
        // By name or by place: clients register it as either.
        IEnumerable<string> Sources(LoggedModel model) => [$"models:/{model.ModelId}", Place(model)];
    }

    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteStartObject("info"u8);
        json.WriteString("model_id"u8, Model.ModelId);
        json.WriteString("experiment_id"u8, Model.ExperimentId.ToString(CultureInfo.InvariantCulture));
        json.WriteString("name"u8, Model.Name);
        json.WriteNumber("creation_timestamp_ms"u8, Model.CreatedAt / 1000);
        json.WriteNumber("last_updated_timestamp_ms"u8, Model.UpdatedAt / 1000);
        json.WriteString("artifact_uri"u8, Location);
        json.WriteString("status"u8, Model.Status);
        json.WriteString("model_type"u8, Model.ModelType);
        if (Model.SourceRunId.Length > 0) json.WriteString("source_run_id"u8, Model.SourceRunId);
        TagJson.Write(json, "tags"u8, Tags);
        if (Registrations.Count > 0)
        {
            json.WriteStartArray("registrations"u8);
            foreach (var version in Registrations)
            {
                json.WriteStartObject();
                json.WriteString("name"u8, version.Name);
                json.WriteString("version"u8, version.Version.ToString(CultureInfo.InvariantCulture));
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        json.WriteEndObject();
        json.WriteStartObject("data"u8);
        TagJson.Write(json, "params"u8, Params);
        if (Metrics.Count > 0)
        {
            json.WriteStartArray("metrics"u8);
            foreach (var point in Metrics) point.Write(json);
            json.WriteEndArray();
        }

        json.WriteEndObject();
        json.WriteEndObject();
    }

    /// <summary>The model as it is now.</summary>
    public static async Task Reply(MlflowCall call, string id)
    {
        var shown = await call.Query(transaction => Load(transaction, call.Workspace, [LoggedModel.Require(transaction, call.Workspace, id)])[0]);
        await call.Reply(shown, static (json, model) =>
        {
            json.WriteStartObject();
            json.WritePropertyName("model"u8);
            model.Write(json);
            json.WriteEndObject();
        });
    }
}

/// <summary>A row of <c>logged_model_metrics</c>.</summary>
internal sealed record ModelPoint
{
    public string ModelId { get; init; } = "";

    public string Key { get; init; } = "";

    public string RunId { get; init; } = "";

    public string DatasetName { get; init; } = "";

    public string DatasetDigest { get; init; } = "";

    public long Timestamp { get; init; }

    public long Step { get; init; }

    public double Value { get; init; }

    public long IsNan { get; init; }

    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        PointJson.WriteFields(json, PointJson.Key(Key), Value, IsNan, Timestamp, Step);
        if (DatasetName.Length > 0) json.WriteString("dataset_name"u8, DatasetName);
        if (DatasetDigest.Length > 0) json.WriteString("dataset_digest"u8, DatasetDigest);
        json.WriteString("model_id"u8, ModelId);
        json.WriteString("run_id"u8, RunId);
        json.WriteEndObject();
    }
}

/// <summary>A model version made of a logged model.</summary>
internal sealed record RegisteredAs
{
    public string Name { get; init; } = "";

    public long Version { get; init; }

    public string Source { get; init; } = "";
}
