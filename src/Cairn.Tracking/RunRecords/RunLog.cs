using Cairn.Client.Wire;
using Cairn.Kernel;
using Cairn.Storage;
using Cairn.Tracking.Naming;
using Cairn.Tracking.Sql;

namespace Cairn.Tracking.RunRecords;

/// <summary>Params, tags and metrics of a run: checked as a whole, then written as a whole.</summary>
internal static class RunLog
{
    public const int MostOfEach = 1000;

    private const int LongestParam = 6000;
    private const int LongestTag = 8000;

    public static Refusal? Check(LogBatch batch)
    {
        var metrics = batch.Metrics ?? [];
        var parameters = batch.Params ?? Tags.None;
        var tags = batch.Tags ?? Tags.None;
        if (metrics.Count > MostOfEach || parameters.Count > MostOfEach || tags.Count > MostOfEach)
            return new Refusal.TooLarge(
                "run.batch-too-large",
                $"The batch has {metrics.Count} metrics, {parameters.Count} params and {tags.Count} tags; at most {MostOfEach} of each go into one. Split it.");

        foreach (var metric in metrics)
        {
            if (metric is null) return new Refusal.Invalid("run.metric-invalid", "One of the metrics is null.");
            if (Names.Key(metric.Key) is { } badKey) return badKey;
            if (metric.Timestamp < 0) return new Refusal.Invalid("run.metric-invalid", $"The metric '{metric.Key}' has the timestamp {metric.Timestamp}; microseconds since 1970 are expected, not negative.");
        }

        foreach (var (key, value) in parameters)
            if ((Names.Key(key) ?? Names.Value("run.param-invalid", $"The value of the param '{key}'", value, LongestParam)) is { } bad)
                return bad;

        foreach (var (key, value) in tags)
            if ((Names.Key(key) ?? Names.Value("tag.value-invalid", $"The value of the tag '{key}'", value, LongestTag) ?? (key == RunName.Tag ? Names.Run(value) : null)) is { } bad)
                return bad;

        return null;
    }

    /// <summary>Writes a batch that <see cref="Check"/> let pass. Keys go in order, so that two batches on one run never wait for each other in a circle.</summary>
    public static Answer<Done> Write(WriteTransaction transaction, WorkspaceId workspace, Run run, LogBatch batch, long now)
    {
        if (batch.Params is { Count: > 0 } parameters && WriteParams(transaction, workspace, run, parameters) is { } changed) return changed;
        if (batch.Metrics is { Count: > 0 } metrics) WriteMetrics(transaction, workspace, run, metrics, now);
        if (batch.Tags is { Count: > 0 } tags)
        {
            RunTable.PutTags(transaction, workspace, run.RunId, tags.Where(tag => tag.Key != RunName.Tag));
            if (tags.TryGetValue(RunName.Tag, out var name)) RunTable.Rename(transaction, workspace, run.RunId, name);
        }

        return default(Done);
    }

    private static Refusal.Conflict? WriteParams(WriteTransaction transaction, WorkspaceId workspace, Run run, IReadOnlyDictionary<string, string> parameters)
    {
        SqlList.Insert(
            transaction,
            "INSERT INTO run_params (workspace_id, run_id, key, value) VALUES",
            "ON CONFLICT (workspace_id, run_id, key) DO NOTHING",
            [.. parameters.OrderBy(row => row.Key, StringComparer.Ordinal).Select(row => new object[] { workspace.Value, run.RunId, row.Key, row.Value })]);

        var changes = parameters.Keys.Chunk(SqlList.ValuesAtOnce).SelectMany(keys => Stored(transaction, workspace, run, keys))
            .Where(stored => stored.Value != parameters[stored.Key])
            .OrderBy(stored => stored.Key, StringComparer.Ordinal)
            .ToList();
        return changes.Count == 0
            ? null
            : new Refusal.Conflict(
                "run.param-changed",
                $"A param keeps its first value. Of run '{run.Name}' ({run.RunId}): "
                + string.Join("; ", changes.Take(5).Select(stored => $"'{stored.Key}' is '{Cut(stored.Value)}', not '{Cut(parameters[stored.Key])}'"))
                + (changes.Count > 5 ? $"; and {changes.Count - 5} more" : "")
                + ". Nothing of the batch was written. Start another run, or use a tag or a metric for what changes.");
    }

    private static IReadOnlyList<KeyValue> Stored(ReadTransaction transaction, WorkspaceId workspace, Run run, string[] keys)
    {
        var sql = new Dictionary<string, object?>(StringComparer.Ordinal) { ["workspace"] = workspace.Value, ["runId"] = run.RunId };
        return transaction.Query<KeyValue>($"SELECT key, value FROM run_params WHERE workspace_id = @workspace AND run_id = @runId AND key IN {SqlList.In(sql, "key", keys)}", sql);
    }

    private static void WriteMetrics(WriteTransaction transaction, WorkspaceId workspace, Run run, IReadOnlyList<MetricPoint> metrics, long now)
    {
        var points = metrics.Select(metric => Point.Of(metric, now)).Distinct()
            .OrderBy(point => point.Key, StringComparer.Ordinal).ThenBy(point => (point.Timestamp, point.Step, point.Value, point.IsNan)).ToList();
        SqlList.Insert(
            transaction,
            "INSERT INTO run_metrics (workspace_id, run_id, key, timestamp, step, value, is_nan) VALUES",
            "ON CONFLICT DO NOTHING",
            [.. points.Select(point => new object[] { workspace.Value, run.RunId, point.Key, point.Timestamp, point.Step, point.Value, point.IsNan })]);

        var latest = points.GroupBy(point => point.Key, StringComparer.Ordinal).Select(key => key.MaxBy(point => (point.Step, point.Timestamp, point.Value))!);
        SqlList.Insert(
            transaction,
            "INSERT INTO run_latest_metrics (workspace_id, run_id, key, experiment_id, timestamp, step, value, is_nan) VALUES",
            """
            ON CONFLICT (workspace_id, run_id, key) DO UPDATE
            SET timestamp = excluded.timestamp, step = excluded.step, value = excluded.value, is_nan = excluded.is_nan
            WHERE (excluded.step, excluded.timestamp, excluded.value) > (run_latest_metrics.step, run_latest_metrics.timestamp, run_latest_metrics.value)
            """,
            [.. latest.Select(point => new object[] { workspace.Value, run.RunId, point.Key, run.ExperimentId, point.Timestamp, point.Step, point.Value, point.IsNan })]);
    }

    private static string Cut(string text) => text.Length <= 40 ? text : text[..40] + "…";

    /// <summary>A metric as it is stored: NaN is 0 with a mark, so that it compares and has an identity; infinities are the largest numbers, as in MLflow.</summary>
    private sealed record Point(string Key, long Timestamp, long Step, double Value, long IsNan)
    {
        public static Point Of(MetricPoint metric, long now) => new(
            metric.Key, metric.Timestamp ?? now, metric.Step,
            double.IsNaN(metric.Value) ? 0 : Math.Clamp(metric.Value, -double.MaxValue, double.MaxValue) + 0.0, // + 0.0: -0 is the same point as 0
            double.IsNaN(metric.Value) ? 1 : 0);
    }
}
