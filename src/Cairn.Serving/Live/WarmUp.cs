using Cairn.Storage;

namespace Cairn.Serving.Live;

/// <summary>Loads models ahead of their first request: those first that were asked last, as the log tells, until the memory for models is full.</summary>
internal sealed class WarmUp(LiveDeployments live, LoadedPackages loaded, LogDatabase log, TimeProvider clock)
{
    private const long Much = 32_000_000;

    public async Task Run(CancellationToken cancellation)
    {
        try
        {
            await FindLastUses(cancellation);
        }
        catch (StorageException)
        {
            // The log says so itself; the order is then any.
        }

        await live.Warm(live.All.OrderByDescending(deployment => deployment.LastUsed), cancellation);

        // To read them took several times what they take, and the collector keeps what it once had.
        if (loaded.Read().Bytes > Much) GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
    }

    private async Task FindLastUses(CancellationToken cancellation)
    {
        var (now, ticks) = (clock.GetUtcNow().ToUnixTimeMilliseconds(), Environment.TickCount64);
        foreach (var deployment in live.All)
        {
            var last = await log.Read(transaction => LastLogged(transaction, deployment.Row), cancellation);
            if (last is { } milliseconds && deployment.LastUsed is null) deployment.LastUsed = ticks - Math.Max(0, now - milliseconds);
        }
    }

    private static long? LastLogged(ReadTransaction transaction, DeploymentRow deployment) => transaction.Scalar<long?>(
        "SELECT max(to_ms) FROM prediction_blocks WHERE workspace_id = @WorkspaceId AND deployment = @Name", deployment) ?? transaction.Scalar<long?>(
        "SELECT to_ms FROM prediction_segments WHERE workspace_id = @WorkspaceId AND deployment = @Name ORDER BY hour DESC LIMIT 1", deployment);
}
