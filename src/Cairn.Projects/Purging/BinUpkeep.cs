using Cairn.Access;
using Cairn.Client.Wire;
using Cairn.Kernel;
using Cairn.Storage;
using Cairn.Tracking;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Cairn.Projects.Purging;

/// <summary>Purges what lay in the bin for as long as it is kept, goes on with purges that the last process did not finish, and removes files whose day is over.</summary>
internal sealed partial class BinUpkeep(StartPurge purge, RecycleBin bin, UnnamedBlobs blobs, BinOptions options, TimeProvider clock, ILogger<BinUpkeep> log) : BackgroundService
{
    // A command that owns the home for a second has other things to do.
    private static readonly TimeSpan First = TimeSpan.FromSeconds(15), Pause = TimeSpan.FromMinutes(10);

    /// <summary>Once.</summary>
    public async Task Run(CancellationToken cancellation)
    {
        var before = options.OverBefore(clock.Micros());
        foreach (var workspace in await bin.Waiting(before, cancellation))
        {
            // long.MinValue: only what has begun. A purge that runs already is as good.
            var caller = Caller.LocalAdmin with { Workspace = workspace, Name = "retention" };
            var started = await purge.Start(caller, new PurgeRequest(DeletedBefore: before ?? long.MinValue), cancellation);
            if (started.Refusal is { Code: not "flow.busy" } refusal) LogRefused(workspace.Value, refusal.Detail);
        }

        await blobs.Remove(progress: null, cancellation);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var failing = false;
        for (var pause = First; !stoppingToken.IsCancellationRequested; pause = Pause)
        {
            await Task.Delay(pause, clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (stoppingToken.IsCancellationRequested) return;
            try
            {
                await Run(stoppingToken);
                failing = false;
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
#pragma warning disable CA1031 // an exception out of a background service stops the whole server; the bin can wait
            catch (Exception e)
#pragma warning restore CA1031
            {
                if (!failing) LogFailed(e);
                failing = true;
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The bin of {Workspace} could not be purged: {Reason}")]
    private partial void LogRefused(string workspace, string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "The bin could not be purged; it is tried again")]
    private partial void LogFailed(Exception exception);
}
