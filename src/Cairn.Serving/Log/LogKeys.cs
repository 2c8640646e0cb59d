using Cairn.Data;
using Cairn.Kernel;
using Cairn.Serving.Segments;
using Cairn.Storage;

namespace Cairn.Serving.Log;

/// <summary>Searches the log, blocks and segments, without reading features.</summary>
internal sealed class LogKeys(LogDatabase database, SegmentReader segments)
{
    private const int RowsAtOnce = 20_000;

    /// <value>So many values are looked for by DuckDB; more are looked for in what it reads.</value>
    public const int FewValues = 64;

    public Task<Dictionary<long, LogSourceRow>> Sources(WorkspaceId workspace, string deployment, CancellationToken cancellation) =>
        database.Read(transaction => LogSource.Of(transaction, workspace, deployment).ToDictionary(source => source.SourceId), cancellation);

    /// <summary>Every prediction of a deployment in a stretch of time, in no order, in one pass.</summary>
    /// <param name="fromMs">As inside the ids; included.</param>
    /// <param name="toMs">Not included.</param>
    /// <param name="entities">Others need not be seen; null: all.</param>
    /// <param name="named">Whether it matters whom they are about; if not, that may be empty.</param>
    public async Task Visit(
        WorkspaceId workspace, string deployment, long fromMs, long toMs, IReadOnlyCollection<string>? entities, bool named, LogKeyVisitor visit, CancellationToken cancellation)
    {
        var condition = entities is { Count: > 0 and <= FewValues } ? $"entity IN ({string.Join(", ", entities.Select(AnalyticsJob.Text))})" : "true";
        var plan = await database.Read(transaction => LogPlan.Of(transaction, workspace, deployment, fromMs, toMs), cancellation);
        await segments.Visit(plan.Segments, fromMs, toMs, condition, named, blocks: null, visit, cancellation);
        var moved = new HashSet<long>();
        foreach (var some in BlockSize.InPieces(plan.Blocks, RowsAtOnce))
        {
            cancellation.ThrowIfCancellationRequested();
            var blocks = await database.Read(transaction => Block.Read(transaction, some), cancellation);
            if (blocks.Count < some.Count) moved.UnionWith(some.Select(block => block.BlockId).Except(blocks.Select(block => block.BlockId)));
            foreach (var block in blocks) Visit(block, fromMs, toMs, visit);
        }

        if (moved.Count == 0) return;
        var since = await database.Read(plan.Since, cancellation);
        await segments.Visit(since, fromMs, toMs, condition, named, moved, visit, cancellation);
    }

    /// <summary>A number that grows when a prediction of that time or before is logged; 0: there is none.</summary>
    public Task<long> Newest(WorkspaceId workspace, string deployment, long untilMs, CancellationToken cancellation) => database.Read(
        transaction => transaction.Scalar<long>(
            """
            SELECT CAST(coalesce(max(newest), 0) AS BIGINT) FROM (
                SELECT max(block_id) AS newest FROM prediction_blocks WHERE workspace_id = @workspace AND deployment = @deployment AND from_ms <= @untilMs
                UNION ALL
                SELECT max(last_block) AS newest FROM prediction_segments WHERE workspace_id = @workspace AND deployment = @deployment AND from_ms <= @untilMs
            ) AS parts
            """, new { workspace, deployment, untilMs }),
        cancellation);

    /// <summary>The earliest prediction among those logged since a number of <see cref="Newest"/>, or a time before it, in milliseconds.</summary>
    public Task<long> EarliestSince(WorkspaceId workspace, string deployment, long newest, CancellationToken cancellation) => database.Read(
        transaction => newest == 0 ? 0 : transaction.Scalar<long>(
            """
            SELECT CAST(coalesce(min(first), 0) AS BIGINT) FROM (
                SELECT min(from_ms) AS first FROM prediction_blocks WHERE workspace_id = @workspace AND deployment = @deployment AND block_id > @newest
                UNION ALL
                SELECT min(from_ms) AS first FROM prediction_segments WHERE workspace_id = @workspace AND deployment = @deployment AND last_block > @newest
            ) AS parts
            """, new { workspace, deployment, newest }),
        cancellation);

