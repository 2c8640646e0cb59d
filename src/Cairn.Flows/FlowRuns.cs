using System.Collections.Concurrent;
using Cairn.Access;
using Cairn.Client.Wire;
using Cairn.Flows.Engine;
using Cairn.Kernel;
using Cairn.Storage;
using Microsoft.Extensions.Logging;

namespace Cairn.Flows;

/// <summary>Starts, watches, cancels and resumes flow runs. Knows no other module: flows are registered by name.</summary>
public sealed partial class FlowRuns
{
    private readonly ConcurrentDictionary<string, Func<string, Answer<Flow>>> _builders = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, (Execution Execution, Task Ended)> _active = new(StringComparer.Ordinal);

    // Runs whose end could not be stored: active in the tables, worked on by nobody, and in the way of the next run of their subject.
    private readonly ConcurrentDictionary<string, byte> _lost = new(StringComparer.Ordinal);
    private readonly FlowTables _tables;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private volatile bool _stopping;

    internal FlowRuns(Database database, TimeProvider clock, ILogger<FlowRuns> logger) => (_tables, _clock, _logger) = (new(database, clock), clock, logger);

    /// <summary>Teaches the engine how to build the flow of that name from its parameters (JSON). Called by the composition root.</summary>
    public void Register(string flow, Func<string, Answer<Flow>> build) => _builders[flow] = build;

    /// <summary>Stores the run, then works on it in the background. One run at a time for a subject: a second is the refusal <c>flow.busy</c>.</summary>
    public async Task<Answer<FlowRunWire>> Start(Caller caller, string flow, string subject, string parameters, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(caller);
        cancellation.ThrowIfCancellationRequested();
        var built = Build(flow, parameters);
        if (built.Refusal is { } refused) return refused;

        var run = new FlowRunRow
        {
            WorkspaceId = caller.Workspace.Value, FlowRunId = Uuid7.New(_clock), Flow = flow, Subject = subject, Parameters = parameters,
            State = States.Pending, Caller = caller.Name, Version = 1, CreatedAt = _clock.Micros(),
        };
        var tasks = TasksOf(run, built.Value);
        await AbandonLost();
        var stored = await _tables.Insert(run, tasks, caller);
        return stored.Refusal is { } busy ? busy : Launch(built.Value, stored.Value, tasks, caller);
    }

    /// <summary>Takes up an interrupted, failed or cancelled run where it stopped, under the same id.</summary>
    public async Task<Answer<FlowRunWire>> Resume(Caller caller, string flowRunId, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(caller);
        if (_active.TryGetValue(flowRunId, out var ending) && !States.IsActive(ending.Execution.Live.Run.State)) await ending.Ended;
        await AbandonLost();
        if (await _tables.Find(caller.Workspace, flowRunId, cancellation) is not var (run, earlier)) return Unknown(flowRunId);
        if (_active.ContainsKey(flowRunId) || !States.CanResume(run.State))
            return new Refusal.Conflict("flow.not-resumable", $"Flow run {flowRunId} is {run.State}; only an interrupted, failed or cancelled run can be resumed.");

        var built = Build(run.Flow, run.Parameters);
        if (built.Refusal is { } refused) return refused;

        var succeeded = earlier.Where(t => t.State == States.Succeeded).ToDictionary(t => t.Name, StringComparer.Ordinal);
        var tasks = TasksOf(run, built.Value).ConvertAll(t => succeeded.TryGetValue(t.Name, out var kept) ? kept with { Ordinal = t.Ordinal } : t);
        run = run with { State = States.Pending, ResumedBy = caller.Name, Problem = null, EndedAt = null, Message = "", Version = run.Version + 1 };
        var stored = await _tables.Reopen(run, tasks, caller);
        return stored.Refusal is { } busy ? busy : Launch(built.Value, stored.Value, tasks, caller);
    }

