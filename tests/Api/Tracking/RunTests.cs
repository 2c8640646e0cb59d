using System.Net;
using System.Net.Http.Json;
using Cairn.Client.Wire;

namespace Cairn.Api.Tests.Tracking;

public sealed class RunsOnSqlite : RunTests
{
    protected override bool Postgres => false;
}

public sealed class RunsOnPostgres : RunTests
{
    protected override bool Postgres => true;
}

public abstract class RunTests : TrackingOn
{
    private const string Runs = "/api/v1/runs";

    [Fact]
    public async Task A_run_is_made_logged_to_and_read_by_the_beginning_of_its_id()
    {
        var run = await _host.Run("mine");
        await _host.Log(run.RunId, new LogBatch([new("auc", 0.8, 1), new("auc", 0.9, 2), new("nan", double.NaN)], Map("depth", "6"), Map("team", "crm"))).ShouldSucceed();

        var read = await _host.Get<RunWire>($"{Runs}/{run.RunId[..8]}");

        read.RunId.ShouldBe(run.RunId);
        read.Metrics["auc"].ShouldBe(0.9);
        double.IsNaN(read.Metrics["nan"]).ShouldBeTrue();
        read.Params["depth"].ShouldBe("6");
        read.Tags["team"].ShouldBe("crm");
        (await _host.Audited()).ShouldBe(["run.create"]); // logging is attributed to the run, not audited
    }

    [Fact]
    public async Task A_beginning_that_several_runs_share_names_them()
    {
        var one = await _host.Run("one");
        await _host.Run("two");

        (await _host.Http.GetAsync($"{Runs}/{one.RunId[..4]}").ShouldBeProblem(HttpStatusCode.Conflict, "run.id-ambiguous")).ShouldContain(one.RunId);
        (await _host.Http.GetAsync($"{Runs}/ffff").ShouldBeProblem(HttpStatusCode.NotFound, "run.unknown")).ShouldContain("two");
    }

    [Fact]
    public async Task What_is_not_of_this_workspace_is_unknown()
    {
        var run = await _host.Run();
        var path = $"{Runs}/{run.RunId}";

        await _host.Neighbour.GetAsync(path).ShouldBeProblem(HttpStatusCode.NotFound, "run.unknown");
        await _host.Neighbour.GetAsync($"{Runs}/{run.RunId[..6]}").ShouldBeProblem(HttpStatusCode.NotFound, "run.unknown");
        await _host.Neighbour.PatchAsync(path, JsonContent.Create(new { status = "failed" })).ShouldBeProblem(HttpStatusCode.NotFound, "run.unknown");
        await _host.Neighbour.DeleteAsync(path).ShouldBeProblem(HttpStatusCode.NotFound, "run.unknown");
        await _host.Neighbour.PostAsync($"{path}/restore", null).ShouldBeProblem(HttpStatusCode.NotFound, "run.unknown");
        await _host.Neighbour.PostAsync($"{path}/log", JsonContent.Create(new { tags = new { a = "b" } })).ShouldBeProblem(HttpStatusCode.NotFound, "run.unknown");
        await _host.Neighbour.PostAsync($"{path}/inputs", JsonContent.Create(new { name = "d", digest = "x", context = "" })).ShouldBeProblem(HttpStatusCode.NotFound, "run.unknown");
        await _host.Neighbour.GetAsync($"{path}/metrics/auc").ShouldBeProblem(HttpStatusCode.NotFound, "run.unknown");
        await _host.Neighbour.GetAsync($"{Runs}/compare?ids={run.RunId},{run.RunId}").ShouldBeProblem(HttpStatusCode.NotFound, "run.unknown");
        (await TrackingHost.Read<Page<RunWire>>(await _host.Neighbour.GetAsync(Runs))).Items.ShouldBeEmpty();
    }

    [Theory]
    [InlineData(2, new long[] { 0, 999 })]
    [InlineData(5, new long[] { 0, 250, 500, 750, 999 })]
    [InlineData(1000, null)]
    [InlineData(25_000, null)]
    public async Task A_sample_of_a_history_is_evenly_spread_with_both_ends(int sample, long[]? steps)
    {
        var run = await _host.Run();
        await _host.Log(run.RunId, new LogBatch([.. Enumerable.Range(0, 1000).Select(step => new MetricPoint("loss", 1.0 / (1 + step), step, 1_000 + step))])).ShouldSucceed();

        var page = await _host.Get<Page<MetricPoint>>($"{Runs}/{run.RunId}/metrics/loss?sample={sample}");

        page.NextPageToken.ShouldBeNull();
        page.Items.Select(point => point.Step).ShouldBe(steps ?? Enumerable.Range(0, 1000).Select(step => (long)step));
        await _host.Http.GetAsync($"{Runs}/{run.RunId}/metrics/loss?sample=1").ShouldBeProblem(HttpStatusCode.BadRequest, "run.sample-invalid");
        await _host.Http.GetAsync($"{Runs}/{run.RunId}/metrics/loss?sample=5&limit=5").ShouldBeProblem(HttpStatusCode.BadRequest, "run.sample-invalid");
        await _host.Http.GetAsync($"{Runs}/{run.RunId}/metrics/nope?sample=5").ShouldBeProblem(HttpStatusCode.NotFound, "run.metric-unknown");
    }

