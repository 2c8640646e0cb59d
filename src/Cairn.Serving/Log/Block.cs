using Cairn.Kernel;
using Cairn.Storage;

namespace Cairn.Serving.Log;

/// <summary>The predictions of one deployment that one commit made durable.</summary>
internal sealed record Block(long BlockId, WorkspaceId WorkspaceId, string Deployment, long FromMs, long ToMs, long Rows, byte[] Body)
{
    private const int Few = 64;

    public const string Columns = "block_id, workspace_id, deployment, from_ms, to_ms, rows, body";

    public static void Insert(WriteTransaction transaction, WorkspaceId workspace, string deployment, LogRecords records) => transaction.Execute(
        "INSERT INTO prediction_blocks (workspace_id, deployment, from_ms, to_ms, rows, body) VALUES (@workspace, @deployment, @FromMs, @ToMs, @Rows, @Body)",
        new { workspace, deployment, records.FromMs, records.ToMs, Rows = (long)records.Count, Body = records.ToBody() });

    /// <summary>Blocks of a deployment that touch a stretch of time, in the order they were written, a few at a time.</summary>
    /// <param name="after">The last block seen.</param>
    public static IReadOnlyList<Block> Next(ReadTransaction transaction, WorkspaceId workspace, string deployment, long fromMs, long toMs, long after) => transaction.Query<Block>(
        $"""
        SELECT {Columns} FROM prediction_blocks
        WHERE workspace_id = @workspace AND deployment = @deployment AND block_id > @after AND to_ms >= @fromMs AND from_ms < @toMs
        ORDER BY block_id LIMIT {Few}
        """, new { workspace, deployment, fromMs, toMs, after });

    /// <summary>How much of a deployment's log touches a stretch of time: no fewer rows than are in it, and the time they span.</summary>
    public static LogSpan Span(ReadTransaction transaction, WorkspaceId workspace, string deployment, long fromMs, long toMs) => transaction.First<LogSpan>(
        """
        SELECT CAST(coalesce(sum(rows), 0) AS BIGINT) AS rows, coalesce(min(from_ms), 0) AS from_ms, coalesce(max(to_ms), 0) AS to_ms FROM prediction_blocks
        WHERE workspace_id = @workspace AND deployment = @deployment AND to_ms >= @fromMs AND from_ms < @toMs
        """, new { workspace, deployment, fromMs, toMs })!;

    public IReadOnlyList<LogRecord> Records(long fromMs, long toMs)
    {
        var records = new List<LogRecord>((int)Rows);
        var reader = new BlockReader(Body);
        while (reader.Next())
        {
            var record = LogRecord.Read(reader.Record);
            if (record.Milliseconds >= fromMs && record.Milliseconds < toMs) records.Add(record);
        }

        return records;
    }

    public static IReadOnlySet<long> SourcesOf(Block block)
    {
        var sources = new HashSet<long>();
        var reader = new BlockReader(block.Body);
        while (reader.Next()) sources.Add(LogRecord.SourceOf(reader.Record));
        return sources;
    }

    /// <summary>The record of what was answered under that id, no shadow's, among the blocks; null when it is not there (perhaps in a segment already).</summary>
    public static LogRecord? Find(ReadTransaction transaction, WorkspaceId workspace, Guid id, long ms)
    {
        var blocks = transaction.Query<Block>(
            $"SELECT {Columns} FROM prediction_blocks WHERE workspace_id = @workspace AND to_ms >= @ms AND from_ms <= @ms ORDER BY to_ms", new { workspace, ms });
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
}
