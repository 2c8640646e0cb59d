using Cairn.Kernel;
using Cairn.Serving.Live;
using Cairn.Serving.Log;
using Cairn.Serving.Truth;
using Cairn.Storage;
using Microsoft.Extensions.Logging;

namespace Cairn.Serving.Segments;

/// <summary>
/// Forgets predictions whose time is over and what became of them, as their deployment wants it. A segment stops to count at once; its file goes a day later,
/// so that who began to read it gets to its end.
/// </summary>
internal sealed partial class Retention(Database metadata, LogDatabase database, IBlobStore blobs, UnnamedBlobs unnamed, TimeProvider clock, ILogger<Retention> log)
{
    private const int SegmentsAtOnce = 100, OutcomesAtOnce = 500;
    private static readonly TimeSpan Delay = TimeSpan.FromDays(1);

    public async Task Run(CancellationToken cancellation)
    {
        var now = clock.Micros();
        foreach (var deployment in await metadata.Read(DeploymentTable.All, cancellation))
        {
            if (deployment.ReadSettings().Log.KeepDays is not { } days) continue;
            var beforeMs = (now / 1000) - (days * 86_400_000L);
            while (await Retire(deployment, beforeMs, now, cancellation) is > 0 and var retired) LogRetired(retired, deployment.Name, days);
            var blocks = await database.Read(transaction => BlockSize.Ended(transaction, deployment.WorkspaceId, deployment.Name, beforeMs), cancellation);
            await Sealer.Remove(database, blocks, cancellation);
            while (await database.Write(transaction => OutcomeTable.Forget(transaction, deployment.WorkspaceId, deployment.Name, beforeMs, OutcomesAtOnce), cancellation) > 0) { }
        }

        await RemoveFiles(now, cancellation);
    }

    private async Task<int> Retire(DeploymentRow deployment, long beforeMs, long now, CancellationToken cancellation)
    {
        var over = await database.Read(transaction => Segment.Between(transaction, deployment.WorkspaceId, deployment.Name, 0, beforeMs), cancellation);
        return over.Any(segment => segment.ToMs < beforeMs)
            ? await database.Write(transaction => Segment.Retire(transaction, deployment.WorkspaceId, deployment.Name, beforeMs, now, SegmentsAtOnce), cancellation)
            : 0;
    }

    private async Task RemoveFiles(long now, CancellationToken cancellation)
    {
        while (await database.Read(transaction => Segment.Retired(transaction, now - (Delay.Ticks / TimeSpan.TicksPerMicrosecond), SegmentsAtOnce), cancellation) is { Count: > 0 } segments)
        {
            var namedElsewhere = await unnamed.Named([.. segments.Select(segment => segment.Blob.Hex)], [ServingModule.SegmentNames], cancellation);
            foreach (var segment in segments)
            {
                // The row goes last: as long as it stands it says which blocks do not count.
                if (!namedElsewhere.Contains(segment.Blob.Hex) && !await blobs.Remove(segment.Blob, cancellation)) return;
                await database.Write(
                    transaction =>
                    {
                        segment.Delete(transaction);
                        return true;
                    },
                    cancellation);
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "{Segments} segments of {Deployment} are older than {Days} days and no longer kept")]
    private partial void LogRetired(int segments, string deployment, int days);
}
