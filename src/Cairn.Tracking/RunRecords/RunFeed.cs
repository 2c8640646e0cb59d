using Cairn.Client.Wire;
using Cairn.Kernel;
using Cairn.Storage;

namespace Cairn.Tracking.RunRecords;

/// <summary>What became of one run since the last look. A metric is read on only when its latest point is another one.</summary>
/// <param name="after">The timestamp up to which points are known from before; null: those that are there now are known.</param>
/// <remarks>
/// Invariant: of each metric every point after its place, in the order of the history, is still to come. A point that lies before the place
/// when it is written, because its timestamp is older, is in the history alone.
/// </remarks>
internal sealed class RunFeed(WorkspaceId workspace, string runId, long? after)
{
    private const int MostPoints = 1000;

    private readonly Dictionary<string, Point> _places = new(StringComparer.Ordinal), _latest = new(StringComparer.Ordinal);
    private (string, string, string) _said;
    private bool _begun;

    /// <summary>The greatest timestamp of the points that were told.</summary>
    public long Until { get; private set; } = after ?? 0;

    /// <summary>One look, in one transaction.</summary>
    public News Look(ReadTransaction transaction)
    {
        if (RunTable.Find(transaction, workspace, runId) is not { } run) return new(null, null, IsOver: true, IsMore: false);
        var key = new { workspace = workspace.Value, runId };
        var latest = transaction.Query<Point>("SELECT key, timestamp, step, value, is_nan FROM run_latest_metrics WHERE workspace_id = @workspace AND run_id = @runId ORDER BY key", key);
        if (!_begun && after is null)
        {
            foreach (var point in latest) _latest[point.Key] = _places[point.Key] = point;
            Until = latest.Select(point => point.Timestamp).DefaultIfEmpty().Max();
        }

        _begun = true;
        var points = new List<Point>();
        var changed = new SortedDictionary<string, double>(StringComparer.Ordinal);
        foreach (var newest in latest)
        {
            if (points.Count == MostPoints) break;
            if (_latest.TryGetValue(newest.Key, out var known) && known == newest) continue;
            var place = _places.GetValueOrDefault(newest.Key) ?? new Point { Key = newest.Key, Timestamp = after ?? long.MinValue, Step = long.MinValue, Value = -double.MaxValue };
            var found = transaction.Query<Point>(
                """
                SELECT key, timestamp, step, value, is_nan FROM run_metrics WHERE workspace_id = @workspace AND run_id = @runId AND key = @Key
                AND (timestamp, step, value, is_nan) > (@Timestamp, @Step, @Value, @IsNan) ORDER BY timestamp, step, value, is_nan LIMIT @most
                """,
                new { workspace = workspace.Value, runId, place.Key, place.Timestamp, place.Step, place.Value, place.IsNan, most = MostPoints - points.Count });
            points.AddRange(found);
            if (found.Count > 0) _places[newest.Key] = found[^1];
            if (points.Count == MostPoints) break; // the others, and the rest of this one, at the next look
            _latest[newest.Key] = newest;
            changed[newest.Key] = newest.Wire.Value;
        }

        Until = Math.Max(Until, points.Select(point => point.Timestamp).DefaultIfEmpty().Max());
        var says = (run.Status, run.Name, run.IsDeleted ? "deleted" : "active");
        var anew = says != _said;
        _said = says;
        return new(
            anew ? RunTable.ToWire(transaction, workspace, [run])[0] : null,
            points.Count > 0 || changed.Count > 0 ? new RunPoints(changed, [.. points.OrderBy(point => point.Timestamp).Select(point => point.Wire)]) : null,
            RunStatus.IsEnd(run.Status) || run.IsDeleted, points.Count == MostPoints);
    }

    /// <param name="Run">When its status, name or stage is another one than at the last look.</param>
    /// <param name="IsOver">Nothing more will come, unless <paramref name="IsMore"/>.</param>
    internal sealed record News(RunWire? Run, RunPoints? Points, bool IsOver, bool IsMore);

    private sealed record Point
    {
        public string Key { get; init; } = "";

        public long Timestamp { get; init; }

        public long Step { get; init; }

        public double Value { get; init; }

        public long IsNan { get; init; }

        public MetricPoint Wire => new(Key, IsNan != 0 ? double.NaN : Value, Step, Timestamp);
    }
}
