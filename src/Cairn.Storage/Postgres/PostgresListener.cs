using Cairn.Storage.Events;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Cairn.Storage.Postgres;

/// <summary>Hears of events that other processes commit. Losing the connection costs speed, not events: followers poll.</summary>
internal sealed partial class PostgresListener : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _loop;

    public PostgresListener(NpgsqlDataSource source, CommitSignal signal, ILogger log) => _loop = Loop(source, signal, log, _stop.Token);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _loop;
        _stop.Dispose();
    }

    private static async Task Loop(NpgsqlDataSource source, CommitSignal signal, ILogger log, CancellationToken cancellation)
    {
        while (!cancellation.IsCancellationRequested)
        {
            try
            {
                await using var connection = await source.OpenConnectionAsync(cancellation);
                connection.Notification += (_, _) => signal.Raise();
                await using var listen = new NpgsqlCommand($"LISTEN {PostgresWriteTransaction.Channel}", connection);
                await listen.ExecuteNonQueryAsync(cancellation);
                while (true) await connection.WaitAsync(cancellation);
            }
            catch (OperationCanceledException)
            {
                return;
            }
            catch (NpgsqlException e)
            {
                LogLost(log, e);
                await Task.Delay(TimeSpan.FromSeconds(2), cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The connection that listens for events is lost; events arrive by polling until it is back")]
    private static partial void LogLost(ILogger logger, Exception exception);
}
