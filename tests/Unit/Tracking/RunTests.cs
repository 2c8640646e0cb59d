using Cairn.Client.Wire;
using Cairn.Kernel;

namespace Cairn.Unit.Tests.Tracking;

public sealed class RunsOnSqlite : RunTests
{
    protected override bool Postgres => false;
}

public sealed class RunsOnPostgres : RunTests
{
    protected override bool Postgres => true;
}

public abstract class RunTests : TrackingTests
{
    [Fact]
    public async Task A_run_without_a_name_gets_one_and_a_tag_that_says_the_same()
    {
        var run = await Home.Read(await Home.Run());

        run.Name.ShouldMatch("^[a-z]+-[a-z]+-[0-9]{1,3}$");
        run.Tags["mlflow.runName"].ShouldBe(run.Name);
        run.Status.ShouldBe("running");
        run.User.ShouldBe("local-admin");
        run.ExperimentId.ShouldBe("0");
    }

    [Fact]
    public async Task Renaming_a_run_and_tagging_its_name_are_the_same()
    {
        var run = await Home.Run(name: "first");

        (await Home.Runs.Update(TrackingHome.Admin, run, new UpdateRun(Name: "second"), default)).Value.Tags["mlflow.runName"].ShouldBe("second");
        await Log(run, new LogBatch(Tags: Map(("mlflow.runName", "third"))));

        (await Home.Read(run)).Name.ShouldBe("third");
        (await Home.Runs.Start(TrackingHome.Admin, new CreateRun("0", "a", Map(("mlflow.runName", "b"))), default)).Refusal!.Code.ShouldBe("run.name-invalid");
    }

    [Fact]
    public async Task A_run_ends_once_and_keeps_its_end()
    {
        var run = await Home.Run();
        Home.Clock.Step(TimeSpan.FromSeconds(1));

        (await Home.Runs.End(TrackingHome.Admin, run, "finished", default)).Refusal.ShouldBeNull();
        var ended = (await Home.Read(run)).EndedAt;
        Home.Clock.Step(TimeSpan.FromSeconds(1));
        (await Home.Runs.End(TrackingHome.Admin, run, "finished", default)).Refusal.ShouldBeNull();

        (await Home.Read(run)).EndedAt.ShouldBe(ended);
        (await Home.Read(run)).Status.ShouldBe("finished");
        (await Home.Runs.End(TrackingHome.Admin, run, "running", default)).Refusal!.Code.ShouldBe("run.status-invalid");
    }

    [Fact]
    public async Task A_param_keeps_its_value_and_a_batch_that_would_change_one_writes_nothing()
    {
        var run = await Home.Run();
        await Log(run, new LogBatch(Params: Map(("depth", "6"))));
        await Log(run, new LogBatch(Params: Map(("depth", "6"))));

        var changed = await Home.Runs.Log(TrackingHome.Admin, run, new LogBatch([new("auc", 1)], Map(("depth", "7"), ("rate", "0.1")), Map(("t", "v"))), default);

        changed.Refusal.ShouldBeOfType<Refusal.Conflict>().Code.ShouldBe("run.param-changed");
        changed.Refusal!.Detail.ShouldContain("'depth' is '6', not '7'");
        var read = await Home.Read(run);
        read.Params.ShouldBe(Map(("depth", "6")));
        read.Metrics.ShouldBeEmpty();
        read.Tags.Keys.ShouldBe(["mlflow.runName"]);
    }

    [Fact]
    public async Task The_same_point_logged_again_is_no_new_point_NaN_and_minus_zero_included()
    {
        var run = await Home.Run();
        MetricPoint[] points = [new("m", 1.5, 1, 10), new("m", double.NaN, 1, 10), new("m", 0, 1, 10), new("m", -0.0, 1, 10), new("m", double.PositiveInfinity, 1, 10)];
        await Log(run, new LogBatch(points));
        await Log(run, new LogBatch([.. points, .. points]));

        var history = await Home.Database.Read(t => t.Query<double>("SELECT value FROM run_metrics WHERE run_id = @run ORDER BY value, is_nan", new { run }));

        history.ShouldBe([0, 0, 1.5, double.MaxValue]);
        (await Home.Read(run)).Metrics["m"].ShouldBe(double.MaxValue);
    }

    [Fact]
    public async Task The_latest_value_is_the_greatest_by_step_then_time_then_value_whatever_the_order_of_arrival()
    {
        var run = await Home.Run();
        await Log(run, new LogBatch([new("m", 9, 1, 99), new("m", 2, 5, 10), new("m", 3, 5, 10)]));
        await Log(run, new LogBatch([new("m", 8, 4, 500), new("m", 1, 5, 9), new("n", 1, -3, 5)]));
        await Log(run, new LogBatch([new("n", double.NaN, 2, 5)]));

        var metrics = (await Home.Read(run)).Metrics;

        metrics["m"].ShouldBe(3);
        double.IsNaN(metrics["n"]).ShouldBeTrue();
    }