    /// <summary>Asks an active run to stop. It ends when its running task has noticed; resume takes it up again.</summary>
    public async Task<Answer<FlowRunWire>> Cancel(Caller caller, string flowRunId, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(caller);
        if (await Find(caller.Workspace, flowRunId, cancellation) is not { } run) return Unknown(flowRunId);
        // One that has ended stays among the active for a moment.
        if (!_active.TryGetValue(flowRunId, out var active) || !States.IsActive(active.Execution.Live.Run.State))
            return new Refusal.Conflict("flow.not-active", $"Flow run {flowRunId} is {run.State}; only an active run can be cancelled.");
        await _tables.AuditCancel(caller, run);
        await active.Execution.Stop(States.Cancelled);
        return active.Execution.Live.ToWire();
    }

    public async Task<FlowRunWire?> Find(WorkspaceId workspace, string flowRunId, CancellationToken cancellation)
    {
        if (LiveOf(workspace, flowRunId) is { } live) return live.ToWire();
        return await _tables.Find(workspace, flowRunId, cancellation) is var (run, tasks) ? run.ToWire(tasks) : null;
    }

    /// <summary>The newest run for a subject; null when there was none.</summary>
    public async Task<FlowRunWire?> LatestOf(WorkspaceId workspace, string subject, CancellationToken cancellation) =>
        await _tables.LatestOf(workspace, subject, cancellation) is { } id ? await Find(workspace, id, cancellation) : null;

    /// <summary>What a run was started with; null when there is none of that id.</summary>
    public async Task<string?> ParametersOf(WorkspaceId workspace, string flowRunId, CancellationToken cancellation) =>
        (await _tables.Find(workspace, flowRunId, cancellation))?.Run.Parameters;

    /// <summary>As <see cref="Find"/>, as soon as the run is newer than that version, at the latest when the time is up. A run that has ended is answered at once.</summary>
    public async Task<FlowRunWire?> Watch(WorkspaceId workspace, string flowRunId, long version, TimeSpan wait, CancellationToken cancellation)
    {
        if (LiveOf(workspace, flowRunId) is { } active) await active.WaitForChange(version, wait, cancellation);
        if (LiveOf(workspace, flowRunId) is { } live) return Ordered(live.ToWire(), live.Run.Parameters);
        return await _tables.Find(workspace, flowRunId, cancellation) is var (run, tasks) ? Ordered(run.ToWire(tasks), run.Parameters) : null;
    }

    /// <summary>Which task waits for which is no state: it is asked of the flow, built anew. A flow that this server no longer knows tells nothing.</summary>
    private FlowRunWire Ordered(FlowRunWire run, string parameters)
    {
        if (!_builders.TryGetValue(run.Flow, out var build) || build(parameters) is not { Refusal: null } built) return run;
        var after = built.Value.Tasks.ToDictionary(task => task.Name, task => task.After, StringComparer.Ordinal);
        return run with { Tasks = [.. run.Tasks.Select(task => task with { After = after.GetValueOrDefault(task.Name) })] };
    }

    /// <summary>The result a task with that <see cref="FlowTask.CacheKey"/> would reuse; null: it would run.</summary>
    public async Task<string?> CachedResult(WorkspaceId workspace, string cacheKey, CancellationToken cancellation) =>
        (await _tables.Cached(workspace.Value, cacheKey, cancellation))?.Result;

    /// <summary>Newest first.</summary>
    internal async Task<IReadOnlyList<FlowRunWire>> List(WorkspaceId workspace, string? subject, string? before, int limit, CancellationToken cancellation) =>
        [.. (await _tables.List(workspace, subject, before, limit, cancellation))
            .Select(r => LiveOf(workspace, r.Run.FlowRunId)?.ToWire() ?? r.Run.ToWire(r.Tasks))];

    /// <summary>At the start of a server: runs left active by a process that died are marked interrupted.</summary>
    internal async Task Recover()
    {
        var interrupted = await _tables.InterruptActive("The server died while it ran. Resume it to go on where it stopped.", [.. _active.Keys]);
        if (interrupted > 0) LogInterrupted(_logger, interrupted);
    }

