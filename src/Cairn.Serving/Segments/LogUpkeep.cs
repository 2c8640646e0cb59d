using Cairn.Serving.Live;
using Cairn.Storage;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Cairn.Serving.Segments;

/// <summary>Seals and forgets, beside what answers.</summary>
internal sealed partial class LogUpkeep(Sealer sealer, Retention retention, LogDatabase database, TimeProvider clock, ILogger<LogUpkeep> log) : BackgroundService
{
    // A command that owns the home for a second does not open the log for it.
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(15), RetentionPause = TimeSpan.FromMinutes(10);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var (failing, forgot) = (false, DateTimeOffset.MinValue);
        while (!stoppingToken.IsCancellationRequested)
        {
            await Task.Delay(Pause, clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (stoppingToken.IsCancellationRequested) return;
            try
            {
                await sealer.Run(stoppingToken);
                if (clock.GetUtcNow() - forgot >= RetentionPause)
                {
                    await retention.Run(stoppingToken); // behind the sealer: what it forgets has no blocks any more
                    forgot = clock.GetUtcNow();
                }

                await Count(stoppingToken);
                failing = false;
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
#pragma warning disable CA1031 // an exception out of a background service stops the whole server; predictions go on without segments
            catch (Exception e)
#pragma warning restore CA1031
            {
                if (!failing) LogFailed(e);
                failing = true;
            }
        }
    }

    private async Task Count(CancellationToken cancellation)
    {
        foreach (var (deployment, segments) in await database.Read(Segment.Counts, cancellation))
            ServingMeter.Segments.Record(segments, new KeyValuePair<string, object?>("deployment", deployment));
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Predictions could not be rolled into segments; they stay where they are, and it is tried again")]
    private partial void LogFailed(Exception exception);
}
