using System.Net;
using Cairn.Client.Wire;

namespace Cairn.Api.Tests.Tracking;

public sealed class RunListOnSqlite : RunListTests
{
    protected override bool Postgres => false;
}

public sealed class RunListOnPostgres : RunListTests
{
    protected override bool Postgres => true;
}

public abstract class RunListTests : TrackingOn
{
    private const string Runs = "/api/v1/runs";

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
