using Cairn.Access;
using Cairn.Kernel;
using Cairn.Serving.Live;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Cairn.Serving.Online;

/// <summary>Whether a prediction may be made: asked before anything is read, and again when it is known how many rows there are.</summary>
internal sealed partial class Admission(RowQuota quota, Congestion congestion, ServingOptions options, TimeProvider clock, ILogger<Admission> log) : IThreadPoolWorkItem
{
    private const int RetrySeconds = 1;
    private static readonly object RefusedAt = new();
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(50), LongestWay = TimeSpan.FromSeconds(1);

    private readonly long _ticks = clock.TimestampFrequency / TimeSpan.TicksPerSecond;
    private long _begun, _done;

    public ValueTask<Refusal?> Enter(HttpContext context, Caller caller) =>
        IsTooMuch() ? Turn(context) : new(quota.Charge(context, caller, rows: 0));

    /// <summary>The request is there: until the returned value is disposed of it counts as in flight.</summary>
    public InFlight Begin()
    {
        Interlocked.Increment(ref _begun);
        return new(this);
    }

    public Patience Patience(CancellationToken hungUp) => new(clock, options.PredictTime, hungUp);

    public Refusal? Charge(HttpContext context, Caller caller, int rows) => quota.Charge(context, caller, rows);

    /// <summary>Lets requests go first while there are more than can be answered: for work that can wait. After a second its turn has come all the same.</summary>
    public async Task GiveWay(CancellationToken cancellation)
    {
        for (var waited = TimeSpan.Zero; waited < LongestWay && IsCongested(Now()); waited += Look) await Task.Delay(Look, clock, cancellation);
    }

    /// <summary>The probe: its turn has come.</summary>
    void IThreadPoolWorkItem.Execute()
    {
        var was = congestion.IsOn;
        congestion.Ran(Now(), Volatile.Read(ref _done));
        if (congestion.IsOn == was) return;
        if (was) Calm();
        else Shedding();
    }

    private bool IsTooMuch()
    {
        if (options.MostInFlight == 0) return false;
        var now = Now();
        Probe(now);
        var done = Volatile.Read(ref _done); // before those that began, so that the difference is never too small
        var inFlight = Volatile.Read(ref _begun) - done;
        return inFlight >= options.MostInFlight || congestion.Refuses(now, inFlight);
    }

    private bool IsCongested(long now)
    {
        if (options.MostInFlight == 0) return false;
        Probe(now); // it may be the only one who asks
        return congestion.IsOn;
    }

    private void Probe(long now)
    {
        if (congestion.WantsProbe(now)) ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    /// <summary>Refuses at once. But a connection that comes back sooner than it was told waits here, so that a flood of impatience costs little.</summary>
    private async ValueTask<Refusal?> Turn(HttpContext context)
    {
        ServingMeter.Shed.Add(1);
        if (context.Features.Get<IConnectionItemsFeature>()?.Items is { } connection)
        {
            if (connection.TryGetValue(RefusedAt, out var at) && (long)at! + (RetrySeconds * TimeSpan.TicksPerSecond) - Now() is var early and > 0)
                await Task.Delay(TimeSpan.FromTicks(early), clock, context.RequestAborted);
            connection[RefusedAt] = Now();
        }

        return new Refusal.Unavailable(
            "server.overloaded", $"More predictions are asked for than this server can make, and it did not begin with this one. Send it again in {RetrySeconds} s; many rows in one request cost far less than many requests.");
    }

    private long Now() => clock.GetTimestamp() / _ticks;

    [LoggerMessage(Level = LogLevel.Warning, Message = "More predictions are asked for than can be made; some are refused, cairn_predictions_shed_total counts them")]
    private partial void Shedding();

    [LoggerMessage(Level = LogLevel.Information, Message = "All predictions are answered again")]
    private partial void Calm();

    public readonly struct InFlight(Admission admission) : IDisposable
    {
        public void Dispose() => Interlocked.Increment(ref admission._done);
    }
}