    /// <summary>What answered each of these predictions, no shadow; those that are not in the log are left out.</summary>
    public async Task<IReadOnlyDictionary<Guid, LogSourceRow>> Find(WorkspaceId workspace, IReadOnlyCollection<Guid> ids, CancellationToken cancellation)
    {
        var (wanted, found) = (ids.ToHashSet(), new Dictionary<Guid, long>());
        while (await FindOnce(workspace, wanted, found, cancellation)) wanted.ExceptWith(found.Keys);
        var sources = await database.Read(transaction => LogSource.Of(transaction, workspace, found.Values.Distinct()), cancellation);
        return found.ToDictionary(one => one.Key, one => sources[one.Value]);
    }

    /// <returns>True: blocks moved into segments meanwhile, so look again.</returns>
    private async Task<bool> FindOnce(WorkspaceId workspace, HashSet<Guid> wanted, Dictionary<Guid, long> found, CancellationToken cancellation)
    {
        var times = wanted.Select(Uuid7.TimeOf).OfType<long>().Distinct().Order().ToArray();
        if (times.Length == 0) return false;
        var (fromMs, toMs) = (times[0], times[^1]);
        var (hot, sealed_) = await database.Read(
            transaction => (Span.Hot(transaction, workspace, fromMs, toMs), Segment.Between(transaction, workspace, deployment: null, fromMs, toMs + 1)), cancellation);

        LogKeyVisitor see = (in LogKey key) =>
        {
            if (wanted.Contains(key.Id) && !key.Flags.HasFlag(RecordFlags.Shadow)) found[key.Id] = key.Source;
        };
        var condition = wanted.Count <= FewValues ? $"prediction_id IN ({string.Join(", ", wanted.Select(id => $"'{id:N}'"))})" : "true";
        await segments.Visit([.. sealed_.Where(segment => Touches(times, segment.FromMs, segment.ToMs))], fromMs, toMs + 1, condition, named: false, blocks: null, see, cancellation);

        var moved = false;
        foreach (var some in BlockSize.InPieces(hot.Where(span => Touches(times, span.FromMs, span.ToMs)).Select(span => new BlockSize(span.BlockId, span.Rows)), RowsAtOnce))
        {
            var blocks = await database.Read(transaction => Block.Read(transaction, some), cancellation);
            moved |= blocks.Count < some.Count;
            foreach (var block in blocks) Visit(block, fromMs, toMs + 1, see);
        }

        return moved;
    }

    private static void Visit(Block block, long fromMs, long toMs, LogKeyVisitor visit)
    {
        var reader = new BlockReader(block.Body);
        while (reader.Next())
        {
            var key = new LogKey(reader.Record);
            if (key.Milliseconds >= fromMs && key.Milliseconds < toMs) visit(key);
        }
    }

    private static bool Touches(long[] times, long fromMs, long toMs)
    {
        var at = Array.BinarySearch(times, fromMs);
        if (at < 0) at = ~at;
        return at < times.Length && times[at] <= toMs;
    }

    private sealed record Span(long BlockId, long Rows, long FromMs, long ToMs)
    {
        public static IReadOnlyList<Span> Hot(ReadTransaction transaction, WorkspaceId workspace, long fromMs, long toMs) => transaction.Query<Span>(
            $"""
            SELECT b.block_id, b.rows, b.from_ms, b.to_ms FROM prediction_blocks b
            WHERE b.workspace_id = @workspace AND b.to_ms >= @fromMs AND b.to_ms <= @lastMs AND b.from_ms <= @toMs AND {Block.IsHot}
            ORDER BY b.block_id
            """, new { workspace, fromMs, toMs, lastMs = toMs + Block.LongestSpan });
    }
}
