using Cairn.Kernel;
using Cairn.Storage;

namespace Cairn.Serving.Log;

/// <summary>Predictions of one deployment that one commit made durable, until a segment takes them over.</summary>
internal sealed record Block(long BlockId, long ToMs, byte[] Body)
{
    /// <value>In milliseconds. No block crosses the end of one.</value>
    public const long Hour = 3_600_000;

    /// <value>Milliseconds from the first record of a block to its last, at most: a search for one time need not look at blocks that end much later.</value>
    public const long LongestSpan = 5_000;

    /// <value>Whoever inserts blocks takes this turn first, so that their numbers ascend in the order of commits: who saw one has seen all before it.</value>
    public const string Turn = "prediction_blocks";

    /// <summary>True for a block <c>b</c> that counts: no segment has it.</summary>
    public const string IsHot =
        "NOT EXISTS (SELECT 1 FROM prediction_segments s WHERE s.workspace_id = b.workspace_id AND s.deployment = b.deployment AND s.hour = b.to_ms / 3600000 AND s.last_block >= b.block_id)";

    private const string Columns = "b.block_id, b.to_ms, b.body";

    /// <summary>How much of a deployment's log touches a stretch of time: no fewer rows than are in it, and the time they span.</summary>
    public static LogSpan Span(ReadTransaction transaction, WorkspaceId workspace, string deployment, long fromMs, long toMs) => transaction.First<LogSpan>(
        $"""
        SELECT CAST(coalesce(sum(rows), 0) AS BIGINT) AS rows, CAST(coalesce(min(from_ms), 0) AS BIGINT) AS from_ms, CAST(coalesce(max(to_ms), 0) AS BIGINT) AS to_ms FROM (
            SELECT rows, from_ms, to_ms FROM prediction_blocks b WHERE workspace_id = @workspace AND deployment = @deployment AND to_ms >= @fromMs AND from_ms < @toMs AND {IsHot}
            UNION ALL
            SELECT rows, from_ms, to_ms FROM prediction_segments WHERE workspace_id = @workspace AND deployment = @deployment AND to_ms >= @fromMs AND from_ms < @toMs AND removed_at IS NULL
        ) AS parts
        """, new { workspace, deployment, fromMs, toMs })!;

    /// <summary>Hours since 1970 with blocks that count and touch a stretch of time.</summary>
    public static IReadOnlyList<long> HotHours(ReadTransaction transaction, WorkspaceId workspace, string deployment, long fromMs, long toMs) => transaction.Query<long>(
        $"""
        SELECT DISTINCT b.to_ms / 3600000 AS hour FROM prediction_blocks b
        WHERE b.workspace_id = @workspace AND b.deployment = @deployment AND b.to_ms >= @fromMs AND b.from_ms < @toMs AND {IsHot}
        """, new { workspace, deployment, fromMs, toMs });

    public static void Insert(WriteTransaction transaction, WorkspaceId workspace, string deployment, LogRecords records)
    {
        foreach (var piece in records.Pieces())
        {
            transaction.Execute(
                "INSERT INTO prediction_blocks (workspace_id, deployment, from_ms, to_ms, rows, body) VALUES (@workspace, @deployment, @FromMs, @ToMs, @Rows, @Body)",
                new { workspace, deployment, piece.FromMs, piece.ToMs, Rows = (long)piece.Count, Body = piece.ToBody() });
        }
    }

    /// <summary>Those of the blocks that still stand, in the order they were written.</summary>
    /// <param name="blocks">In that order.</param>
    public static IReadOnlyList<Block> Read(ReadTransaction transaction, IReadOnlyList<BlockSize> blocks)
    {
        // Nearly all that lie between them are wanted: then a stretch is read at once, without a list of what to look up.
        var (first, last) = (blocks[0].BlockId, blocks[^1].BlockId);
        if (last - first >= 2 * blocks.Count)
            return transaction.Query<Block>($"SELECT {Columns} FROM prediction_blocks b WHERE b.block_id IN @ids ORDER BY b.block_id", new { ids = blocks.Select(block => block.BlockId).ToArray() });

        var stretch = transaction.Query<Block>($"SELECT {Columns} FROM prediction_blocks b WHERE b.block_id >= @first AND b.block_id <= @last ORDER BY b.block_id", new { first, last });
        if (stretch.Count == last - first + 1 && stretch.Count == blocks.Count) return stretch;
        var wanted = blocks.Select(block => block.BlockId).ToHashSet();
        return [.. stretch.Where(block => wanted.Contains(block.BlockId))];
    }

