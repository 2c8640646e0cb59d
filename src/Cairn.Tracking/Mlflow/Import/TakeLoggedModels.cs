using Cairn.Storage;
using Cairn.Tracking.Mlflow.LoggedModels;
using Cairn.Tracking.Naming;
using Cairn.Tracking.RunRecords;

namespace Cairn.Tracking.Mlflow.Import;

/// <summary>Models as MLflow 3 logs them, with their params, tags and metrics.</summary>
internal static class TakeLoggedModels
{
    private static readonly string[] _statuses = ["LOGGED_MODEL_STATUS_UNSPECIFIED", LoggedModel.Pending, LoggedModel.Ready, LoggedModel.UploadFailed];

    public static async Task From(ImportWalk walk)
    {
        if (!walk.Store.Has("logged_models", "model_id")) return;
        var experiments = await walk.Experiments();
        await walk.Over(
            "logged_models", "logged models", "logged_models",
            "x.model_id, x.experiment_id, x.name, x.model_type, x.source_run_id, x.status, x.creation_timestamp_ms, x.last_updated_timestamp_ms, x.lifecycle_stage", "", 200,
            reader => (Deleted: reader.Text(9) == "deleted", Model: new LoggedModel
            {
                ModelId = reader.Text(1), ExperimentId = reader.Whole(2) ?? -1, Name = reader.Text(3), ModelType = reader.Text(4), SourceRunId = reader.Text(5),
                Status = _statuses[(int)Math.Clamp(reader.Whole(6) ?? 0, 0, _statuses.Length - 1)], CreatedAt = reader.Time(7) ?? 0, UpdatedAt = reader.Time(8) ?? 0,
            }),
            (transaction, models, tally) =>
            {
                var here = Known(transaction, walk, models.Select(model => model.Model.ModelId));
                foreach (var (deleted, model) in models)
                {
                    if (here.ContainsKey(model.ModelId)) tally.Here++;
                    else if (!experiments.TryGetValue(model.ExperimentId, out var experiment)) tally.Refuse("logged model", model.ModelId, $"Its experiment {model.ExperimentId} was not taken.");
                    else if ((Names.Experiment(model.Name) ?? Names.TagKey(model.ModelId)) is { } bad) tally.Refuse("logged model", model.ModelId, bad.Detail);
                    else Insert(transaction, walk, model with { ExperimentId = experiment }, deleted, tally);
                }
            });
        await TakeTexts.OfLoggedModels(walk, @params: true);
        await TakeTexts.OfLoggedModels(walk, @params: false);
        await walk.Over(
            "logged_model_metrics", "logged model metrics", "logged_model_metrics",
            "x.model_id, x.metric_name, x.run_id, x.dataset_name, x.dataset_digest, x.metric_timestamp_ms, x.metric_step, x.metric_value", "", 500,
            reader =>
            {
                var point = LoggedPoint.Of(reader.Text(2), reader.Time(6) ?? 0, reader.Whole(7) ?? 0, reader.IsDBNull(8) ? double.NaN : reader.GetDouble(8));
                return new ModelPoint
                {
                    ModelId = reader.Text(1), Key = point.Key, RunId = reader.Text(3), DatasetName = reader.Text(4), DatasetDigest = reader.Text(5), Timestamp = point.Timestamp, Step = point.Step,
                    Value = point.Value, IsNan = point.IsNan,
                };
            },
            (transaction, points, tally) =>
            {
                var known = Known(transaction, walk, points.Select(point => point.ModelId));
                var taken = new List<ModelPoint>(points.Count);
                foreach (var point in points)
                {
                    if (!known.TryGetValue(point.ModelId, out var model)) tally.Refuse("logged model metric", $"{point.ModelId} {point.Key}", "Its model was not taken.");
                    else if (Names.Key(point.Key) is { } bad) tally.Refuse("logged model metric", $"{point.ModelId} {point.Key}", bad.Detail);
                    else taken.Add(point);
                }

                tally.Taken += taken.Count;
                ModelMetrics.Put(transaction, walk.Workspace, taken);
            });
    }

    /// <summary>Those of the models that are here, deleted ones too.</summary>
    public static IReadOnlyDictionary<string, bool> Known(ReadTransaction transaction, ImportWalk walk, IEnumerable<string> ids) => transaction.Query<string>(
        $"SELECT model_id FROM logged_models WHERE workspace_id = @workspace AND model_id {transaction.Among("ids")}",
        new { workspace = walk.Workspace.Value, ids = transaction.Texts([.. ids.Distinct(StringComparer.Ordinal)]) }).ToDictionary(id => id, _ => true, StringComparer.Ordinal);

    private static void Insert(WriteTransaction transaction, ImportWalk walk, LoggedModel model, bool deleted, StepTally tally)
    {
        tally.Taken++;
        transaction.Execute(
            """
            INSERT INTO logged_models (workspace_id, model_id, experiment_id, name, model_type, source_run_id, status, created_at, updated_at, deleted_at)
            VALUES (@workspace, @ModelId, @ExperimentId, @Name, @ModelType, @SourceRunId, @Status, @CreatedAt, @UpdatedAt, @deletedAt)
            """,
            new
            {
                workspace = walk.Workspace.Value, model.ModelId, model.ExperimentId, model.Name, model.ModelType, model.SourceRunId, model.Status, model.CreatedAt, model.UpdatedAt,
                deletedAt = deleted ? walk.Now : (long?)null, // its time in the bin begins here
            });
    }
}
