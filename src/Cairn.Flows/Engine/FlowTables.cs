using System.Text.Json;
using Cairn.Access;
using Cairn.Client;
using Cairn.Client.Wire;
using Cairn.Kernel;
using Cairn.Storage;

namespace Cairn.Flows.Engine;

/// <summary>The tables flow_runs, task_runs and task_cache.</summary>
internal sealed class FlowTables(Database database, TimeProvider clock)
{
    private const string UpsertTask =
        """
        INSERT INTO task_runs (workspace_id, flow_run_id, name, ordinal, state, progress, message, result, reused, attempts, started_at, ended_at)
        VALUES (@WorkspaceId, @FlowRunId, @Name, @Ordinal, @State, @Progress, @Message, @Result, @Reused, @Attempts, @StartedAt, @EndedAt)
        ON CONFLICT (workspace_id, flow_run_id, name) DO UPDATE SET ordinal = excluded.ordinal, state = excluded.state, progress = excluded.progress,
            message = excluded.message, result = excluded.result, reused = excluded.reused, attempts = excluded.attempts,
            started_at = excluded.started_at, ended_at = excluded.ended_at
        """;

    private const string UpdateRun =
        """
        UPDATE flow_runs SET state = @State, message = @Message, resumed_by = @ResumedBy, problem = @Problem, version = @Version, event_id = @EventId,
            started_at = @StartedAt, ended_at = @EndedAt
        WHERE workspace_id = @WorkspaceId AND flow_run_id = @FlowRunId
        """;

    /// <summary>Stores a new run with its tasks, unless another run of the subject is active.</summary>
    public Task<Answer<FlowRunRow>> Insert(FlowRunRow run, IReadOnlyList<TaskRunRow> tasks, Caller caller) => database.Attempt<FlowRunRow>(t =>
    {
        var inserted = t.Execute(
            """
            INSERT INTO flow_runs (workspace_id, flow_run_id, flow, subject, parameters, state, message, caller, version, event_id, created_at)
            VALUES (@WorkspaceId, @FlowRunId, @Flow, @Subject, @Parameters, @State, @Message, @Caller, @Version, 0, @CreatedAt)
            ON CONFLICT DO NOTHING
            """, run);
        if (inserted == 0) return Busy(t, run);
        return Begin(t, run, tasks, caller, "flow.started", "flow.start");
    });

    /// <summary>Makes a stopped run active again, unless it has become active meanwhile or another run of the subject is.</summary>
    public Task<Answer<FlowRunRow>> Reopen(FlowRunRow run, IReadOnlyList<TaskRunRow> tasks, Caller caller) => database.Attempt<FlowRunRow>(t =>
    {
        if (ActiveOf(t, run) is not null) return Busy(t, run);
        t.Execute("DELETE FROM task_runs WHERE workspace_id = @WorkspaceId AND flow_run_id = @FlowRunId", run);
        return Begin(t, run, tasks, caller, "flow.resumed", "flow.resume");
    });

    private static FlowRunRow Begin(WriteTransaction t, FlowRunRow run, IReadOnlyList<TaskRunRow> tasks, Caller caller, string happened, string action)
    {
        var begun = run with { EventId = t.Emit(Happened(run, happened)) };
        t.Execute(UpdateRun, begun);
        t.Execute(UpsertTask, tasks);
        t.Write(caller, action, $"flow-runs/{run.FlowRunId}", JsonSerializer.Serialize(new { run.Flow, run.Subject }, CairnJson.Options));
        return begun;
    }

    private static string? ActiveOf(ReadTransaction t, FlowRunRow run) => t.First<string>(
        "SELECT flow_run_id FROM flow_runs WHERE workspace_id = @WorkspaceId AND subject = @Subject AND state IN ('pending', 'running')", run);

    private static Refusal.Conflict Busy(ReadTransaction t, FlowRunRow run) => new(
        "flow.busy",
        ActiveOf(t, run) is { } active
            ? $"Flow run {active} is working on {run.Subject}; one run at a time. Wait for it, or cancel it: POST /api/v1/flow-runs/{active}/cancel."
            : $"Another flow run is working on {run.Subject}; one run at a time. Ask again when it has ended.");

    /// <summary>The state of a run, with the event that tells of it if there is one to tell.</summary>
    public Task Save(FlowRunRow run, IReadOnlyList<TaskRunRow> tasks, string? happened = null) => database.Write(t =>
    {
        t.Execute(UpdateRun, run);
        if (tasks.Count > 0) t.Execute(UpsertTask, tasks);
        if (happened is not null) t.Emit(Happened(run, happened));
        return true;
    });

    /// <summary>State and result of a task in one transaction, and its place in the cache.</summary>
    public Task SaveSuccess(FlowRunRow run, TaskRunRow task, string? cacheKey) => database.Write(t =>
    {
        t.Execute(UpsertTask, task);
        t.Execute(UpdateRun, run);
        if (cacheKey is not null)
        {
            t.Execute(
                """
                INSERT INTO task_cache (workspace_id, cache_key, result, message, flow_run_id, created_at)
                VALUES (@WorkspaceId, @cacheKey, @Result, @Message, @FlowRunId, @now)
                ON CONFLICT (workspace_id, cache_key) DO UPDATE SET result = excluded.result, message = excluded.message,
                    flow_run_id = excluded.flow_run_id, created_at = excluded.created_at
                """,
                new { task.WorkspaceId, cacheKey, task.Result, task.Message, task.FlowRunId, now = clock.Micros() });
        }

        t.Emit(Happened(run, "task.succeeded", task.Name));
        return true;
    });