    /// <summary>Backwards in time, a few at a time.</summary>
    /// <param name="deployment">Null: all.</param>
    /// <param name="before">Where the last piece ended: its <see cref="ToMs"/> and <see cref="BlockId"/>.</param>
    public static IReadOnlyList<Block> Newest(ReadTransaction transaction, WorkspaceId workspace, string? deployment, long fromMs, (long ToMs, long BlockId) before, int limit) => transaction.Query<Block>(
        $"""
        SELECT {Columns} FROM prediction_blocks b
        WHERE b.workspace_id = @workspace {(deployment is null ? "" : "AND b.deployment = @deployment")} AND b.to_ms >= @fromMs AND b.to_ms <= @ToMs
          AND (b.to_ms, b.block_id) < (@ToMs, @BlockId) AND {IsHot}
        ORDER BY b.to_ms DESC, b.block_id DESC LIMIT {limit}
        """, new { workspace, deployment, fromMs, before.ToMs, before.BlockId });

    /// <summary>The record of what was answered under that id, no shadow's, among the blocks; null when it is not there (perhaps in a segment already).</summary>
    public static LogRecord? Find(ReadTransaction transaction, WorkspaceId workspace, Guid id, long ms)
    {
        var blocks = transaction.Query<Block>(
            $"SELECT {Columns} FROM prediction_blocks b WHERE b.workspace_id = @workspace AND b.to_ms >= @ms AND b.to_ms <= @ms + {LongestSpan} AND b.from_ms <= @ms", new { workspace, ms });
        foreach (var block in blocks)
        {
            var reader = new BlockReader(block.Body);
            while (reader.Next())
            {
                if (LogRecord.IdOf(reader.Record) == id && !LogRecord.FlagsOf(reader.Record).HasFlag(RecordFlags.Shadow)) return LogRecord.Read(reader.Record);
            }
        }

        return null;
    }

    public IReadOnlyList<LogRecord> Records(long fromMs, long toMs)
    {
        var records = new List<LogRecord>();
        var reader = new BlockReader(Body);
        while (reader.Next())
        {
            if (LogRecord.MillisecondsOf(reader.Record) is var ms && ms >= fromMs && ms < toMs) records.Add(LogRecord.Read(reader.Record));
        }

        return records;
    }
}

/// <summary>A block without its content.</summary>
internal sealed record BlockSize(long BlockId, long Rows)
{
    private const int MostBlocks = 500;

    /// <summary>The blocks of a deployment that count and touch a stretch of time, in the order they were written.</summary>
    /// <param name="deployment">Null: of all deployments.</param>
    public static IReadOnlyList<BlockSize> Hot(ReadTransaction transaction, WorkspaceId workspace, string? deployment, long fromMs, long toMs) => transaction.Query<BlockSize>(
        $"""
        SELECT b.block_id, b.rows FROM prediction_blocks b
        WHERE b.workspace_id = @workspace {(deployment is null ? "" : "AND b.deployment = @deployment")} AND b.to_ms >= @fromMs AND b.to_ms < @lastMs AND b.from_ms < @toMs
          AND {Block.IsHot}
        ORDER BY b.block_id
        """, new { workspace, deployment, fromMs, toMs, lastMs = Math.Min(toMs, long.MaxValue - Block.LongestSpan) + Block.LongestSpan });

    /// <summary>Deletes blocks, a piece of them in one short transaction.</summary>
    /// <param name="blocks">In the order they were written.</param>
    public static int Delete(WriteTransaction transaction, IReadOnlyList<BlockSize> blocks)
    {
        var (first, last) = (blocks[0].BlockId, blocks[^1].BlockId);
        return last - first + 1 == blocks.Count
            ? transaction.Execute("DELETE FROM prediction_blocks WHERE block_id >= @first AND block_id <= @last", new { first, last })
            : transaction.Execute("DELETE FROM prediction_blocks WHERE block_id IN @ids", new { ids = blocks.Select(block => block.BlockId).ToArray() });
    }

    /// <summary>The blocks of a deployment that end before a time.</summary>
    public static IReadOnlyList<BlockSize> Ended(ReadTransaction transaction, WorkspaceId workspace, string deployment, long beforeMs) => transaction.Query<BlockSize>(
        "SELECT block_id, rows FROM prediction_blocks WHERE workspace_id = @workspace AND deployment = @deployment AND to_ms < @beforeMs ORDER BY block_id", new { workspace, deployment, beforeMs });

    /// <summary>In order, cut so that each piece is read or deleted in a few milliseconds.</summary>
    public static IEnumerable<IReadOnlyList<BlockSize>> InPieces(IEnumerable<BlockSize> blocks, long rowsEach)
    {
        var (piece, rows) = (new List<BlockSize>(), 0L);
        foreach (var block in blocks)
        {
            if (piece.Count == MostBlocks || (piece.Count > 0 && rows + block.Rows > rowsEach))
            {
                yield return piece;
                (piece, rows) = ([], 0);
            }

            piece.Add(block);
            rows += block.Rows;
        }

        if (piece.Count > 0) yield return piece;
    }
}
