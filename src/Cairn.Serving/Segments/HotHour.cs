using Cairn.Kernel;
using Cairn.Serving.Log;
using Cairn.Storage;

namespace Cairn.Serving.Segments;

/// <summary>The blocks that stand of one hour of a deployment.</summary>
/// <param name="FirstBlock">The lowest number among them, <paramref name="LastBlock"/> the highest.</param>
/// <param name="LastSealed">Blocks up to this one are in a segment.</param>
internal sealed record HotHour(WorkspaceId WorkspaceId, string Deployment, long Hour, long FirstBlock, long LastBlock, long Rows, long LastSealed)
{
    /// <value>True when some of them are in a segment already: they may go.</value>
    public bool HasSealed => FirstBlock <= LastSealed;

    /// <summary>By deployment, oldest first. From one to the next in the index: the blocks are counted there and neither sorted nor read.</summary>
    public static IReadOnlyList<HotHour> All(ReadTransaction transaction)
    {
        var hours = new List<HotHour>();
        var place = new Place(new WorkspaceId(""), "", -1);
        while (transaction.First<Place>(
            """
            SELECT workspace_id, deployment, to_ms FROM prediction_blocks WHERE (workspace_id, deployment, to_ms) > (@WorkspaceId, @Deployment, @ToMs)
            ORDER BY workspace_id, deployment, to_ms LIMIT 1
            """, place) is { } next)
        {
            var hour = next.ToMs / Block.Hour;
            var (workspace, deployment, end) = (next.WorkspaceId, next.Deployment, Segment.EndOf(hour));
            var counts = transaction.First<Counts>(
                """
                SELECT min(block_id) AS first_block, max(block_id) AS last_block, sum(rows) AS rows FROM prediction_blocks
                WHERE workspace_id = @workspace AND deployment = @deployment AND to_ms >= @ToMs AND to_ms < @end
                """, new { workspace, deployment, next.ToMs, end })!;
            hours.Add(new(workspace, deployment, hour, counts.FirstBlock, counts.LastBlock, counts.Rows, Segment.LastBlockOf(transaction, workspace, deployment, hour)));
            place = next with { ToMs = end - 1 };
        }

        return hours;
    }

    /// <summary>Blocks in the order they were written.</summary>
    /// <param name="after">Only those behind this one.</param>
    /// <param name="upTo">Only those up to this one.</param>
    public IReadOnlyList<BlockSize> Blocks(ReadTransaction transaction, long after, long upTo, int limit) => transaction.Query<BlockSize>(
        $"""
        SELECT block_id, rows FROM prediction_blocks
        WHERE workspace_id = @WorkspaceId AND deployment = @Deployment AND to_ms >= @from AND to_ms < @end AND block_id > @after AND block_id <= @upTo
        ORDER BY block_id LIMIT {limit}
        """, new { WorkspaceId, Deployment, from = Hour * Block.Hour, end = Segment.EndOf(Hour), after, upTo });

    private sealed record Place(WorkspaceId WorkspaceId, string Deployment, long ToMs);

    private sealed record Counts(long FirstBlock, long LastBlock, long Rows);
}
