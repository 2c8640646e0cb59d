using Cairn.Kernel;
using Cairn.Serving.Segments;
using Cairn.Storage;

namespace Cairn.Serving.Log;

/// <summary>Where the predictions of a stretch of time were at one moment: what it took down is read to its end, wherever it moves meanwhile.</summary>
/// <param name="Deployment">Null: all.</param>
/// <param name="FromMs">Milliseconds, as inside the ids; included.</param>
/// <param name="ToMs">Not included.</param>
/// <param name="Known">All segments there were, also those that no longer counted.</param>
internal sealed record LogPlan(
    WorkspaceId Workspace, string? Deployment, long FromMs, long ToMs, IReadOnlyList<Segment> Segments, IReadOnlyList<BlockSize> Blocks,
    IReadOnlyDictionary<long, LogSourceRow> Sources, IReadOnlySet<string> Known)
{
    public long HotRows => Blocks.Sum(block => block.Rows);

    public static LogPlan Of(ReadTransaction transaction, WorkspaceId workspace, string? deployment, long fromMs, long toMs)
    {
        var all = Segment.Between(transaction, workspace, deployment, fromMs, toMs, withRemoved: true);
        return new(
            workspace, deployment, fromMs, toMs, [.. all.Where(segment => segment.RemovedAt is null)], BlockSize.Hot(transaction, workspace, deployment, fromMs, toMs),
            LogSource.Of(transaction, workspace, deployment).ToDictionary(source => source.SourceId), all.Select(segment => segment.SegmentId).ToHashSet(StringComparer.Ordinal));
    }

    /// <summary>Segments that were sealed since: they may have blocks of this plan.</summary>
    public IReadOnlyList<Segment> Since(ReadTransaction transaction) =>
        [.. Segment.Between(transaction, Workspace, Deployment, FromMs, ToMs, withRemoved: true).Where(segment => !Known.Contains(segment.SegmentId))];
}
