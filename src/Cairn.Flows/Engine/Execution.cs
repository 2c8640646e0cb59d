using System.Diagnostics;
using System.Text.Json;
using Cairn.Access;
using Cairn.Client;
using Cairn.Client.Wire;
using Cairn.Kernel;
using Cairn.Storage;
using Microsoft.Extensions.Logging;

namespace Cairn.Flows.Engine;

/// <summary>
/// One run of a flow, from its first task that has not succeeded to its end. Every state is stored before it is shown; a
/// task's result is stored with its state, so what a watcher has seen succeed survives the death of the process.
/// </summary>
internal sealed partial class Execution(Flow flow, LiveRun live, Caller caller, FlowTables tables, TimeProvider clock, ILogger logger) : IDisposable
{
    private static readonly TimeSpan SaveProgressEvery = TimeSpan.FromMilliseconds(500);
    private readonly CancellationTokenSource _stop = new();
    private readonly SemaphoreSlim _saving = new(1);
    private string? _stopAs;

    public LiveRun Live => live;

    /// <summary>Asks the running tasks to stop; the run then ends in that state. The first to ask decides.</summary>
    /// <param name="state"><c>cancelled</c> or <c>interrupted</c>.</param>
    public async Task Stop(string state)
    {
        Interlocked.CompareExchange(ref _stopAs, state, null);
        try
        {
            await _stop.CancelAsync();
        }
        catch (ObjectDisposedException)
        {
            // It has ended meanwhile.
        }
    }

    public void Dispose()
    {
        _stop.Dispose();
        _saving.Dispose();
    }

    /// <summary>Runs to the end. Throws only when the store is broken.</summary>
    public async Task Run()
    {
        // The trace of a run is its id: logs written by its tasks are found by it.
        using var activity = new Activity(flow.Name).SetParentId(ActivityTraceId.CreateFromString(live.FlowRunId), ActivitySpanId.CreateRandom()).Start();

        await Change(run => run with { State = States.Running, StartedAt = run.StartedAt ?? clock.Micros() });
        using var ended = new CancellationTokenSource();
        var saving = SaveProgress(ended.Token);
        Problem? problem;
        try
        {
            problem = await RunTasks();
        }
        finally
        {
            await ended.CancelAsync();
            await saving;
        }

        await End(problem);
    }

    private async Task End(Problem? problem)
    {
        var complete = live.Tasks().All(t => t.State == States.Succeeded);
        var state = complete ? States.Succeeded : problem is not null ? States.Failed : Volatile.Read(ref _stopAs) ?? States.Interrupted;
        await Change(
            run => run with
            {
                State = state,
                EndedAt = clock.Micros(),
                Message = state switch
                {
                    States.Succeeded => live.Tasks()[^1].Message,
                    States.Failed => problem!.Detail,
                    States.Cancelled => "Cancelled. Resume it to go on where it stopped.",
                    _ => "The server stopped. Resume it to go on where it stopped.",
                },
                Problem = state == States.Failed ? JsonSerializer.Serialize(problem, CairnJson.Options) : null,
            },
            [], "flow." + state);
    }

    /// <summary>Null when every task succeeded or the run was stopped.</summary>
    private async Task<Problem?> RunTasks()
    {
        using var abort = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
        var running = new List<Task<Problem?>>();
        var started = new HashSet<string>(StringComparer.Ordinal);
        Problem? problem = null;
        while (true)
        {
            if (!abort.IsCancellationRequested)
            {
                var done = live.Tasks().Where(t => t.State == States.Succeeded).Select(t => t.Name).ToHashSet(StringComparer.Ordinal);
                var ready = flow.Tasks.Where(t => !done.Contains(t.Name) && !started.Contains(t.Name) && t.After.All(done.Contains));
                foreach (var task in ready.Take(Math.Max(1, flow.Parallelism) - running.Count).ToList())
                {
                    started.Add(task.Name);
                    running.Add(Task.Run(() => RunTask(task, abort.Token), CancellationToken.None));
                }
            }

            if (running.Count == 0) return problem;
            var first = await Task.WhenAny(running);
            running.Remove(first);
            if (first.IsFaulted)
            {
                // The store is broken. The run ends only when no task of it works any more: the next one of its subject would meet them.
                await abort.CancelAsync();
                await Task.WhenAll(running.Cast<Task>()).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }

            if (await first is { } failed)
            {
                problem ??= failed;
                await abort.CancelAsync();
            }
        }
    }

