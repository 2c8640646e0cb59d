using Cairn.Kernel;
using Cairn.Serving.Log;
using Cairn.Storage;

namespace Cairn.Serving.Segments;

/// <summary>Predictions of one hour of a deployment as a Parquet file, in the order of their ids.</summary>
/// <param name="Hour">Since 1970.</param>
/// <param name="FromMs">Of the first record, <paramref name="ToMs"/> of the last: milliseconds inside their ids.</param>
/// <param name="LastBlock">Blocks of the hour up to this one are in this segment or in one before it.</param>
/// <param name="RemovedAt">Microseconds; from then on it does not count.</param>
internal sealed record Segment(
    WorkspaceId WorkspaceId, string SegmentId, string Deployment, long Hour, long FromMs, long ToMs, long Rows, long Bytes, Digest Blob, long LastBlock, long CreatedAt, long? RemovedAt = null)
{
    private const string Columns = "workspace_id, segment_id, deployment, hour, from_ms, to_ms, rows, bytes, blob, last_block, created_at, removed_at";

    /// <value>Milliseconds.</value>
    public static long EndOf(long hour) => (hour + 1) * Block.Hour;

    public void Insert(WriteTransaction transaction) => transaction.Execute(
        $"""
        INSERT INTO prediction_segments ({Columns})
        VALUES (@WorkspaceId, @SegmentId, @Deployment, @Hour, @FromMs, @ToMs, @Rows, @Bytes, @Blob, @LastBlock, @CreatedAt, @RemovedAt)
        """, this);

    /// <summary>The last block that segments of the hour have, counted or removed; 0 when there are none.</summary>
    public static long LastBlockOf(ReadTransaction transaction, WorkspaceId workspace, string deployment, long hour) => transaction.Scalar<long>(
        "SELECT coalesce(max(last_block), 0) FROM prediction_segments WHERE workspace_id = @workspace AND deployment = @deployment AND hour = @hour", new { workspace, deployment, hour });

    /// <summary>Those that may hold a prediction of that time.</summary>
    public static IReadOnlyList<Segment> At(ReadTransaction transaction, WorkspaceId workspace, long ms) => transaction.Query<Segment>(
        $"SELECT {Columns} FROM prediction_segments WHERE workspace_id = @workspace AND hour = @hour AND from_ms <= @ms AND to_ms >= @ms AND removed_at IS NULL", new { workspace, ms, hour = ms / Block.Hour });

    /// <summary>Those that touch a stretch of time, oldest first.</summary>
    /// <param name="deployment">Null: of all deployments.</param>
    /// <param name="withRemoved">Also those whose file may be gone.</param>
    public static IReadOnlyList<Segment> Between(ReadTransaction transaction, WorkspaceId workspace, string? deployment, long fromMs, long toMs, bool withRemoved = false) => transaction.Query<Segment>(
        $"""
        SELECT {Columns} FROM prediction_segments
        WHERE workspace_id = @workspace {(deployment is null ? "" : "AND deployment = @deployment")} AND hour >= @first AND hour <= @last AND to_ms >= @fromMs AND from_ms < @toMs
          {(withRemoved ? "" : "AND removed_at IS NULL")}
        ORDER BY hour, from_ms, segment_id
        """, new { workspace, deployment, first = fromMs / Block.Hour, last = toMs / Block.Hour, fromMs, toMs });

    /// <summary>The newest that touch a stretch of time, newest first, a page at a time.</summary>
    /// <param name="before">Where the last page ended; null: at the newest.</param>
    public static IReadOnlyList<Segment> Newest(ReadTransaction transaction, WorkspaceId workspace, string? deployment, long fromMs, long toMs, (long Hour, string SegmentId)? before, int limit) => transaction.Query<Segment>(
        $"""
        SELECT {Columns} FROM prediction_segments
        WHERE workspace_id = @workspace {(deployment is null ? "" : "AND deployment = @deployment")} AND hour >= @first AND hour <= @last AND to_ms >= @fromMs AND from_ms < @toMs
          AND removed_at IS NULL {(before is null ? "" : "AND (hour, segment_id) < (@hour, @id)")}
        ORDER BY hour DESC, segment_id DESC LIMIT {limit}
        """, new { workspace, deployment, first = fromMs / Block.Hour, last = Math.Min(toMs / Block.Hour, before?.Hour ?? long.MaxValue), fromMs, toMs, hour = before?.Hour, id = before?.SegmentId });

    /// <summary>Marks those of a deployment that ended before a time, some of them; they no longer count.</summary>
    public static int Retire(WriteTransaction transaction, WorkspaceId workspace, string deployment, long beforeMs, long now, int limit) => transaction.Execute(
        $"""
        UPDATE prediction_segments SET removed_at = @now WHERE workspace_id = @workspace AND segment_id IN (
            SELECT segment_id FROM prediction_segments WHERE workspace_id = @workspace AND deployment = @deployment AND hour <= @last AND to_ms < @beforeMs AND removed_at IS NULL LIMIT {limit})
        """,
        new { workspace, deployment, beforeMs, last = beforeMs / Block.Hour, now });

    /// <summary>Those that were marked before a time.</summary>
    public static IReadOnlyList<Segment> Retired(ReadTransaction transaction, long before, int limit) =>
        transaction.Query<Segment>($"SELECT {Columns} FROM prediction_segments WHERE removed_at < @before ORDER BY removed_at LIMIT {limit}", new { before });

    /// <summary>How many there are of each deployment.</summary>
    public static IReadOnlyList<SegmentCount> Counts(ReadTransaction transaction) =>
        transaction.Query<SegmentCount>("SELECT deployment, count(*) AS segments FROM prediction_segments WHERE removed_at IS NULL GROUP BY deployment");

    public void Delete(WriteTransaction transaction) =>
        transaction.Execute("DELETE FROM prediction_segments WHERE workspace_id = @WorkspaceId AND segment_id = @SegmentId", this);
}

internal sealed record SegmentCount(string Deployment, long Segments);