    [Fact]
    public async Task Status_end_and_name_change_and_a_deleted_run_does_not()
    {
        var run = await _host.Run("a");
        var path = $"{Runs}/{run.RunId}";

        var ended = await TrackingHost.Read<RunWire>(await _host.Patch(path, new UpdateRun("finished", 5, "b")));
        (ended.Status, ended.EndedAt, ended.Name, ended.Tags["mlflow.runName"]).ShouldBe(("finished", 5, "b", "b"));
        (await _host.Patch(path, new UpdateRun("done")).ShouldBeProblem(HttpStatusCode.BadRequest, "run.status-invalid")).ShouldContain("finished");

        await _host.Http.DeleteAsync(path).ShouldSucceed();
        await _host.Patch(path, new UpdateRun("failed")).ShouldBeProblem(HttpStatusCode.Conflict, "run.deleted");
        await _host.Http.DeleteAsync(path).ShouldBeProblem(HttpStatusCode.Conflict, "run.deleted");
        (await TrackingHost.Read<RunWire>(await _host.Http.PostAsync($"{path}/restore", null))).LifecycleStage.ShouldBe("active");
        await _host.Http.PostAsync($"{path}/restore", null).ShouldBeProblem(HttpStatusCode.Conflict, "run.not-deleted");
    }

    [Fact]
    public async Task Name_description_and_tags_are_edited_together_and_a_null_removes_a_tag()
    {
        var path = $"{Runs}/{(await _host.Run("a")).RunId}";
        await _host.Log(path[(Runs.Length + 1)..], new LogBatch(Tags: new Dictionary<string, string>(StringComparer.Ordinal) { ["team"] = "crm", ["stale"] = "yes", ["stays"] = "1" })).ShouldSucceed();

        var edited = await TrackingHost.Read<RunWire>(await _host.Patch(path, new UpdateRun(Name: "b", Description: "first try\nof two", Tags: Change(("team", "ops"), ("stale", null), ("never", null)))));

        (edited.Name, edited.Tags.Count, edited.Status).ShouldBe(("b", 4, "running"));
        (edited.Tags["mlflow.runName"], edited.Tags["mlflow.note.content"], edited.Tags["team"], edited.Tags["stays"]).ShouldBe(("b", "first try\nof two", "ops", "1"));
        var again = await TrackingHost.Read<RunWire>(await _host.Patch(path, new UpdateRun(Description: "", Tags: Change(("mlflow.runName", "c")))));
        (again.Name, again.Tags.ContainsKey("mlflow.note.content")).ShouldBe(("c", false));
        (await _host.Audited()).ShouldBe(["run.create", "run.update", "run.update"]);
    }

    [Fact]
    public async Task An_edit_that_cannot_be_changes_nothing()
    {
        var path = $"{Runs}/{(await _host.Run("a")).RunId}";
        (UpdateRun Change, string Code)[] wrong =
        [
            (new(Name: ""), "run.name-invalid"),
            (new(Name: "b", Tags: Change(("mlflow.runName", "c"))), "run.name-invalid"),
            (new(Name: "b", Tags: Change(("mlflow.runName", null))), "run.name-invalid"),
            (new(Name: "b", Description: new string('x', 8001)), "run.description-invalid"),
            (new(Name: "b", Description: "x", Tags: Change(("mlflow.note.content", "y"))), "run.description-invalid"),
            (new(Name: "b", Tags: Change(("../x", "y"))), "run.key-invalid"),
            (new(Name: "b", Tags: Change(("../x", null))), "run.key-invalid"),
            (new(Name: "b", Tags: Change(("x", new string('x', 8001)))), "tag.value-invalid"),
            (new(Name: "b", Tags: Change(("x", "a\0b"))), "tag.value-invalid"),
        ];
        foreach (var (change, code) in wrong) await _host.Patch(path, change).ShouldBeProblem(HttpStatusCode.BadRequest, code);
        await _host.Patch(path, new UpdateRun(Name: "b", Tags: Enumerable.Range(0, 1001).ToDictionary(i => $"t{i}", string? (_) => "", StringComparer.Ordinal))).ShouldBeProblem(HttpStatusCode.RequestEntityTooLarge, "run.batch-too-large");
        await _host.Neighbour.PatchAsync(path, JsonContent.Create(new { name = "mine" })).ShouldBeProblem(HttpStatusCode.NotFound, "run.unknown");

        (await _host.Get<RunWire>(path)).Name.ShouldBe("a");
    }