    /// <summary>Stops all active runs and marks them interrupted, also those whose task does not stop in time.</summary>
    internal async Task Shutdown(TimeSpan patience, CancellationToken cancellation)
    {
        _stopping = true;
        var active = _active.Values.ToList();
        foreach (var (execution, _) in active) await execution.Stop(States.Interrupted);
        await Task.WhenAny(Task.WhenAll(active.Select(a => a.Ended)), Task.Delay(patience, _clock, cancellation));
        if (!_active.IsEmpty) await _tables.InterruptActive("The server stopped. Resume it to go on where it stopped.", []);
    }

    private LiveRun? LiveOf(WorkspaceId workspace, string flowRunId) =>
        _active.TryGetValue(flowRunId, out var active) && active.Execution.Live.Run.WorkspaceId == workspace.Value ? active.Execution.Live : null;

    private static Refusal.Missing Unknown(string flowRunId) => new("flow.run-unknown", $"No flow run {flowRunId} in this workspace. GET /api/v1/flow-runs lists them.");

    private Answer<Flow> Build(string name, string parameters)
    {
        if (_stopping) return new Refusal.Unavailable("flow.stopping", "The server is stopping. Ask again when it is back.");
        if (!_builders.TryGetValue(name, out var build))
            return new Refusal.Missing("flow.unknown", $"No flow is named {name}. There are: {string.Join(", ", _builders.Keys.Order(StringComparer.Ordinal))}.");
        var built = build(parameters);
        if (built.Refusal is null) Graph.Check(built.Value);
        return built;
    }

    private static List<TaskRunRow> TasksOf(FlowRunRow run, Flow flow) =>
        [.. flow.Tasks.Select((t, i) => new TaskRunRow { WorkspaceId = run.WorkspaceId, FlowRunId = run.FlowRunId, Name = t.Name, Ordinal = i })];

    private FlowRunWire Launch(Flow flow, FlowRunRow run, IReadOnlyList<TaskRunRow> tasks, Caller caller)
    {
        var live = new LiveRun(run, tasks, _clock);
        var execution = new Execution(flow, live, caller, _tables, _clock, _logger);
        var begin = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _active[run.FlowRunId] = (execution, Task.Run(() => Follow(execution, begin.Task)));
        begin.SetResult(); // not before the run can be found: it could end first
        return live.ToWire();
    }

    private async Task Follow(Execution execution, Task begin)
    {
        await begin;
        var id = execution.Live.FlowRunId;
        try
        {
            await execution.Run();
        }
#pragma warning disable CA1031 // nobody awaits a background run: what reaches here is a broken store
        catch (Exception e)
#pragma warning restore CA1031
        {
            LogLost(_logger, e, id);
            await Abandon(id);
        }
        finally
        {
            _active.TryRemove(id, out _);
            execution.Dispose();
        }
    }

    /// <summary>The store failed while it should have kept a state. If it works again, the run is marked interrupted now.</summary>
    private async Task Abandon(string flowRunId)
    {
        try
        {
            await Interrupt(flowRunId);
        }
#pragma warning disable CA1031 // as above
        catch (Exception e)
#pragma warning restore CA1031
        {
            _lost[flowRunId] = 0;
            LogLost(_logger, e, flowRunId);
        }
    }

    /// <summary>The store works again, perhaps: a full disk is no reason to restart the server.</summary>
    private async Task AbandonLost()
    {
        foreach (var flowRunId in _lost.Keys)
        {
            await Interrupt(flowRunId);
            _lost.TryRemove(flowRunId, out _);
        }
    }

    private Task Interrupt(string flowRunId) => _tables.Interrupt(flowRunId, "Its state could not be stored. Resume it to go on where it stopped.");

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Count} flow runs were interrupted by the end of the server's process")]
    private static partial void LogInterrupted(ILogger logger, int count);

    [LoggerMessage(Level = LogLevel.Error, Message = "The state of flow run {FlowRunId} could not be stored")]
    private static partial void LogLost(ILogger logger, Exception e, string flowRunId);
}
