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

public abstract class RunTests : IAsyncLifetime
{
    private const string Runs = "/api/v1/runs";

    private TrackingHost _host = null!;

    protected abstract bool Postgres { get; }

    public async ValueTask InitializeAsync() => _host = await TrackingHost.Start(Postgres);

    public async ValueTask DisposeAsync()
    {
        if (_host is not null) await _host.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task Several_runs_are_edited_deleted_and_restored_together_each_with_its_entry_in_the_audit()
    {
        var (one, other) = (await _host.Run("one"), await _host.Run("other"));

        var tagged = await Change([one.RunId[..30], other.RunId, one.RunId], "edit", """{"tags": {"team": "crm"}}""");
        var deleted = await Change([one.RunId, other.RunId], "delete");
        var restored = await Change([other.RunId, one.RunId], "restore");

        tagged.Runs.Select(run => (run.Name, run.Tags["team"])).ShouldBe([("one", "crm"), ("other", "crm")]);
        deleted.Runs.ShouldAllBe(run => run.LifecycleStage == "deleted");
        restored.Runs.Select(run => (run.Name, run.LifecycleStage)).ShouldBe([("other", "active"), ("one", "active")]);
        (await _host.Audited()).ShouldBe(["run.create", "run.create", "run.update", "run.update", "run.delete", "run.delete", "run.restore", "run.restore"], ignoreOrder: true);
    }

    [Fact]
    public async Task When_one_of_several_is_declined_none_is_changed_and_it_is_named()
    {
        var (one, gone) = (await _host.Run("one"), await _host.Run("gone"));
        await Change([gone.RunId], "delete");
        var missing = new string('9', 32);

        var detail = await Send([one.RunId, gone.RunId, missing], "delete").ShouldBeProblem(HttpStatusCode.Conflict, "run.deleted");

        detail.ShouldStartWith("2 of 3 runs declined to delete, so none was changed.");
        detail.ShouldContain(gone.RunId);
        detail.ShouldContain($"There is no run '{missing}'");
        (await _host.Get<RunWire>($"{Runs}/{one.RunId}")).LifecycleStage.ShouldBe("active");
        (await _host.Audited()).Count(action => action == "run.delete").ShouldBe(1);
    }

    [Theory]
    [InlineData("[]", "delete", "null", "run.change-count")]
    [InlineData("[\"\"]", "delete", "null", "run.change-count")]
    [InlineData("null", "delete", "null", "run.change-count")]
    [InlineData("[\"0193\"]", "archive", "null", "run.change-act")]
    [InlineData("[\"0193\"]", "edit", "null", "run.change-act")]
    [InlineData("[\"0193\"]", "delete", "{\"name\": \"x\"}", "run.change-act")]
    public async Task An_order_that_says_not_enough_or_too_much_is_refused(string ids, string act, string change, string code) =>
        await _host.Http.PostAsync($"{Runs}/change", Json($$"""{"run_ids": {{ids}}, "act": "{{act}}", "change": {{change}}}""")).ShouldBeProblem(HttpStatusCode.BadRequest, code);

    private async Task<ChangedRunsWire> Change(IReadOnlyList<string> ids, string act, string change = "null")
    {
        using var answer = await Send(ids, act, change);
        answer.StatusCode.ShouldBe(HttpStatusCode.OK, await answer.Content.ReadAsStringAsync());
        return (await answer.Content.ReadFromJsonAsync<ChangedRunsWire>(Cairn.Client.CairnJson.Options))!;
    }

    private Task<HttpResponseMessage> Send(IReadOnlyList<string> ids, string act, string change = "null") =>
        _host.Http.PostAsync($"{Runs}/change", Json($$"""{"run_ids": {{System.Text.Json.JsonSerializer.Serialize(ids)}}, "act": "{{act}}", "change": {{change}}}"""));

    private static StringContent Json(string body) => new(body, System.Text.Encoding.UTF8, "application/json");

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
    public async Task The_list_takes_experiment_status_and_part_of_the_name()
    {
        await _host.Post("/api/v1/experiments", new CreateExperiment("churn"));
        var first = await _host.Run("Alpha_1", "churn");
        await _host.Run("alphaX1", "churn");
        await _host.Run("beta");
        await _host.Patch($"{Runs}/{first.RunId}", new UpdateRun("failed"));

        (await Names("?experiment=churn")).ShouldBe(["alphaX1", "Alpha_1"]);
        (await Names("?experiment=1&status=failed")).ShouldBe(["Alpha_1"]);
        (await Names("?name=ALPHA_")).ShouldBe(["Alpha_1"]);
        await _host.Http.GetAsync($"{Runs}?experiment=none").ShouldBeProblem(HttpStatusCode.NotFound, "experiment.unknown");
        await _host.Http.GetAsync($"{Runs}?status=done").ShouldBeProblem(HttpStatusCode.BadRequest, "run.status-invalid");
        await _host.Http.GetAsync($"{Runs}?order_by=color").ShouldBeProblem(HttpStatusCode.BadRequest, "run.order-invalid");
    }

    [Theory]
    [InlineData("metrics.auc desc", "best,good,same,nan,none2,none1")]
    [InlineData("metrics.auc", "same,good,best,nan,none2,none1")]
    [InlineData("params.depth asc", "good,best,none2,none1,nan,same")]
    [InlineData("params.depth desc", "best,good,none2,none1,nan,same")]
    [InlineData("name", "best,good,nan,none1,none2,same")]
    [InlineData("started_at asc", "best,good,same,nan,none1,none2")]
    [InlineData("started_at desc", "none2,none1,nan,same,good,best")]
    [InlineData("status", "best,none2,none1,nan,same,good")]
    [InlineData("tags.team", "best,none2,none1,nan,same,good")]
    [InlineData("ended_at desc", "best,none2,none1,nan,same,good")]
    public async Task The_list_is_sorted_and_paged_in_any_order_with_NaN_and_missing_last(string order, string expected)
    {
        foreach (var (name, auc, depth) in new (string, double?, string?)[] { ("best", 0.9, "8"), ("good", 0.8, "6"), ("same", 0.8 - 1e-9, null), ("nan", double.NaN, null), ("none1", null, null), ("none2", null, null) })
        {
            var run = await _host.Run(name);
            await _host.Log(run.RunId, new LogBatch(auc is null ? null : [new("auc", auc.Value), new("other", 1)], depth is null ? null : Map("depth", depth)));
            if (name == "best") await _host.Patch($"{Runs}/{run.RunId}", new UpdateRun("finished", Tags: Change(("team", "crm"))));
        }

        foreach (var size in new[] { 1, 2, 4, 100 })
        foreach (var experiment in new[] { "", "&experiment=0" })
        {
            var seen = new List<string>();
            string? token = null;
            do
            {
                var page = await _host.Get<Page<RunWire>>($"{Runs}?limit={size}&order_by={Uri.EscapeDataString(order)}{experiment}{(token is null ? "" : $"&page_token={token}")}");
                page.Items.Count.ShouldBeLessThanOrEqualTo(size);
                seen.AddRange(page.Items.Select(run => run.Name));
                token = page.NextPageToken;
            }
            while (token is not null);

            string.Join(',', seen).ShouldBe(expected, $"pages of {size}{experiment}");
        }
    }

    [Theory]
    [InlineData("metrics.auc desc", "b9,a8,c8,b7,a5,c-nan,a-none")]
    [InlineData("metrics.auc asc", "a5,b7,a8,c8,b9,c-nan,a-none")]
    public async Task Runs_of_several_experiments_are_one_list_by_a_metric_and_a_deleted_experiment_is_not_in_it(string order, string expected)
    {
        var experiments = await Experiments("abcd");
        foreach (var (name, auc) in new (string, double?)[] { ("a-none", null), ("c-nan", double.NaN), ("c8", 0.8), ("a8", 0.8), ("b9", 0.9), ("a5", 0.5), ("b7", 0.7), ("d99", 0.99) })
        {
            var run = await _host.Run(name, experiments[name[0]]);
            if (auc is { } value) await _host.Log(run.RunId, new LogBatch([new("auc", value)]));
        }

        await _host.Http.DeleteAsync($"/api/v1/experiments/{experiments['d']}");
        await ShouldBeInOrder(order, expected);
    }

    [Theory]
    [InlineData("params.kind asc", "b10,c8,a8,b8,a-long2,b-long1,a-fffd,c-smile,a-none")]
    [InlineData("params.kind desc", "c-smile,a-fffd,a-long2,b-long1,c8,a8,b8,b10,a-none")]
    public async Task By_a_param_equal_values_are_the_newest_first_and_of_long_ones_the_beginning_counts(string order, string expected)
    {
        var experiments = await Experiments("abc");
        foreach (var (name, kind) in new[] { ("a-none", null), ("b8", "8"), ("a8", "8"), ("c8", "8"), ("b10", "10"), ("a-fffd", "\ufffd"), ("c-smile", "\U0001f600"), ("b-long1", new string('x', 5_999) + "1"), ("a-long2", new string('x', 5_999) + "2") })
        {
            var run = await _host.Run(name, experiments[name[0]]);
            if (kind is not null) await _host.Log(run.RunId, new LogBatch(Params: Map("kind", kind)));
        }

        await ShouldBeInOrder(order, expected);
    }

    [Theory]
    [InlineData("metrics.auc desc", "&name=x", "bx9,cx-nan,ax-none")]
    [InlineData("metrics.auc desc", "&status=failed", "bx9,c8,ax-none")]
    [InlineData("params.kind asc", "&name=X", "bx9,ax-none,cx-nan")]
    [InlineData("params.kind desc", "&name=nobody", "")]
    [InlineData("metrics.auc asc", "&status=failed&name=x&experiment=experiment-b", "bx9")]
    public async Task What_a_filter_leaves_is_sorted_and_paged_as_all_are(string order, string filter, string expected)
    {
        var experiments = await Experiments("abc");
        foreach (var (name, auc, kind, failed) in new (string, double?, string?, bool)[] { ("b7", 0.7, "7", false), ("cx-nan", double.NaN, null, false), ("c8", 0.8, "8", true), ("ax-none", null, "9", true), ("bx9", 0.9, "10", true) })
        {
            var run = await _host.Run(name, experiments[name[0]]);
            await _host.Log(run.RunId, new LogBatch(auc is { } value ? [new("auc", value)] : null, kind is null ? null : Map("kind", kind)));
            if (failed) await _host.Patch($"{Runs}/{run.RunId}", new UpdateRun("failed"));
        }

        await ShouldBeInOrder(order, expected, filter);
    }

    [Fact]
    public async Task What_a_filter_leaves_is_sorted_also_when_it_is_more_than_a_thousand_runs()
    {
        var experiments = (await Experiments("ab")).Values.ToList();
        await Parallel.ForEachAsync(Enumerable.Range(0, 1_010), async (at, _) =>
        {
            var run = await _host.Run($"many-{at}", experiments[at % 2]);
            await _host.Log(run.RunId, new LogBatch([new("auc", at)]));
        });
        await _host.Log((await _host.Run("other")).RunId, new LogBatch([new("auc", 2_000)]));

        (await Names("?name=MANY&order_by=metrics.auc%20desc&limit=3")).ShouldBe(["many-1009", "many-1008", "many-1007"]);
        (await Names("?name=many&status=running&order_by=metrics.auc&limit=3")).ShouldBe(["many-0", "many-1", "many-2"]);
    }

    [Theory]
    [InlineData("metrics.auc > 0.7", "c9,a8")]
    [InlineData("metrics.auc > 0.7 AND params.depth = '6'", "a8")]
    [InlineData("tags.team LIKE 'c%' and attributes.run_name != 'a8'", "c9")]
    [InlineData("status = 'failed'", "b7")]
    [InlineData("status = 'FAILED'", "b7")]
    [InlineData("status LIKE 'RUN%' AND metrics.auc <= 0.8", "a8")]
    [InlineData("start_time > 0", "c9,b7,a8")]
    [InlineData("params.depth IN ('6')", null)]
    [InlineData("metrics.none > 0", "")]
    [InlineData("", "c9,b7,a8")]
    public async Task The_list_and_the_count_take_a_filter_as_MLflow_writes_it(string filter, string? expected)
    {
        foreach (var (name, auc, depth, team) in new[] { ("a8", 0.8, "6", "crm"), ("b7", 0.7, "7", "web"), ("c9", 0.9, "7", "core") })
        {
            var run = await _host.Run(name);
            await _host.Log(run.RunId, new LogBatch([new("auc", auc)], Map("depth", depth), Map("team", team)));
            if (name == "b7") await _host.Patch($"{Runs}/{run.RunId}", new UpdateRun("failed"));
        }

        var query = $"?filter={Uri.EscapeDataString(filter)}";
        if (expected is null)
        {
            await _host.Http.GetAsync($"{Runs}{query}").ShouldBeProblem(HttpStatusCode.BadRequest, "run.filter-invalid");
            await _host.Http.GetAsync($"{Runs}/count{query}").ShouldBeProblem(HttpStatusCode.BadRequest, "run.filter-invalid");
            return;
        }

        string.Join(',', await Names(query)).ShouldBe(expected);
        string.Join(',', (await Names($"{query}&order_by=metrics.auc%20desc")).Order(StringComparer.Ordinal)).ShouldBe(string.Join(',', expected.Split(',').Order(StringComparer.Ordinal)));
        (await _host.Get<RunCountWire>($"{Runs}/count{query}")).ShouldBe(new(expected.Split(',', StringSplitOptions.RemoveEmptyEntries).Length, More: false));
    }

    [Theory]
    [InlineData("metrics.auc > 0.8 AND params.depth = 6", "from character 23 on (params.depth = 6)", "quoted string")]
    [InlineData("metrics.auc > 'x'", "from character 1 on", "numeric value")]
    [InlineData("color.auc > 0.8", "from character 1 on", "'color'")]
    [InlineData("metrics.auc > 0.8 OR metrics.auc < 0.1", "from character 19 on", "'OR'")]
    [InlineData("tags.team = 'crm", "from character 13 on", "no end")]
    [InlineData("colour = 'red'", "from character 1 on", "'colour'")]
    public async Task A_filter_that_cannot_be_followed_is_refused_with_its_place(string filter, string place, string reason)
    {
        var detail = await _host.Http.GetAsync($"{Runs}?filter={Uri.EscapeDataString(filter)}").ShouldBeProblem(HttpStatusCode.BadRequest, "run.filter-invalid");
        detail.ShouldContain(place);
        detail.ShouldContain(reason);
    }

    [Fact]
    public async Task Counting_stops_where_it_is_asked_to_and_says_whether_there_are_more()
    {
        await _host.Post("/api/v1/experiments", new CreateExperiment("gone"));
        for (var at = 0; at < 3; at++) await _host.Run($"r{at}");
        await _host.Run("other", "1");

        (await _host.Get<RunCountWire>($"{Runs}/count")).ShouldBe(new(4, More: false));
        (await _host.Get<RunCountWire>($"{Runs}/count?most=4")).ShouldBe(new(4, More: false));
        (await _host.Get<RunCountWire>($"{Runs}/count?most=3")).ShouldBe(new(3, More: true));
        (await _host.Get<RunCountWire>($"{Runs}/count?experiment=0&name=R&status=running")).ShouldBe(new(3, More: false));
        await _host.Http.DeleteAsync("/api/v1/experiments/1");
        (await _host.Get<RunCountWire>($"{Runs}/count")).ShouldBe(new(3, More: false));
        (await _host.Get<RunCountWire>($"{Runs}/count?view=deleted")).ShouldBe(new(1, More: false));
        (await _host.Get<RunCountWire>($"{Runs}/count?view=all&most=9223372036854775807")).ShouldBe(new(4, More: false));
        await _host.Http.GetAsync($"{Runs}/count?most=0").ShouldBeProblem(HttpStatusCode.BadRequest, "request.limit");
        await _host.Http.GetAsync($"{Runs}/count?experiment=none").ShouldBeProblem(HttpStatusCode.NotFound, "experiment.unknown");
        (await TrackingHost.Read<RunCountWire>(await _host.Neighbour.GetAsync($"{Runs}/count?view=all"))).Count.ShouldBe(0);
    }

    [Fact]
    public async Task The_list_brings_only_the_metrics_params_and_tags_that_are_wanted()
    {
        var run = await _host.Run("a");
        await _host.Log(run.RunId, new LogBatch([new("auc", 0.8, 3), new("loss", 1, 2)], new Dictionary<string, string>(StringComparer.Ordinal) { ["depth"] = "6", ["eta"] = "0.1" }, Map("team", "crm")));

        var some = (await _host.Get<Page<RunWire>>($"{Runs}?metrics=auc,%20nothing&params=none&tags=team")).Items.Single();
        some.Metrics.ShouldBe(new Dictionary<string, double>(StringComparer.Ordinal) { ["auc"] = 0.8 });
        some.Steps!["auc"].ShouldBe(3);
        some.Steps.Count.ShouldBe(1);
        some.Params.ShouldBeEmpty();
        some.Tags.ShouldBe(Map("team", "crm"));
        var all = (await _host.Get<Page<RunWire>>($"{Runs}?params=eta")).Items.Single();
        (all.Metrics.Count, all.Params.Count, all.Tags.Count).ShouldBe((2, 1, 2));
        await _host.Http.GetAsync($"{Runs}?tags={string.Join(',', Enumerable.Range(0, 101))}").ShouldBeProblem(HttpStatusCode.BadRequest, "run.values-too-many");
    }

    [Fact]
    public async Task A_page_token_is_good_for_its_order_only()
    {
        await _host.Run();
        await _host.Run();
        var token = (await _host.Get<Page<RunWire>>($"{Runs}?limit=1")).NextPageToken;

        await _host.Http.GetAsync($"{Runs}?limit=1&order_by=name&page_token={token}").ShouldBeProblem(HttpStatusCode.BadRequest, "request.page-token");
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

    private async Task<IEnumerable<string>> Names(string query) => (await _host.Get<Page<RunWire>>(Runs + query)).Items.Select(run => run.Name);

    private async Task<IReadOnlyDictionary<char, string>> Experiments(string names)
    {
        var experiments = new Dictionary<char, string>();
        foreach (var name in names)
        {
            await _host.Post("/api/v1/experiments", new CreateExperiment($"experiment-{name}"));
            experiments[name] = (await _host.Get<ExperimentWire>($"/api/v1/experiments/experiment-{name}")).ExperimentId;
        }

        return experiments;
    }

    private async Task ShouldBeInOrder(string order, string expected, string filter = "")
    {
        foreach (var size in new[] { 1, 2, 3, 100 })
        {
            var seen = new List<string>();
            string? token = null;
            do
            {
                var page = await _host.Get<Page<RunWire>>($"{Runs}?limit={size}&order_by={Uri.EscapeDataString(order)}{filter}{(token is null ? "" : $"&page_token={token}")}");
                seen.AddRange(page.Items.Select(run => run.Name));
                token = page.NextPageToken;
            }
            while (token is not null);

            string.Join(',', seen).ShouldBe(expected, $"pages of {size}");
        }
    }

    private static Dictionary<string, string?> Change(params (string Key, string? Value)[] tags) => tags.ToDictionary(tag => tag.Key, tag => tag.Value, StringComparer.Ordinal);

    private static Dictionary<string, string> Map(string key, string value) => new(StringComparer.Ordinal) { [key] = value };
}
