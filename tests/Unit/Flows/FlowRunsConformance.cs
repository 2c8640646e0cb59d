using Cairn.Access;
using Cairn.Client.Wire;
using Cairn.Flows;
using Cairn.Kernel;
using Cairn.Storage;
using Microsoft.Extensions.Logging.Abstractions;

namespace Cairn.Unit.Tests.Flows;

/// <summary>Graphs x contexts: what the engine promises, on every database.</summary>
public abstract class FlowRunsConformance : IAsyncLifetime
{
    private static readonly Caller Ann = Caller.LocalAdmin with { Name = "ann" };
    private static readonly Caller Bob = Caller.LocalAdmin with { Name = "bob" };
    private readonly Graphs _graphs = new();
    private Database _database = null!;
    private FlowRuns _runs = null!;

    protected abstract Task<Database> Open();

    protected abstract Task Cleanup();

    public async ValueTask InitializeAsync()
    {
        _database = await Open();
        _runs = Engine();
    }

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        if (_database is null) return;
        await _runs.Shutdown(TimeSpan.FromSeconds(10), default);
        await _database.DisposeAsync();
        await Cleanup();
    }

    [Theory, MemberData(nameof(Graphs.Names), MemberType = typeof(Graphs))]
    public async Task A_run_that_succeeds_has_run_each_task_once_and_after_those_it_needs(string graph)
    {
        var run = await Run(graph);

        run.State.ShouldBe("succeeded");
        var flow = _graphs.Build(graph);
        _graphs.Ran.Order(StringComparer.Ordinal).ShouldBe(flow.Tasks.Select(t => t.Name).Order(StringComparer.Ordinal));
        var order = _graphs.Ran.ToList();
        foreach (var task in flow.Tasks) task.After.ShouldAllBe(a => order.IndexOf(a) < order.IndexOf(task.Name));
        run.Tasks.Select(t => t.Name).ShouldBe(flow.Tasks.Select(t => t.Name));
        run.Tasks.ShouldAllBe(t => t.State == "succeeded" && t.Progress == 1 && t.Message == t.Name + " is done" && t.StartedAt <= t.EndedAt);
        run.StartedAt.ShouldNotBeNull();
        run.EndedAt.ShouldNotBeNull();
    }

    [Fact]
    public async Task The_result_of_a_run_is_that_of_its_last_task_which_saw_those_before_it() =>
        (await Run("diamond")).Result!.Value.GetString().ShouldBe("d(b(a()),c(a()))");

    [Theory, MemberData(nameof(Graphs.Names), MemberType = typeof(Graphs))]
    public async Task A_refusal_fails_the_run_with_its_problem_and_resume_goes_on_from_there(string graph)
    {
        _graphs.Refuses("a", new Refusal.Conflict("test.refused", "No.") { Fields = [new("x", "1", "2")] });

        var failed = await Run(graph);

        failed.State.ShouldBe("failed");
        failed.Problem!.Code.ShouldBe("test.refused");
        failed.Problem.Detail.ShouldBe("No.");
        failed.Problem.Status.ShouldBe(409);
        failed.Problem.Errors!.Single().ShouldBe(new ProblemField("x", "1", "2"));
        failed.Result.ShouldBeNull();

        _graphs.Works("a");
        var resumed = await Ended((await _runs.Resume(Bob, failed.FlowRunId, default)).Value);

        resumed.State.ShouldBe("succeeded");
        resumed.FlowRunId.ShouldBe(failed.FlowRunId);
        resumed.ResumedBy.ShouldBe("bob");
        resumed.Problem.ShouldBeNull();
        _graphs.Ran.Count(t => t == "a").ShouldBe(2);
    }

    [Fact]
    public async Task A_bug_in_a_task_fails_its_run_with_a_trace_id_and_the_engine_goes_on()
    {
        _graphs.Fails("b", () => new InvalidOperationException("off by one"));

        var failed = await Run("line");

        failed.State.ShouldBe("failed");
        failed.Problem!.Code.ShouldBe("flow.task-crashed");
        failed.Problem.Status.ShouldBe(500);
        failed.Problem.TraceId.ShouldBe(failed.FlowRunId);
        failed.Problem.Detail.ShouldContain("off by one");
        failed.Tasks.Select(t => t.State).ShouldBe(["succeeded", "failed", "pending"]);
        _graphs.Ran.Count(t => t == "b").ShouldBe(1, "a bug is not tried again");

        _graphs.Works("b");
        (await Run("single")).State.ShouldBe("succeeded");
        (await Ended((await _runs.Resume(Ann, failed.FlowRunId, default)).Value)).State.ShouldBe("succeeded");
        _graphs.Ran.Count(t => t == "a").ShouldBe(2, "one for each run: a resumed run keeps results");
    }

    [Fact]
    public async Task A_transient_failure_is_tried_again_as_often_as_the_task_allows()
    {
        _graphs.Fails("a", () => new TransientException(), times: 2);
        (await Run("single")).State.ShouldBe("succeeded");
        _graphs.Ran.Count.ShouldBe(3);
    }

    [Fact]
    public async Task A_transient_failure_that_stays_fails_the_run()
    {
        _graphs.Fails("a", () => new StorageException(StorageFault.Unavailable, "the disk did not answer"));
        var failed = await Run("single");
        failed.State.ShouldBe("failed");
        failed.Problem!.Detail.ShouldContain("the disk did not answer");
        _graphs.Ran.Count.ShouldBe(3);
    }

    [Theory]
    [InlineData("single", "a")]
    [InlineData("line", "b")]
    [InlineData("diamond", "b")]
    public async Task A_cancelled_run_stops_and_can_be_resumed(string graph, string at)
    {
        var blocked = _graphs.Blocks(at);
        var started = await Start(graph);
        await blocked;

        (await _runs.Cancel(Bob, started.FlowRunId, default)).Refusal.ShouldBeNull();
        var cancelled = await Ended(started);

        cancelled.State.ShouldBe("cancelled");
        cancelled.Problem.ShouldBeNull();
        cancelled.Tasks.Single(t => t.Name == at).State.ShouldBe("cancelled");
        (await _runs.Cancel(Bob, started.FlowRunId, default)).Refusal!.Code.ShouldBe("flow.not-active");

        _graphs.Works(at);
        (await Ended((await _runs.Resume(Ann, started.FlowRunId, default)).Value)).State.ShouldBe("succeeded");
        _graphs.Ran.Count(t => t == at).ShouldBe(2);
        _graphs.Ran.Where(t => t != at).ToHashSet(StringComparer.Ordinal).Count.ShouldBe(_graphs.Ran.Count(t => t != at));
    }

    [Theory]
    [InlineData("single", "a")]
    [InlineData("line", "c")]
    [InlineData("diamond", "c")]
    public async Task After_the_death_of_the_process_a_run_is_interrupted_and_resumes_under_its_id(string graph, string at)
    {
        var blocked = _graphs.Blocks(at);
        var started = await Start(graph);
        await blocked;
        if (graph == "diamond") await Until(async () => (await _runs.Find(WorkspaceId.Default, started.FlowRunId, default))!.Tasks.Single(t => t.Name == "b").State == "succeeded");

        var next = Engine(); // the first one is as good as dead: nothing of it is used any more
        await next.Recover();

        var interrupted = (await next.Find(WorkspaceId.Default, started.FlowRunId, default))!;
        interrupted.State.ShouldBe("interrupted");
        interrupted.Tasks.Single(t => t.Name == at).State.ShouldBe("interrupted");
        (await Events("flow.interrupted")).ShouldBe(1);

        _graphs.Works(at);
        var resumed = await Ended((await next.Resume(Ann, started.FlowRunId, default)).Value, next);
        resumed.State.ShouldBe("succeeded");
        resumed.FlowRunId.ShouldBe(started.FlowRunId);
        _graphs.Ran.Where(t => t != at).ToHashSet(StringComparer.Ordinal).Count.ShouldBe(_graphs.Ran.Count(t => t != at));
    }

    [Fact]
    public async Task A_graceful_stop_marks_running_runs_interrupted_and_starts_no_more()
    {
        var blocked = _graphs.Blocks("b");
        var started = await Start("line");
        await blocked;

        await _runs.Shutdown(TimeSpan.FromSeconds(10), default);

        (await _runs.Find(WorkspaceId.Default, started.FlowRunId, default))!.State.ShouldBe("interrupted");
        (await _runs.Start(Ann, "single", "projects/y", "{}", default)).Refusal!.Code.ShouldBe("flow.stopping");
    }

    [Fact]
    public async Task Of_many_starts_for_one_subject_at_once_one_wins_and_the_others_name_it()
    {
        var blocked = _graphs.Blocks("a");
        var starts = await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => Task.Run(() => _runs.Start(Ann, "single", "projects/x", "{}", default))));
        await blocked;

        var winner = starts.Single(s => s.Refusal is null).Value;
        var refused = starts.Where(s => s.Refusal is not null).Select(s => s.Refusal!).ToList();
        refused.ShouldAllBe(r => r is Refusal.Conflict && r.Code == "flow.busy");
        refused.ShouldAllBe(r => r.Detail.Contains(winner.FlowRunId));

        _graphs.Works("a");
        var other = await _runs.Start(Ann, "single", "projects/other", "{}", default);
        (await Ended(other.Value)).State.ShouldBe("succeeded", "another subject is free");
        await _runs.Cancel(Ann, winner.FlowRunId, default);
        await Ended(winner);
        (await Run("single")).State.ShouldBe("succeeded", "an ended run frees its subject");
    }

    [Fact]
    public async Task A_stopped_run_is_not_resumed_while_another_works_on_its_subject()
    {
        _graphs.Refuses("a", new Refusal.Invalid("test.refused", "No."));
        var failed = await Run("single");
        var blocked = _graphs.Blocks("a");
        var second = await Start("single");
        await blocked;

        (await _runs.Resume(Ann, failed.FlowRunId, default)).Refusal!.Detail.ShouldContain(second.FlowRunId);
        (await _runs.Resume(Ann, second.FlowRunId, default)).Refusal!.Code.ShouldBe("flow.not-resumable");
        (await _runs.Resume(Ann, new string('0', 32), default)).Refusal!.Code.ShouldBe("flow.run-unknown");
    }

    [Fact]
    public async Task A_result_under_the_same_cache_key_is_reused_and_under_another_it_is_not()
    {
        var key = "k1";
        _runs.Register("cached", _ => new Flow("cached", [_graphs.Task("a") with { CacheKey = _ => key }, _graphs.Task("b", "a") with { CacheKey = c => key + c.ResultOf("a") }]));

        (await Run("cached")).Tasks.ShouldAllBe(t => !t.Reused);
        var second = await Run("cached");
        second.Tasks.ShouldAllBe(t => t.Reused && t.State == "succeeded");
        second.Tasks[0].Message.ShouldBe("a is done");
        second.Result!.Value.GetString().ShouldBe("b(a())");
        _graphs.Ran.Count.ShouldBe(2);

        key = "k2";
        (await Run("cached")).Tasks.ShouldAllBe(t => !t.Reused);
        (await _runs.CachedResult(WorkspaceId.Default, "k1", default)).ShouldBe("\"a()\"");
        (await _runs.CachedResult(new("other"), "k1", default)).ShouldBeNull();
        (await _runs.CachedResult(WorkspaceId.Default, "k3", default)).ShouldBeNull();
    }

    [Fact]
    public async Task A_watcher_is_answered_when_something_changes_and_not_before()
    {
        var blocked = _graphs.Blocks("a");
        var started = await Start("single");
        await blocked;
        await Until(async () => (await Engine().Find(WorkspaceId.Default, started.FlowRunId, default))!.Tasks is [{ Message: "half of a" }]); // the report of the half is stored, so nothing more is to come
        var seen = (await _runs.Find(WorkspaceId.Default, started.FlowRunId, default))!;
        seen.Tasks[0].Message.ShouldBe("half of a");

        var unchanged = await _runs.Watch(WorkspaceId.Default, started.FlowRunId, seen.Version, TimeSpan.FromMilliseconds(200), default);
        unchanged!.Version.ShouldBe(seen.Version);

        var watch = _runs.Watch(WorkspaceId.Default, started.FlowRunId, seen.Version, TimeSpan.FromSeconds(30), default);
        watch.IsCompleted.ShouldBeFalse();
        await _runs.Cancel(Ann, started.FlowRunId, default);
        var changed = await watch.WaitAsync(TimeSpan.FromSeconds(10));
        changed!.Version.ShouldBeGreaterThan(seen.Version);
    }

    [Fact]
    public async Task Progress_and_results_are_in_the_database_while_a_run_is_active()
    {
        var blocked = _graphs.Blocks("b");
        var started = await Start("line");
        await blocked;
        await Until(async () => (await Engine().Find(WorkspaceId.Default, started.FlowRunId, default))!.Tasks is [{ State: "succeeded" }, { State: "running", Progress: 0.5, Message: "half of b" }, _]);
    }

    [Fact]
    public async Task Events_tell_what_happened_and_name_the_start_as_their_cause()
    {
        await Run("line");
        var events = await _database.Read(t => t.Query<(string Type, long Id, long? CauseId)>("SELECT type, id, cause_id FROM events WHERE subject LIKE 'flow-runs/%' ORDER BY id"));
        events.Select(e => e.Type).ShouldBe(["flow.started", "task.succeeded", "task.succeeded", "task.succeeded", "flow.succeeded"]);
        events.Skip(1).ShouldAllBe(e => e.CauseId == events[0].Id);
    }

    [Fact]
    public async Task Runs_are_listed_newest_first_by_subject_and_never_across_workspaces()
    {
        var first = await Run("single");
        var second = await Run("single");
        await Ended((await _runs.Start(Ann, "single", "projects/z", "{}", default)).Value);

        (await _runs.List(WorkspaceId.Default, "projects/x", null, 10, default)).Select(r => r.FlowRunId).ShouldBe([second.FlowRunId, first.FlowRunId]);
        (await _runs.List(WorkspaceId.Default, null, null, 10, default)).Count.ShouldBe(3);
        (await _runs.List(WorkspaceId.Default, "projects/x", second.FlowRunId, 10, default)).Single().FlowRunId.ShouldBe(first.FlowRunId);
        (await _runs.List(new("other"), null, null, 10, default)).ShouldBeEmpty();
        (await _runs.Find(new("other"), first.FlowRunId, default)).ShouldBeNull();
        (await _runs.LatestOf(WorkspaceId.Default, "projects/x", default))!.FlowRunId.ShouldBe(second.FlowRunId);
    }

    [Fact]
    public async Task An_unknown_flow_is_refused_and_a_flow_that_cannot_end_is_a_bug()
    {
        (await _runs.Start(Ann, "nonesuch", "x", "{}", default)).Refusal!.Code.ShouldBe("flow.unknown");
        _runs.Register("circle", _ => new Flow("circle", [_graphs.Task("a", "b"), _graphs.Task("b", "a")]));
        (await Should.ThrowAsync<ArgumentException>(() => _runs.Start(Ann, "circle", "x", "{}", default))).Message.ShouldContain("wait for each other");
    }

    private FlowRuns Engine()
    {
        var runs = new FlowRuns(_database, TimeProvider.System, NullLogger<FlowRuns>.Instance);
        foreach (var name in Graphs.Names) runs.Register(name.Data, _ => _graphs.Build(name.Data));
        return runs;
    }

    private async Task<FlowRunWire> Start(string flow) => (await _runs.Start(Ann, flow, "projects/x", "{}", default)).Value;

    [Fact]
    public async Task A_run_whose_end_could_not_be_stored_is_not_in_the_way_once_the_store_works_again()
    {
        _graphs.Fails("a", () =>
        {
            _database.Write(t => t.Execute("ALTER TABLE flow_runs RENAME TO hidden")).GetAwaiter().GetResult();
            return new InvalidOperationException("and the store is broken");
        });
        var lost = await Start("single");
        await Until(async () =>
        {
            try
            {
                await _runs.Find(WorkspaceId.Default, lost.FlowRunId, default);
                return false;
            }
            catch (System.Data.Common.DbException)
            {
                return true; // nobody works on it any more
            }
        });
        await _database.Write(t => t.Execute("ALTER TABLE hidden RENAME TO flow_runs"));
        _graphs.Works("a");

        (await Run("single")).State.ShouldBe("succeeded");

        (await _runs.Find(WorkspaceId.Default, lost.FlowRunId, default))!.State.ShouldBe("interrupted");
        (await Ended((await _runs.Resume(Ann, lost.FlowRunId, default)).Value)).State.ShouldBe("succeeded");
    }

    private async Task<FlowRunWire> Run(string flow) => await Ended(await Start(flow));

    private async Task<FlowRunWire> Ended(FlowRunWire run, FlowRuns? engine = null)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (run.State is "pending" or "running")
            run = (await (engine ?? _runs).Watch(WorkspaceId.Default, run.FlowRunId, run.Version, TimeSpan.FromSeconds(5), limit.Token))!;
        return run;
    }

    private static async Task Until(Func<Task<bool>> condition)
    {
        for (var i = 0; i < 300; i++)
        {
            if (await condition()) return;
            await Task.Delay(50);
        }

        Assert.Fail("It did not come to that within 15 s.");
    }

    private Task<long> Events(string type) => _database.Read(t => t.Scalar<long>("SELECT COUNT(*) FROM events WHERE type = @type", new { type }));
}
