using System.Text.Json;
using System.Text.Json.Nodes;
using Cairn.Kernel;
using Cairn.Storage;
using Cairn.Tracking.Sql;

namespace Cairn.Tracking.Mlflow.LoggedModels;

/// <summary>Points that a run logged of a model: the newest of each metric, run and dataset is kept.</summary>
internal static class ModelMetrics
{
    public static void Write(WriteTransaction transaction, WorkspaceId workspace, IReadOnlyList<ModelPoint> points)
    {
        foreach (var model in points.Select(point => point.ModelId).Distinct(StringComparer.Ordinal)) LoggedModel.Require(transaction, workspace, model);
        Put(transaction, workspace, points);
    }

    /// <summary>As above, of models that are known to be here.</summary>
    public static void Put(WriteTransaction transaction, WorkspaceId workspace, IReadOnlyList<ModelPoint> points)
    {
        foreach (var point in points)
            transaction.Execute(
                """
                INSERT INTO logged_model_metrics (workspace_id, model_id, key, run_id, dataset_name, dataset_digest, timestamp, step, value, is_nan)
                VALUES (@workspace, @ModelId, @Key, @RunId, @DatasetName, @DatasetDigest, @Timestamp, @Step, @Value, @IsNan)
                ON CONFLICT (workspace_id, model_id, key, run_id, dataset_name, dataset_digest) DO UPDATE
                SET timestamp = excluded.timestamp, step = excluded.step, value = excluded.value, is_nan = excluded.is_nan
                WHERE (excluded.step, excluded.timestamp, excluded.value) > (logged_model_metrics.step, logged_model_metrics.timestamp, logged_model_metrics.value)
                """,
                new
                {
                    workspace = workspace.Value, point.ModelId, point.Key, point.RunId, point.DatasetName, point.DatasetDigest, point.Timestamp, point.Step, point.Value, point.IsNan,
                });
    }
}

/// <summary>The tag by which MLflow's clients see what a logged model was registered as.</summary>
internal static class ModelVersionsTag
{
    private const string Tag = "mlflow.modelVersions";

    /// <summary>Nothing when the model is not known here.</summary>
    public static void Add(WriteTransaction transaction, WorkspaceId workspace, string modelId, string name, long version)
    {
        if (LoggedModel.Find(transaction, workspace, modelId) is null) return;
        var stored = transaction.Scalar<string>(
            "SELECT value FROM logged_model_tags WHERE workspace_id = @workspace AND model_id = @modelId AND key = @key", new { workspace = workspace.Value, modelId, key = Tag });
        var versions = Earlier(stored);
        versions.Add(new JsonObject { ["name"] = name, ["version"] = version });
        Tags.Put(transaction, "logged_model_tags", workspace, [new(Tag, Spaced(versions))], ("model_id", modelId));
    }

    /// <summary>With blanks where Python puts them: there are clients that compare the tag as a text.</summary>
    private static string Spaced(JsonArray versions) => $"[{string.Join(", ", versions.Select(version => version is JsonObject fields
        ? $"{{{string.Join(", ", fields.Select(field => $"{JsonSerializer.Serialize(field.Key)}: {field.Value?.ToJsonString() ?? "null"}"))}}}"
        : version?.ToJsonString() ?? "null"))}]";

    private static JsonArray Earlier(string? stored)
    {
        try
        {
            return stored is null ? [] : JsonNode.Parse(stored) as JsonArray ?? [];
        }
        catch (JsonException)
        {
            return []; // a client wrote the tag by hand
        }
    }
}