    public Task SaveProgress(FlowRunRow run, IReadOnlyList<TaskRunRow> tasks) => database.Write(t =>
    {
        t.Execute("UPDATE flow_runs SET version = @Version, message = @Message WHERE workspace_id = @WorkspaceId AND flow_run_id = @FlowRunId", run);
        t.Execute(
            """
            UPDATE task_runs SET progress = @Progress, message = @Message
            WHERE workspace_id = @WorkspaceId AND flow_run_id = @FlowRunId AND name = @Name AND state = 'running'
            """, tasks);
        return true;
    });

    /// <summary>Whatever is active in the tables belongs to a process that died: there is one owner of a home.</summary>
    public Task<int> InterruptActive(string message, IReadOnlyList<string> except) => database.Write(t =>
    {
        var left = t.Query<FlowRunRow>("SELECT * FROM flow_runs WHERE state IN ('pending', 'running')").Where(r => !except.Contains(r.FlowRunId, StringComparer.Ordinal)).ToList();
        foreach (var run in left) Interrupt(t, run, message);
        return left.Count;
    });

    public Task Interrupt(string flowRunId, string message) => database.Write(t =>
    {
        var run = t.First<FlowRunRow>("SELECT * FROM flow_runs WHERE flow_run_id = @flowRunId AND state IN ('pending', 'running')", new { flowRunId });
        if (run is not null) Interrupt(t, run, message);
        return true;
    });

    private void Interrupt(WriteTransaction t, FlowRunRow run, string message)
    {
        var interrupted = run with { State = States.Interrupted, Message = message, Version = run.Version + 1, EndedAt = clock.Micros() };
        t.Execute(UpdateRun, interrupted);
        t.Execute(
            "UPDATE task_runs SET state = 'interrupted', ended_at = @EndedAt WHERE workspace_id = @WorkspaceId AND flow_run_id = @FlowRunId AND state = 'running'",
            interrupted);
        t.Emit(Happened(interrupted, "flow.interrupted"));
    }

    public Task AuditCancel(Caller caller, FlowRunWire run) => database.Write(t =>
    {
        t.Write(caller, "flow.cancel", $"flow-runs/{run.FlowRunId}", JsonSerializer.Serialize(new { run.Flow, run.Subject }, CairnJson.Options));
        return true;
    });

    public Task<CachedResult?> Cached(string workspace, string cacheKey, CancellationToken cancellation) => database.Read(
        t => t.First<CachedResult>("SELECT result, message FROM task_cache WHERE workspace_id = @workspace AND cache_key = @cacheKey", new { workspace, cacheKey }), cancellation);

    public Task<(FlowRunRow Run, IReadOnlyList<TaskRunRow> Tasks)?> Find(WorkspaceId workspace, string flowRunId, CancellationToken cancellation) =>
        database.Read<(FlowRunRow, IReadOnlyList<TaskRunRow>)?>(
            t => t.First<FlowRunRow>("SELECT * FROM flow_runs WHERE workspace_id = @workspace AND flow_run_id = @flowRunId", new { workspace = workspace.Value, flowRunId }) is { } run
                ? (run, t.Query<TaskRunRow>("SELECT * FROM task_runs WHERE workspace_id = @workspace AND flow_run_id = @flowRunId ORDER BY ordinal", new { workspace = workspace.Value, flowRunId }))
                : null,
            cancellation);

    public Task<string?> LatestOf(WorkspaceId workspace, string subject, CancellationToken cancellation) => database.Read(
        t => t.First<string>(
            "SELECT flow_run_id FROM flow_runs WHERE workspace_id = @workspace AND subject = @subject ORDER BY flow_run_id DESC LIMIT 1", new { workspace = workspace.Value, subject }),
        cancellation);

    /// <summary>Newest first.</summary>
    public Task<IReadOnlyList<(FlowRunRow Run, IReadOnlyList<TaskRunRow> Tasks)>> List(
        WorkspaceId workspace, string? subject, string? before, int limit, CancellationToken cancellation) =>
        database.Read<IReadOnlyList<(FlowRunRow, IReadOnlyList<TaskRunRow>)>>(
            t =>
            {
                var page =
                    $"""
                    SELECT * FROM flow_runs WHERE workspace_id = @workspace
                    {(subject is null ? "" : "AND subject = @subject")} {(before is null ? "" : "AND flow_run_id < @before")}
                    ORDER BY flow_run_id DESC LIMIT @limit
                    """;
                var asked = new { workspace = workspace.Value, subject, before, limit };
                var runs = t.Query<FlowRunRow>(page, asked);
                var tasks = t.Query<TaskRunRow>(
                    $"SELECT t.* FROM task_runs t JOIN ({page}) r ON r.workspace_id = t.workspace_id AND r.flow_run_id = t.flow_run_id ORDER BY t.ordinal", asked);
                var byRun = tasks.ToLookup(k => k.FlowRunId, StringComparer.Ordinal);
                return [.. runs.Select(r => (r, (IReadOnlyList<TaskRunRow>)[.. byRun[r.FlowRunId]]))];
            },
            cancellation);

    private static NewEvent Happened(FlowRunRow run, string type, string? task = null) => new(
        new(run.WorkspaceId), type, $"flow-runs/{run.FlowRunId}",
        JsonSerializer.Serialize(new { run.Flow, run.Subject, Task = task, Message = run.Message.Length == 0 ? null : run.Message }, CairnJson.Options),
        run.EventId == 0 ? null : run.EventId);
}
