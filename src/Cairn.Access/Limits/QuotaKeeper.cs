using Cairn.Storage;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Cairn.Access.Limits;

/// <summary>Brings the counts of quotas over a restart: read at the start, written down every few seconds and at the end. A kill loses those seconds.</summary>
internal sealed partial class QuotaKeeper(QuotaCounters counters, Database database, TimeProvider clock, ILogger<QuotaKeeper> log) : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        await database.Read(
            transaction =>
            {
                counters.Load(transaction);
                return true;
            },
            cancellationToken);
        await base.StartAsync(cancellationToken);
    }

    // After the last request: hosted services stop in the opposite order of their start, the web server first.
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        await Save(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Pause, clock);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken)) await Save(stoppingToken);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The last save is that of StopAsync.
        }
    }

    internal async Task Save(CancellationToken cancellation)
    {
        if (!counters.HasNews) return;
        try
        {
            (await database.Write(counters.Save, cancellation))();
        }
        catch (StorageException fault)
        {
            NotSaved(fault);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The counts of quotas could not be written down; it is tried again")]
    private partial void NotSaved(StorageException fault);
}
