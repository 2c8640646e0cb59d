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
    public const int LongestTag = 8000;

    /// <summary>For <c>run_latest_metrics</c>: a point takes the place of one that it is later than.</summary>
    public const string WhereLater =
        """
        ON CONFLICT (workspace_id, run_id, key) DO UPDATE
        SET timestamp = excluded.timestamp, step = excluded.step, value = excluded.value, is_nan = excluded.is_nan
        WHERE (excluded.step, excluded.timestamp, excluded.value) > (run_latest_metrics.step, run_latest_metrics.timestamp, run_latest_metrics.value)
        """;

    private const int LongestParam = 6000;

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
        if (batch.Params is { Count: > 0 } parameters && WriteParams(transaction, workspace, run, parameters) is { Count: > 0 } changes) return Changed(run, changes);
        if (batch.Metrics is { Count: > 0 } metrics) WriteMetrics(transaction, workspace, run, [.. metrics.Select(metric => LoggedPoint.Of(metric.Key, metric.Timestamp ?? now, metric.Step, metric.Value))]);
        if (batch.Tags is { Count: > 0 } tags)
        {
            RunTable.PutTags(transaction, workspace, run, tags.Where(tag => tag.Key != RunName.Tag));
            if (tags.TryGetValue(RunName.Tag, out var name)) RunTable.Rename(transaction, workspace, run, name);
        }

        return default(Done);
    }

    /// <returns>Those that have another value already; the transaction must not be kept then.</returns>
    public static IReadOnlyList<ParamChange> WriteParams(WriteTransaction transaction, WorkspaceId workspace, Run run, IReadOnlyDictionary<string, string> parameters)
    {
        var rows = parameters.OrderBy(row => row.Key, StringComparer.Ordinal).ToList();
        transaction.InsertOr(
            "run_params", "ON CONFLICT (workspace_id, run_id, key) DO NOTHING",
            ("workspace_id", Tags.Repeated(workspace.Value, rows.Count)), ("run_id", Tags.Repeated(run.RunId, rows.Count)),
            ("key", rows.ConvertAll(row => row.Key).ToArray()), ("value", rows.ConvertAll(row => row.Value).ToArray()),
            ("experiment_id", Tags.Repeated(run.ExperimentId, rows.Count)), ("started_at", Tags.Repeated(run.StartedAt, rows.Count)));

        return
        [
            .. parameters.Keys.Chunk(SqlList.ValuesAtOnce).SelectMany(keys => Stored(transaction, workspace, run, keys))
                .Where(stored => stored.Value != parameters[stored.Key])
                .OrderBy(stored => stored.Key, StringComparer.Ordinal)
                .Select(stored => new ParamChange(stored.Key, stored.Value, parameters[stored.Key])),
        ];
    }

    private static Refusal.Conflict Changed(Run run, IReadOnlyList<ParamChange> changes) => new(
        "run.param-changed",
        $"A param keeps its first value. Of run '{run.Name}' ({run.RunId}): "
        + string.Join("; ", changes.Take(5).Select(change => $"'{change.Key}' is '{Cut(change.Old)}', not '{Cut(change.New)}'"))
        + (changes.Count > 5 ? $"; and {changes.Count - 5} more" : "")
        + ". Nothing of the batch was written. Start another run, or use a tag or a metric for what changes.");

    private static IReadOnlyList<KeyValue> Stored(ReadTransaction transaction, WorkspaceId workspace, Run run, string[] keys)
    {
        var sql = new Dictionary<string, object?>(StringComparer.Ordinal) { ["workspace"] = workspace.Value, ["runId"] = run.RunId };
        return transaction.Query<KeyValue>($"SELECT key, value FROM run_params WHERE workspace_id = @workspace AND run_id = @runId AND key IN {SqlList.In(sql, "key", keys)}", sql);
    }

    /// <summary>Points that are there already change nothing. In the order of the key, which is how they are read.</summary>
    public static void WriteMetrics(WriteTransaction transaction, WorkspaceId workspace, Run run, LoggedPoint[] points)
    {
        Array.Sort(points, LoggedPoint.AsStored);
        Insert(transaction, "run_metrics", "ON CONFLICT DO NOTHING", workspace, run, points);

        var latest = new List<LoggedPoint>();
        foreach (var point in points)
        {
            if (latest.Count == 0 || latest[^1].Key != point.Key) latest.Add(point);
            else if (point.IsAfter(latest[^1])) latest[^1] = point;
        }

        Insert(
            transaction, "run_latest_metrics", WhereLater,
            workspace, run, [.. latest], ("experiment_id", Tags.Repeated(run.ExperimentId, latest.Count)), ("started_at", Tags.Repeated(run.StartedAt, latest.Count)));
    }

    private static void Insert(WriteTransaction transaction, string table, string conflict, WorkspaceId workspace, Run run, LoggedPoint[] points, params ReadOnlySpan<(string Column, Array Values)> more)
    {
        var rows = points.Length;
        var keys = new string[rows];
        var (timestamps, steps, nans, values) = (new long[rows], new long[rows], new long[rows], new double[rows]);
        for (var row = 0; row < rows; row++)
        {
            // The same text object for the same key: it is bound once.
            keys[row] = row > 0 && keys[row - 1] == points[row].Key ? keys[row - 1] : points[row].Key;
            (timestamps[row], steps[row], values[row], nans[row]) = (points[row].Timestamp, points[row].Step, points[row].Value, points[row].IsNan);
        }

        transaction.InsertOr(
            table, conflict,
            [
                ("workspace_id", Tags.Repeated(workspace.Value, rows)), ("run_id", Tags.Repeated(run.RunId, rows)), ("key", keys), ("timestamp", timestamps), ("step", steps), ("value", values),
                ("is_nan", nans), .. more,
            ]);
    }

    private static string Cut(string text) => text.Length <= 40 ? text : text[..40] + "…";
}

/// <summary>A param that was logged with one value and then with another.</summary>
internal sealed record ParamChange(string Key, string Old, string New);

/// <summary>A point of a metric as it is stored: NaN is 0 with a mark, so that it compares and has an identity; infinities are the largest numbers, as in MLflow.</summary>
internal readonly record struct LoggedPoint(string Key, long Timestamp, long Step, double Value, long IsNan)
{
    public static LoggedPoint Of(string key, long timestamp, long step, double value) => new(
        key, timestamp, step,
        double.IsNaN(value) ? 0 : Math.Clamp(value, -double.MaxValue, double.MaxValue) + 0.0, // + 0.0: -0 is the same point as 0
        double.IsNaN(value) ? 1 : 0);

    /// <summary>Whether this one is the latest of the two.</summary>
    public bool IsAfter(LoggedPoint other) =>
        Step != other.Step ? Step > other.Step : Timestamp != other.Timestamp ? Timestamp > other.Timestamp : Value > other.Value;

    /// <summary>The order of the table.</summary>
    public static int AsStored(LoggedPoint one, LoggedPoint other)
    {
        var order = string.CompareOrdinal(one.Key, other.Key);
        if (order == 0) order = one.Timestamp.CompareTo(other.Timestamp);
        if (order == 0) order = one.Step.CompareTo(other.Step);
        return order != 0 ? order : one.Value.CompareTo(other.Value);
    }
}