    /// <summary>Null when it succeeded or was stopped; then its state says which.</summary>
    private async Task<Problem?> RunTask(FlowTask task, CancellationToken cancellation)
    {
        var context = new Context(this, task.Name);
        string? key = null;
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                key = task.CacheKey?.Invoke(context);
                if (key is not null && await tables.Cached(live.Run.WorkspaceId, key, cancellation) is { } cached)
                {
                    await Succeed(task, cached.Result, cached.Message, reused: true, key: null);
                    return null;
                }

                var tried = attempt;
                await Change(run => run, [live.Task(task.Name) with { State = States.Running, Attempts = tried, StartedAt = live.Task(task.Name).StartedAt ?? clock.Micros() }]);
                var answer = await task.Run(context, cancellation);
                if (answer.Refusal is { } refusal) return await Fail(task, ToProblem(refusal));
                await Succeed(task, answer.Value, live.Task(task.Name).Message, reused: false, key);
                return null;
            }
            catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
            {
                await Change(run => run, [Ended(task, Volatile.Read(ref _stopAs) ?? States.Cancelled)]);
                return null;
            }
            catch (Exception e) when (IsTransient(e) && attempt <= task.Retries)
            {
                var pause = TimeSpan.FromMilliseconds(Math.Min(30_000, 250 * Math.Pow(4, attempt - 1)));
                LogRetry(logger, e, task.Name, live.FlowRunId, attempt, pause.TotalSeconds);
                live.Report(task.Name, live.Task(task.Name).Progress, $"Trying again in {pause.TotalSeconds:0.##} s: {e.Message}");
                await Task.WhenAny(Task.Delay(pause, clock, cancellation));
            }
#pragma warning disable CA1031 // a bug in a task fails its run, not the server
            catch (Exception e)
#pragma warning restore CA1031
            {
                LogCrash(logger, e, task.Name, live.FlowRunId);
                if (cancellation.IsCancellationRequested)
                {
                    // Asked to stop, it stopped in its own way: the log has the error, the run is what its owner wanted.
                    await Change(run => run, [Ended(task, Volatile.Read(ref _stopAs) ?? States.Cancelled)]);
                    return null;
                }

                return await Fail(task, new(
                    "https://cairn.dev/problems/flow.task-crashed", "flow.task-crashed", 500,
                    $"Task {task.Name} met an unexpected error: {e.GetType().Name}: {e.Message} The log has all of it under trace id {live.FlowRunId}. Resume the run to try again.",
                    "flow.task-crashed", live.FlowRunId));
            }
        }
    }

    private static bool IsTransient(Exception e) => e is ITransient or StorageException { Fault: StorageFault.Unavailable or StorageFault.Busy };

    private static Problem ToProblem(Refusal refusal)
    {
        var problem = refusal.ToProblem();
        return new(
            problem.ProblemDetails.Type ?? "about:blank", problem.ProblemDetails.Title ?? refusal.Code, problem.StatusCode, refusal.Detail, refusal.Code, null,
            refusal.Fields.Count == 0 ? null : [.. refusal.Fields.Select(f => new ProblemField(f.Field, f.Found, f.Expected))]);
    }

    private TaskRunRow Ended(FlowTask task, string state) => live.Task(task.Name) with { State = state, EndedAt = clock.Micros() };

    private async Task<Problem> Fail(FlowTask task, Problem problem)
    {
        await Change(run => run, [Ended(task, States.Failed) with { Message = problem.Detail }]);
        return problem;
    }

    private async Task Succeed(FlowTask task, string result, string message, bool reused, string? key)
    {
        await _saving.WaitAsync();
        try
        {
            var now = clock.Micros();
            var succeeded = live.Task(task.Name) with { State = States.Succeeded, Progress = 1, Message = message, Result = result, Reused = reused ? 1 : 0, EndedAt = now };
            succeeded = succeeded with { StartedAt = succeeded.StartedAt ?? now };
            var run = live.Run;
            run = run with { Version = run.Version + 1, Message = message.Length == 0 ? run.Message : $"{task.Name}: {message}" };
            await tables.SaveSuccess(run, succeeded, key);
            live.Publish(run, [succeeded]);
        }
        finally
        {
            _saving.Release();
        }
    }

    /// <summary>Stores, then shows. One change at a time.</summary>
    private async Task Change(Func<FlowRunRow, FlowRunRow> change, IReadOnlyList<TaskRunRow>? tasks = null, string? happened = null)
    {
        await _saving.WaitAsync();
        try
        {
            var run = live.Run;
            run = change(run) with { Version = run.Version + 1 };
            await tables.Save(run, tasks ?? [], happened);
            live.Publish(run, tasks ?? []);
        }
        finally
        {
            _saving.Release();
        }
    }

    private async Task SaveProgress(CancellationToken ended)
    {
        using var timer = new PeriodicTimer(SaveProgressEvery, clock);
        try
        {
            while (await timer.WaitForNextTickAsync(ended))
            {
                if (live.TakeUnsaved() is { } unsaved) await tables.SaveProgress(unsaved.Run, unsaved.Tasks);
            }
        }
        catch (OperationCanceledException) when (ended.IsCancellationRequested)
        {
            // The run has ended: its last state is stored with its end.
        }
        catch (StorageException e)
        {
            LogProgressLost(logger, e, live.FlowRunId); // progress is a courtesy; states and results are stored apart
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Task {Task} of flow run {FlowRunId} failed (attempt {Attempt}); trying again in {Seconds} s")]
    private static partial void LogRetry(ILogger logger, Exception e, string task, string flowRunId, int attempt, double seconds);

    [LoggerMessage(Level = LogLevel.Error, Message = "Task {Task} of flow run {FlowRunId} met an unexpected error")]
    private static partial void LogCrash(ILogger logger, Exception e, string task, string flowRunId);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Progress of flow run {FlowRunId} is not stored any more")]
    private static partial void LogProgressLost(ILogger logger, Exception e, string flowRunId);

    private sealed class Context(Execution execution, string task) : TaskContext
    {
        public override string FlowRunId => execution.Live.FlowRunId;

        public override Caller Caller => execution.Caller;

        public override string ResultOf(string task) =>
            execution.Live.Task(task).Result ?? throw new InvalidOperationException($"Task {task} has no result yet: name it in After.");

        public override void Report(double progress, string message) => execution.Live.Report(task, progress, message);
    }

    private Caller Caller => caller;
}
