using Cairn.Storage;
using Cairn.Tracking.Naming;
using Cairn.Tracking.RunRecords;
using Cairn.Tracking.Sql;

namespace Cairn.Tracking.Mlflow.Import;

/// <summary>
/// All points of all histories. The latest of each metric comes from them, by the rule that MLflow has too: greatest by step, timestamp and value.
/// </summary>
internal static class TakeMetrics
{
    private const int PointsAtOnce = 4000;

    public static Task From(ImportWalk walk)
    {
        var keys = new HashSet<string>(StringComparer.Ordinal);
        return walk.Over(
            "metrics", "points", "metrics", $"x.run_uuid, x.key, x.value, x.timestamp, {walk.Store.Column("metrics", "step", "0")}, {walk.Store.Column("metrics", "is_nan", "0")}", "", PointsAtOnce,
            reader => new SourcePoint(
                reader.Text(1), reader.Text(2), reader.IsDBNull(3) || reader.Whole(6) is not (null or 0) ? double.NaN : reader.GetDouble(3), reader.Whole(4) ?? 0, reader.Whole(5) ?? 0),
            (transaction, points, tally) => Take(transaction, walk, keys, points, tally));
    }

    private static void Take(WriteTransaction transaction, ImportWalk walk, HashSet<string> keys, IReadOnlyList<SourcePoint> given, StepTally tally)
    {
        var runs = walk.Runs(transaction, given.Select(point => point.Run));
        var points = new List<(KnownRun Run, LoggedPoint Point)>(given.Count);
        foreach (var point in given)
        {
            if (!runs.TryGetValue(point.Run, out var run)) tally.Refuse("metric", $"{point.Run} {point.Key}", "Its run was not taken.");
            else if (!keys.Contains(point.Key) && Names.Key(point.Key) is { } bad) tally.Refuse("metric", $"{point.Run} {point.Key}", bad.Detail);
            else if (point.Timestamp is < 0 or > long.MaxValue / 1000) tally.Refuse("metric", $"{point.Run} {point.Key}", $"Its timestamp {point.Timestamp} is no time in milliseconds.");
            else
            {
                if (keys.Count < 100_000) keys.Add(point.Key);
                points.Add((run, LoggedPoint.Of(point.Key, point.Timestamp * 1000, point.Step, point.Value)));
            }
        }

        if (points.Count == 0) return;
        points.Sort((one, other) => string.CompareOrdinal(one.Run.RunId, other.Run.RunId) is var order and not 0 ? order : LoggedPoint.AsStored(one.Point, other.Point));
        Insert(transaction, walk, "run_metrics", "ON CONFLICT DO NOTHING", points);

        var latest = new List<(KnownRun Run, LoggedPoint Point)>();
        foreach (var point in points)
        {
            if (latest.Count == 0 || latest[^1].Run.RunId != point.Run.RunId || latest[^1].Point.Key != point.Point.Key) latest.Add(point);
            else if (point.Point.IsAfter(latest[^1].Point)) latest[^1] = point;
        }

        Insert(transaction, walk, "run_latest_metrics", RunLog.WhereLater, latest, ("experiment_id", latest.ConvertAll(row => row.Run.ExperimentId).ToArray()), ("started_at", latest.ConvertAll(row => row.Run.StartedAt).ToArray()));
        tally.Taken += points.Count;
    }

    private static void Insert(WriteTransaction transaction, ImportWalk walk, string table, string conflict, List<(KnownRun Run, LoggedPoint Point)> rows, params ReadOnlySpan<(string Column, Array Values)> more)
    {
        // The same text object for the same key: it is bound once.
        var keys = new string[rows.Count];
        for (var row = 0; row < rows.Count; row++) keys[row] = row > 0 && keys[row - 1] == rows[row].Point.Key ? keys[row - 1] : rows[row].Point.Key;
        transaction.InsertOr(
            table, conflict,
            [
                ("workspace_id", Tags.Repeated(walk.Workspace.Value, rows.Count)), ("run_id", rows.ConvertAll(row => row.Run.RunId).ToArray()), ("key", keys),
                ("timestamp", rows.ConvertAll(row => row.Point.Timestamp).ToArray()), ("step", rows.ConvertAll(row => row.Point.Step).ToArray()),
                ("value", rows.ConvertAll(row => row.Point.Value).ToArray()), ("is_nan", rows.ConvertAll(row => row.Point.IsNan).ToArray()), .. more,
            ]);
    }

    private readonly record struct SourcePoint(string Run, string Key, double Value, long Timestamp, long Step);
}
