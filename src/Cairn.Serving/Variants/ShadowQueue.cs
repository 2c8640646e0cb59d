using System.Collections.Concurrent;
using Cairn.Serving.Live;
using Cairn.Serving.Log;
using Cairn.Serving.Online;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Cairn.Serving.Variants;

/// <summary>A request that was answered and whose rows are to be scored again.</summary>
/// <param name="Log">Null: the deployment does not log.</param>
internal sealed record ShadowWork(Routing Routing, RequestBody Body, ShadowRow[] Rows, RowLog? Log);

/// <summary>
/// What was answered waits here for its shadows: nobody who asks waits for them, and the thread they are scored on is none of those that
/// answer. What they cannot keep up with is dropped, and counted.
/// </summary>
internal sealed partial class ShadowQueue(PredictionLog log, ILogger<ShadowQueue> logger) : IHostedService, IDisposable
{
    private const int MostRequests = 1024, TurnsBeforeSleep = 200;
    private const long MostBytes = 64 << 20;

    /// <value>Between two looks into the queue: to wake a thread for every request would cost each of them more than its shadows do.</value>
    private static readonly TimeSpan Turn = TimeSpan.FromMilliseconds(5);

    private readonly ConcurrentQueue<ShadowWork> _queue = new();
    private readonly ManualResetEventSlim _awake = new();
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Thread? _thread;
    private int _requests;
    private long _bytes;
    private volatile bool _stopping;

    /// <summary>Takes the body over, whatever it returns. Never waits: what has no room is dropped and counted.</summary>
    /// <returns>False: it was dropped.</returns>
    public bool Offer(ShadowWork work)
    {
        if (Interlocked.Increment(ref _requests) > MostRequests | Interlocked.Add(ref _bytes, work.Body.Held) > MostBytes || _stopping)
        {
            Leave(work);
            Drop(work);
            work.Body.Dispose();
            return false;
        }

        _queue.Enqueue(work);
        if (!_awake.IsSet) _awake.Set();
        return true;
    }

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _thread = new Thread(Run) { IsBackground = true, Name = "Cairn shadows" };
        _thread.Start();
        return Task.CompletedTask;
    }

    /// <summary>What waits is scored first.</summary>
    public Task StopAsync(CancellationToken cancellationToken)
    {
        _stopping = true;
        _awake.Set();
        return _ended.Task.WaitAsync(cancellationToken);
    }

    /// <summary>A host that could not start disposes of it without stopping it first.</summary>
    public void Dispose()
    {
        _stopping = true;
        if (_thread is { IsAlive: true })
        {
            _awake.Set();
            _thread.Join();
        }

        _awake.Dispose();
    }

    private void Run()
    {
        var scoring = new ShadowScoring(log);
        for (var idle = 0; ; idle++)
        {
            while (_queue.TryDequeue(out var work))
            {
                Score(scoring, work);
                idle = 0;
            }

            if (_stopping && _queue.IsEmpty) break;
            if (idle < TurnsBeforeSleep)
            {
                Thread.Sleep(Turn);
                continue;
            }

            _awake.Reset();
            if (_queue.IsEmpty && !_stopping) _awake.Wait(); // what came before the reset is seen here, what comes after it wakes
            idle = 0;
        }

        _ended.TrySetResult();
    }

    private void Score(ShadowScoring scoring, ShadowWork work)
    {
        try
        {
            scoring.Score(work);
        }
#pragma warning disable CA1031 // an exception would end the process, for rows that nobody waits for
        catch (Exception e)
#pragma warning restore CA1031
        {
            LogFailed(e, work.Routing.Champion.Source.Row.Deployment);
        }
        finally
        {
            Leave(work);
            work.Body.Dispose();
        }
    }

    private void Leave(ShadowWork work)
    {
        Interlocked.Decrement(ref _requests);
        Interlocked.Add(ref _bytes, -work.Body.Held);
    }

    private static void Drop(ShadowWork work)
    {
        foreach (var canary in work.Routing.Canaries) canary.Model.Numbers.Drop(work.Rows.Count(row => ReferenceEquals(row.By, canary.Model)));
        foreach (var shadow in work.Routing.Shadows)
        {
            var source = shadow.Model.Source.Row;
            shadow.Model.Numbers.Drop(work.Rows.Length);
            ServingMeter.ShadowDropped.Add(work.Rows.Length, new("deployment", source.Deployment), new("variant", source.Variant));
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Scoring the shadows of {Deployment} failed")]
    private partial void LogFailed(Exception exception, string deployment);
}