    [Fact]
    public async Task A_metric_has_its_whole_history_in_pages()
    {
        var run = await _host.Run();
        await _host.Log(run.RunId, new LogBatch([new("a/loss", 3, 1, 30), new("a/loss", double.NaN, 0, 10), new("a/loss", 2, 2, 20), new("a/loss", 2, 2, 20), new("a/loss", -1, 0, 10)]));

        var first = await _host.Get<Page<MetricPoint>>($"{Runs}/{run.RunId}/metrics/a/loss?limit=2");
        var rest = await _host.Get<Page<MetricPoint>>($"{Runs}/{run.RunId}/metrics/a/loss?page_token={first.NextPageToken}");

        first.Items.Select(point => (point.Value, point.Step, point.Timestamp)).ShouldBe([(-1, 0, 10), (double.NaN, 0, 10)]);
        rest.Items.Select(point => point.Value).ShouldBe([2, 3]);
        rest.NextPageToken.ShouldBeNull();
        (await _host.Http.GetAsync($"{Runs}/{run.RunId}/metrics/auc").ShouldBeProblem(HttpStatusCode.NotFound, "run.metric-unknown")).ShouldContain("a/loss");
    }

    [Fact]
    public async Task Comparing_shows_what_differs_and_on_demand_all()
    {
        var one = await _host.Run();
        var two = await _host.Run();
        await _host.Log(one.RunId, new LogBatch([new("auc", 0.8), new("nan", double.NaN)], new Dictionary<string, string>(StringComparer.Ordinal) { ["depth"] = "6", ["rate"] = "0.1" }));
        await _host.Log(two.RunId, new LogBatch([new("auc", 0.9), new("nan", double.NaN)], new Dictionary<string, string>(StringComparer.Ordinal) { ["depth"] = "6" }));
        var ids = $"{one.RunId},{two.RunId}";

        var differing = await _host.Get<RunComparisonWire>($"{Runs}/compare?ids={ids}");
        differing.Params.ShouldHaveSingleItem().Value.ShouldBe(["0.1", null]);
        differing.Metrics.ShouldHaveSingleItem().Value.ShouldBe([0.8, 0.9]);
        (await _host.Get<RunComparisonWire>($"{Runs}/compare?ids={ids}&all=true")).Params.Keys.ShouldBe(["depth", "rate"]);
        differing.Runs.ShouldAllBe(run => run.Steps == null, "one point is no curve");

        await _host.Log(two.RunId, new LogBatch([new("auc", 0.91, 7), new("auc", 0.9, 3), new("nan", double.NaN, 2), new("flat", 1, -4)])).ShouldSucceed();
        (await _host.Get<RunComparisonWire>($"{Runs}/compare?ids={ids}")).Runs[1].Steps.ShouldBe(new Dictionary<string, long>(StringComparer.Ordinal) { ["auc"] = 7, ["nan"] = 2 }, ignoreOrder: true);
        await _host.Http.GetAsync($"{Runs}/compare?ids={one.RunId}").ShouldBeProblem(HttpStatusCode.BadRequest, "run.compare-count");
        await _host.Http.GetAsync($"{Runs}/compare?ids={string.Join(',', Enumerable.Repeat(one.RunId, 21))}").ShouldBeProblem(HttpStatusCode.BadRequest, "run.compare-count");
    }

    [Fact]
    public async Task Inputs_show_in_the_run()
    {
        var run = await _host.Run();
        await _host.Post($"{Runs}/{run.RunId}/inputs", new DatasetInputWire("customers", "abc", "training")).ShouldSucceed();

        (await _host.Get<RunWire>($"{Runs}/{run.RunId}")).Inputs.ShouldBe([new("customers", "abc", "training")]);
        await _host.Post($"{Runs}/{run.RunId}/inputs", new DatasetInputWire("", "abc", "")).ShouldBeProblem(HttpStatusCode.BadRequest, "run.input-invalid");
    }

    [Fact]
    public async Task The_same_idempotency_key_makes_one_run()
    {
        var ids = new List<string>();
        foreach (var _ in Enumerable.Range(0, 2))
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, Runs) { Content = JsonContent.Create(new { experiment_id = "0" }) };
            request.Headers.Add("Idempotency-Key", "one");
            ids.Add((await TrackingHost.Read<RunWire>(await _host.Http.SendAsync(request))).RunId);
        }

        ids.Distinct(StringComparer.Ordinal).Count().ShouldBe(1);
        await _host.Post(Runs, new CreateRun("none")).ShouldBeProblem(HttpStatusCode.NotFound, "experiment.unknown");
    }

    private static Dictionary<string, string?> Change(params (string Key, string? Value)[] tags) => tags.ToDictionary(tag => tag.Key, tag => tag.Value, StringComparer.Ordinal);

    private static Dictionary<string, string> Map(string key, string value) => new(StringComparer.Ordinal) { [key] = value };
}