    [Fact]
    public async Task Batches_logged_at_once_on_one_run_are_all_kept_whole()
    {
        var run = await Home.Run();

        await Task.WhenAll(Enumerable.Range(0, 20).Select(batch => Log(run, new LogBatch(
            [.. Enumerable.Range(0, 50).Select(i => new MetricPoint($"m{(i + batch) % 50}", batch, batch, 1000 + i))],
            Map(("shared", "same"), ($"p{batch}", "x")), Map(("last", $"{batch}"))))));

        var read = await Home.Read(run);
        read.Params.Count.ShouldBe(21);
        read.Metrics.Count.ShouldBe(50);
        read.Metrics.Values.ShouldAllBe(value => value == 19);
        (await Home.Database.Read(t => t.Scalar<long>("SELECT COUNT(*) FROM run_metrics WHERE run_id = @run", new { run }))).ShouldBe(1000);
    }

    [Theory]
    [InlineData("")]
    [InlineData("a*b")]
    [InlineData("../a")]
    [InlineData("/a")]
    [InlineData("a//b")]
    [InlineData("a/")]
    [InlineData("a\0b")]
    public async Task Keys_that_MLflow_could_not_tell_are_refused(string key)
    {
        var run = await Home.Run();

        (await Home.Runs.Log(TrackingHome.Admin, run, new LogBatch([new(key, 1)]), default)).Refusal!.Code.ShouldBe("run.key-invalid");
        (await Home.Runs.Log(TrackingHome.Admin, run, new LogBatch(Params: Map((key, "1"))), default)).Refusal!.Code.ShouldBe("run.key-invalid");
    }

    [Fact]
    public async Task Values_no_database_keeps_and_batches_too_large_are_refused()
    {
        var run = await Home.Run();

        (await Home.Runs.Log(TrackingHome.Admin, run, new LogBatch(Params: Map(("k", "a\0b"))), default)).Refusal!.Code.ShouldBe("run.param-invalid");
        (await Home.Runs.Log(TrackingHome.Admin, run, new LogBatch(Params: Map(("k", "\ud800"))), default)).Refusal!.Code.ShouldBe("run.param-invalid");
        (await Home.Runs.Log(TrackingHome.Admin, run, new LogBatch([new("m", 1, 0, -1)]), default)).Refusal!.Code.ShouldBe("run.metric-invalid");
        (await Home.Runs.Log(TrackingHome.Admin, run, new LogBatch([.. Enumerable.Range(0, 1001).Select(i => new MetricPoint("m", i))]), default))
            .Refusal.ShouldBeOfType<Refusal.TooLarge>().Code.ShouldBe("run.batch-too-large");
        await Log(run, new LogBatch([.. Enumerable.Range(0, 1000).Select(i => new MetricPoint("größe", i, i))]));
        (await Home.Read(run)).Metrics["größe"].ShouldBe(999);
    }

    [Fact]
    public async Task An_experiment_is_made_once_however_many_ask_at_once()
    {
        var ids = await Task.WhenAll(Enumerable.Range(0, 8).Select(async _ => (await Home.Runs.EnsureExperiment(TrackingHome.Admin, "churn", default)).Value));

        ids.Distinct(StringComparer.Ordinal).ShouldHaveSingleItem().ShouldBe("1");
        (await Home.Runs.EnsureExperiment(TrackingHome.Admin, "crm", default)).Value.ShouldBe("2");
        (await Home.Runs.EnsureExperiment(TrackingHome.Neighbour, "churn", default)).Value.ShouldBe("1");
    }

    [Fact]
    public async Task An_input_is_kept_once_with_its_first_context()
    {
        var run = await Home.Run();
        await Home.Runs.LogInput(TrackingHome.Admin, run, new("customers", "abc", "training"), default);
        await Home.Runs.LogInput(TrackingHome.Admin, run, new("customers", "abc", "test"), default);
        await Home.Runs.LogInput(TrackingHome.Admin, run, new("customers", "def", "test"), default);

        (await Home.Read(run)).Inputs.ShouldBe([new("customers", "abc", "training"), new("customers", "def", "test")]);
    }

    [Fact]
    public async Task Another_workspace_neither_sees_nor_changes_a_run()
    {
        var run = await Home.Run();

        (await Home.Runs.Find(TrackingHome.Neighbour.Workspace, run, default)).ShouldBeNull();
        (await Home.Runs.Log(TrackingHome.Neighbour, run, new LogBatch(Tags: Map(("a", "b"))), default)).Refusal.ShouldBeOfType<Refusal.Missing>().Code.ShouldBe("run.unknown");
        (await Home.Runs.End(TrackingHome.Neighbour, run, "failed", default)).Refusal!.Code.ShouldBe("run.unknown");
    }

    private async Task Log(string run, LogBatch batch) => (await Home.Runs.Log(TrackingHome.Admin, run, batch, default)).Refusal.ShouldBeNull();

    private static Dictionary<string, string> Map(params (string Key, string Value)[] values) => values.ToDictionary(pair => pair.Key, pair => pair.Value, StringComparer.Ordinal);
}
