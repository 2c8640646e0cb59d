using System.Text.Json;
using Cairn.Kernel;
using Cairn.Storage;
using Cairn.Tracking.Experiments;
using Cairn.Tracking.Mlflow.Experiments;
using Cairn.Tracking.Mlflow.Protocol;
using Cairn.Tracking.RunRecords;
using Cairn.Tracking.Sql;

namespace Cairn.Tracking.Mlflow.RunRecords;

/// <summary>A run with all that the protocol shows of it.</summary>
internal sealed record ShownRun(Run Run, string Location)
{
    public IEnumerable<LatestPoint> Metrics { get; init; } = [];

    public IReadOnlyCollection<KeyValuePair<string, string>> Params { get; init; } = [];

    public IReadOnlyCollection<KeyValuePair<string, string>> Tags { get; init; } = [];

    public IEnumerable<ShownInput> Inputs { get; init; } = [];

    public IEnumerable<ShownModel> Models { get; init; } = [];

    /// <value>Made by this very call: it has no outputs, not even none.</value>
    public bool IsNew { get; init; }

    public static string ArtifactUri(ReadTransaction transaction, WorkspaceId workspace, Run run) =>
        $"{ExperimentTable.Find(transaction, workspace, run.ExperimentId)!.Location()}/{run.RunId}/artifacts";

    /// <summary>As many statements for a thousand runs as for one.</summary>
    public static IReadOnlyList<ShownRun> Load(ReadTransaction transaction, WorkspaceId workspace, IReadOnlyList<Run> runs)
    {
        if (runs.Count == 0) return [];
        var ids = new { workspace = workspace.Value, ids = transaction.Texts([.. runs.Select(run => run.RunId)]) };
        var where = $"WHERE workspace_id = @workspace AND run_id {transaction.Among("ids")}";
        // In the order of the primary key: SQLite would else read the whole index on values, which has all these columns too.
        var metrics = transaction.Query<LatestPoint>($"SELECT run_id, key, value, timestamp, step, is_nan FROM run_latest_metrics {where} ORDER BY run_id, key", ids).ToLookup(row => row.RunId, StringComparer.Ordinal);
        var values = Pairs(transaction.Query<KeyValue>($"SELECT run_id AS owner, key, value FROM run_params {where} ORDER BY run_id, key", ids));
        var tags = Pairs(transaction.Query<KeyValue>($"SELECT run_id AS owner, key, value FROM run_tags {where} ORDER BY run_id, key", ids));
        var inputs = transaction.Query<ShownInput>(
            $"""
            SELECT i.run_id, i.name, i.digest, i.context, i.tags, d.source_type, d.source, d.schema_text, d.profile FROM run_inputs i
            JOIN input_datasets d ON d.workspace_id = i.workspace_id AND d.experiment_id = i.experiment_id AND d.name = i.name AND d.digest = i.digest
            WHERE i.workspace_id = @workspace AND i.run_id {transaction.Among("ids")} ORDER BY i.run_id, i.logged_at, i.name, i.digest
            """,
            ids).ToLookup(row => row.RunId, StringComparer.Ordinal);
        var models = transaction.Query<ShownModel>($"SELECT run_id, direction, model_id, step FROM run_models {where} ORDER BY run_id, direction, logged_at, model_id", ids)
            .ToLookup(row => row.RunId, StringComparer.Ordinal);
        var experiments = ExperimentTable.Of(transaction, workspace, runs.Select(run => run.ExperimentId));
        return
        [
            .. runs.Select(run => new ShownRun(run, experiments[run.ExperimentId].Location())
            {
                Metrics = metrics[run.RunId], Params = values(run.RunId), Tags = tags(run.RunId), Inputs = inputs[run.RunId], Models = models[run.RunId],
            }),
        ];
    }

    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WritePropertyName("info"u8);
        WriteInfo(json);
        json.WriteStartObject("data"u8);
        var any = false;
        foreach (var metric in Metrics)
        {
            if (!any) json.WriteStartArray("metrics"u8);
            any = true;
            PointJson.Write(json, metric.Key, metric.Value, metric.IsNan, metric.Timestamp, metric.Step);
        }

        if (any) json.WriteEndArray();
        TagJson.Write(json, "params"u8, Params);
        TagJson.Write(json, "tags"u8, Tags);
        json.WriteEndObject();
        WriteInputs(json);
        if (!IsNew)
        {
            json.WriteStartObject("outputs"u8);
            WriteModels(json, "model_outputs"u8, ShownModel.Output);
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    public void WriteInfo(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("run_uuid"u8, Run.RunId);
        json.WriteString("experiment_id"u8, Run.Experiment);
        json.WriteString("run_name"u8, Run.Name);
        json.WriteString("user_id"u8, Run.UserName);
        json.WriteString("status"u8, Run.Status.ToUpperInvariant());
        json.WriteNumber("start_time"u8, Run.StartedAt / 1000);
        if (Run.EndedAt is { } ended) json.WriteNumber("end_time"u8, ended / 1000);
        json.WriteString("artifact_uri"u8, $"{Location}/{Run.RunId}/artifacts");
        json.WriteString("lifecycle_stage"u8, Run.IsDeleted ? Lifecycle.Deleted : Lifecycle.Active);
        json.WriteString("run_id"u8, Run.RunId);
        json.WriteEndObject();
    }

    private void WriteInputs(Utf8JsonWriter json)
    {
        json.WriteStartObject("inputs"u8);
        var any = false;
        foreach (var input in Inputs)
        {
            if (!any) json.WriteStartArray("dataset_inputs"u8);
            any = true;
            input.Write(json);
        }

        if (any) json.WriteEndArray();
        WriteModels(json, "model_inputs"u8, ShownModel.Input);
        json.WriteEndObject();
    }

    private void WriteModels(Utf8JsonWriter json, ReadOnlySpan<byte> field, string direction)
    {
        var any = false;
        foreach (var model in Models)
        {
            if (model.Direction != direction) continue;
            if (!any) json.WriteStartArray(field);
            any = true;
            json.WriteStartObject();
            json.WriteString("model_id"u8, model.ModelId);
            if (direction == ShownModel.Output) json.WriteNumber("step"u8, model.Step);
            json.WriteEndObject();
        }

        if (any) json.WriteEndArray();
    }

    private static Func<string, IReadOnlyCollection<KeyValuePair<string, string>>> Pairs(IReadOnlyList<KeyValue> rows)
    {
        var byOwner = new Dictionary<string, List<KeyValuePair<string, string>>>(StringComparer.Ordinal);
        foreach (var row in rows)
        {
            if (!byOwner.TryGetValue(row.Owner, out var pairs)) byOwner[row.Owner] = pairs = [];
            pairs.Add(new(row.Key, row.Value));
        }

        return owner => byOwner.TryGetValue(owner, out var pairs) ? pairs : [];
    }
}

/// <summary>A row of <c>run_latest_metrics</c>.</summary>
internal sealed record LatestPoint
{
    public string RunId { get; init; } = "";

    public string Key { get; init; } = "";

    public double Value { get; init; }

    public long Timestamp { get; init; }

    public long Step { get; init; }

    public long IsNan { get; init; }
}

/// <summary>A row of <c>run_models</c>: a logged model that a run read or made.</summary>
internal sealed record ShownModel
{
    public const string Input = "input", Output = "output";

    public string RunId { get; init; } = "";

    public string Direction { get; init; } = Input;

    public string ModelId { get; init; } = "";

    public long Step { get; init; }
}
