using System.Text;
using Cairn.Client.Wire;
using Cairn.Kernel;
using Cairn.Serving.Segments;
using Cairn.Storage;

namespace Cairn.Serving.Log;

/// <summary>
/// Pages of the log, newest first by id. It goes back in time, through the blocks and then through the segments, and stops where
/// nothing newer than what it has can come.
/// </summary>
internal sealed class PredictionSearch(LogDatabase database, SegmentReader reader)
{
    private const int FewestBlocks = 8, MostBlocks = 256, SegmentsAtOnce = 32, SegmentsRead = 64;

    /// <value>To open a DuckDB takes as long as to look through some hundred thousand rows: what is rare is looked for in so many at once.</value>
    private const long RowsAtOnce = 1_000_000;

    /// <param name="before">The last record of the page before; null: this is the first.</param>
    public async Task<Page<LoggedPredictionWire>> Page(WorkspaceId workspace, PredictionFilter filter, Guid? before, int limit, CancellationToken cancellation)
    {
        var newest = new NewestRecords(limit + 1, before);
        var beforeMs = before is { } last ? Math.Min(Uuid7.TimeOf(last)!.Value + 1, filter.ToMs) : filter.ToMs;

        // One snapshot: a record is in a block or in a segment of it.
        var segments = await database.Read(
            transaction =>
            {
                LookAtBlocks(transaction, workspace, filter, beforeMs, newest, cancellation);
                return Segment.Newest(transaction, workspace, filter.Deployment, filter.FromMs, beforeMs, before: null, SegmentsRead);
            },
            cancellation);
        await LookAtSegments(workspace, filter, beforeMs, segments, newest, cancellation);

        var found = newest.All.ToList();
        var sources = await database.Read(transaction => LogSource.Of(transaction, workspace, found.Select(record => record.Source).Distinct()), cancellation);
        var items = found.Take(limit).Select(record => LoggedPrediction.ToWire(record, sources[record.Source], withFeatures: false)).ToList();
        return new(items, found.Count > limit ? PageToken.Write(items[^1].PredictionId) : null);
    }

    private static void LookAtBlocks(ReadTransaction transaction, WorkspaceId workspace, PredictionFilter filter, long beforeMs, NewestRecords newest, CancellationToken cancellation)
    {
        var wanted = filter.NamesSources ? LogSource.Of(transaction, workspace, filter.Deployment).Where(filter.Matches).Select(source => source.SourceId).ToHashSet() : null;
        var entity = filter.Entity is { } name ? Encoding.UTF8.GetBytes(name) : null;
        var place = (ToMs: Math.Min(beforeMs, long.MaxValue - Block.LongestSpan) + Block.LongestSpan, BlockId: long.MaxValue);
        for (var most = FewestBlocks; ; most = Math.Min(most * 2, MostBlocks))
        {
            cancellation.ThrowIfCancellationRequested();
            var blocks = Block.Newest(transaction, workspace, filter.Deployment, filter.FromMs, place, most);
            foreach (var block in blocks)
            {
                var records = new BlockReader(block.Body);
                while (records.Next())
                {
                    if (newest.Wants(records.Record) && filter.Matches(records.Record, entity, wanted)) newest.Add(LogRecord.Read(records.Record));
                }
            }

            if (blocks.Count < most || blocks[^1].ToMs < newest.OldestMs) return;
            place = (blocks[^1].ToMs, blocks[^1].BlockId);
        }
    }

    private async Task LookAtSegments(
        WorkspaceId workspace, PredictionFilter filter, long beforeMs, IReadOnlyList<Segment> segments, NewestRecords newest, CancellationToken cancellation)
    {
        var (next, most, mostRows, condition) = (0, filter.IsWide ? 1 : SegmentsAtOnce, RowsAtOnce, $"{filter.ToSql()} AND {newest.ToSql()}");
        while (segments.Count > 0)
        {
            var (some, rows) = (new List<Segment>(), 0L);
            for (; next < segments.Count && some.Count < most && rows < mostRows; next++)
            {
                if (Segment.EndOf(segments[next].Hour) <= newest.OldestMs) break; // and so are all that follow
                if (segments[next].ToMs < newest.OldestMs) continue;
                some.Add(segments[next]);
                rows += segments[next].Rows;
            }

            if (some.Count > 0)
            {
                foreach (var record in await reader.Newest(some, Math.Max(filter.FromMs, newest.OldestMs), beforeMs, condition, newest.Most, filter.IsWide, cancellation)) newest.Add(record);
                (most, mostRows) = (Math.Min(most * 2, SegmentsAtOnce), mostRows * 2);
            }

            if (next < segments.Count && Segment.EndOf(segments[next].Hour) <= newest.OldestMs) return;
            if (next < segments.Count) continue;
            if (segments.Count < SegmentsRead) return;
            var place = (segments[^1].Hour, segments[^1].SegmentId);
            segments = await database.Read(transaction => Segment.Newest(transaction, workspace, filter.Deployment, filter.FromMs, beforeMs, place, SegmentsRead), cancellation);
            next = 0;
        }
    }
}
