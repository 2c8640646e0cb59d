using Cairn.Storage;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace Cairn.Serving.Streams;

/// <summary>Keeps every stream running that is defined, with the settings it has now, and connects again when the broker was away.</summary>
internal sealed partial class StreamRunner(
    Database database, EventLog events, LiveStreams streams, StreamScoring scoring, ServingOptions options, TimeProvider clock, ILogger<StreamRunner> log) : BackgroundService
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(500), LongestPause = TimeSpan.FromSeconds(30), Again = TimeSpan.FromSeconds(1), Heartbeat = TimeSpan.FromSeconds(10);

    private readonly Dictionary<StreamRow, (CancellationTokenSource Stop, Task Done)> _running = [];

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (options.RabbitMq is not { } broker) return;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                var seen = await events.Latest(stoppingToken); // before reading: what changes meanwhile is seen again, not missed
                await Bring(broker, stoppingToken);
                await foreach (var happened in events.Follow(seen, stoppingToken))
                {
                    if (happened.Type == StreamTable.Changed) await Bring(broker, stoppingToken);
                }
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                break;
            }
#pragma warning disable CA1031 // an exception out of a background service stops the whole server
            catch (Exception e)
#pragma warning restore CA1031
            {
                LogInterrupted(e);
                await Task.Delay(Again, clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }

        await Task.WhenAll(_running.Keys.ToList().Select(Stop));
    }

    /// <summary>Stops what is not wanted any more or differs, starts what is wanted and does not run.</summary>
    private async Task Bring(Uri broker, CancellationToken stopping)
    {
        var wanted = await database.Read(StreamTable.All, stopping);
        foreach (var row in _running.Keys.Except(wanted).ToList())
        {
            await Stop(row);
            if (!wanted.Any(other => other.WorkspaceId == row.WorkspaceId && other.Name == row.Name)) streams.Forget(row);
        }

        foreach (var row in wanted.Where(row => !_running.ContainsKey(row)))
        {
            var stop = CancellationTokenSource.CreateLinkedTokenSource(stopping);
            _running.Add(row, (stop, Task.Run(() => Keep(row, broker, stop.Token), CancellationToken.None)));
        }
    }

    private async Task Stop(StreamRow row)
    {
        if (!_running.Remove(row, out var running)) return;
        await running.Stop.CancelAsync();
        await running.Done;
        running.Stop.Dispose();
    }

    private async Task Keep(StreamRow row, Uri broker, CancellationToken stopping)
    {
        var (state, settings, pause) = (streams.Of(row), row.ReadSettings(), FirstPause);
        while (!stopping.IsCancellationRequested)
        {
            var started = clock.GetTimestamp();
            try
            {
                var factory = new ConnectionFactory { Uri = broker, ClientProvidedName = $"cairn {row.Name}", AutomaticRecoveryEnabled = false, TopologyRecoveryEnabled = false, RequestedHeartbeat = Heartbeat };
                await using var connection = await factory.CreateConnectionAsync(stopping);
                await new StreamConsumer(row, settings, state, scoring, connection, clock).Run(stopping);
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                break;
            }
#pragma warning disable CA1031 // whatever it was, the messages are in the queue and it is tried again
            catch (Exception e)
#pragma warning restore CA1031
            {
                if (clock.GetElapsedTime(started) > LongestPause) pause = FirstPause; // it worked for a while
                var reason = Reason(e, settings);
                if (state.Problem != reason) LogDisconnected(row.Name, reason);
                state.Is(LiveStream.Disconnected, reason);
                await Task.Delay(pause, clock, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
            }
        }
    }

    private static string Reason(Exception e, Client.Wire.StreamSettings settings) => e switch
    {
        BrokerUnreachableException { InnerException: AuthenticationFailureException } => "The broker refused user and password.",
        BrokerUnreachableException => $"The broker cannot be reached: {e.InnerException?.Message ?? e.Message}",
        OperationInterruptedException { ShutdownReason.ReplyCode: 404 } => $"The broker says: {((OperationInterruptedException)e).ShutdownReason!.ReplyText}. The queue {settings.Queue} and the exchanges have to be there.",
        OperationInterruptedException { ShutdownReason: { } shutdown } => $"The broker says: {shutdown.ReplyText}",
        _ => e.Message,
    };

    [LoggerMessage(Level = LogLevel.Warning, Message = "The stream {Stream} is interrupted: {Reason}")]
    private partial void LogDisconnected(string stream, string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "Following the streams was interrupted; those that run go on")]
    private partial void LogInterrupted(Exception exception);
}
