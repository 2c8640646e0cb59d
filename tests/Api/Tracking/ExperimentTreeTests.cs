using System.Net;
using Cairn.Client.Wire;

namespace Cairn.Api.Tests.Tracking;

public sealed class ExperimentTreeOnSqlite : ExperimentTreeTests
{
    protected override bool Postgres => false;
}

public sealed class ExperimentTreeOnPostgres : ExperimentTreeTests
{
    protected override bool Postgres => true;
}

public abstract class ExperimentTreeTests : TrackingOn
{
    [Fact]
    public async Task Names_are_paths_and_each_level_counts_what_is_below_it()
    {
        foreach (var (name, runs) in new[] { ("team/churn", 1), ("team/churn/2026", 2), ("team/churn-old", 1), ("team/fraud/a/b", 3), ("teams", 0), ("/Users/ada/x", 1), ("gone/one", 0) }) await Make(name, runs);
        await _host.Http.DeleteAsync("/api/v1/experiments/gone%2Fone").ShouldSucceed();

        (await Level("")).ShouldBe(["/Users|/Users|-|1|0|1", "Default|Default|id|0|0|0", "team|team|-|4|0|7", "teams|teams|id|0|0|0"]);
        (await Level("team")).ShouldBe(["churn|team/churn|id|1|1|3", "churn-old|team/churn-old|id|0|1|1", "fraud|team/fraud|-|1|0|3"]);
        (await Level("team/fraud/")).ShouldBe(["a|team/fraud/a|-|1|0|3"]);
        (await Level("/Users")).ShouldBe(["ada|/Users/ada|-|1|0|1"]);
        (await Level("nothing")).ShouldBeEmpty();
        (await TrackingHost.Read<Page<ExperimentNodeWire>>(await _host.Neighbour.GetAsync("/api/v1/experiment-tree"))).Items.Select(node => node.Name).ShouldBe(["Default"]);
    }

    [Fact]
    public async Task The_runs_of_a_path_are_those_of_all_below_it_in_every_order()
    {
        foreach (var (name, runs) in new[] { ("team", 1), ("team/churn", 2), ("team-b", 1), ("other", 1) }) await Make(name, runs);
        foreach (var run in (await _host.Get<Page<RunWire>>("/api/v1/runs")).Items) await _host.Log(run.RunId, new LogBatch([new("auc", run.StartedAt % 97)])).ShouldSucceed();

        foreach (var order in new[] { "started_at%20desc", "metrics.auc", "name", "params.none" })
            string.Join(',', (await _host.Get<Page<RunWire>>($"/api/v1/runs?under=team&order_by={order}")).Items.Select(run => run.ExperimentName).Order(StringComparer.Ordinal)).ShouldBe("team,team/churn,team/churn", order);
        (await _host.Get<RunCountWire>("/api/v1/runs/count?under=team/churn/")).Count.ShouldBe(2);
        (await _host.Get<RunCountWire>("/api/v1/runs/count?under=nothing")).Count.ShouldBe(0);
        (await _host.Get<ExperimentWire>("/api/v1/experiments/team%2Fchurn")).Name.ShouldBe("team/churn");
    }

    [Fact]
    public async Task A_level_comes_page_by_page()
    {
        foreach (var name in new[] { "a", "b/x", "b/y", "c" }) await Make(name, 0);

        var first = await _host.Get<Page<ExperimentNodeWire>>("/api/v1/experiment-tree?limit=3");
        var second = await _host.Get<Page<ExperimentNodeWire>>($"/api/v1/experiment-tree?limit=3&page_token={first.NextPageToken}");

        first.Items.Concat(second.Items).Select(node => node.Path).ShouldBe(["Default", "a", "b", "c"]);
        second.NextPageToken.ShouldBeNull();
    }

    [Theory]
    [InlineData("team", "org/team", "org/team|org/team/churn|org/team/churn/2026|teams")]
    [InlineData("team", "team/old", "team/old|team/old/churn|team/old/churn/2026|teams")]
    [InlineData("team/churn", "team", "refused")] // team is there
    [InlineData("team/churn", "c", "c|c/2026|team|teams")]
    public async Task A_path_moves_with_all_below_it_or_not_at_all(string from, string to, string after)
    {
        foreach (var name in new[] { "team", "team/churn", "team/churn/2026", "teams" }) await Make(name, 0);

        using var answer = await _host.Post("/api/v1/experiment-tree/move", new MoveExperiments(from, to));

        if (after == "refused") answer.StatusCode.ShouldBe(HttpStatusCode.Conflict);
        else answer.StatusCode.ShouldBe(HttpStatusCode.OK, await answer.Content.ReadAsStringAsync());
        var names = (await _host.Get<Page<ExperimentWire>>("/api/v1/experiments?limit=100")).Items.Select(experiment => experiment.Name).Where(name => name != "Default").Order(StringComparer.Ordinal);
        string.Join('|', names).ShouldBe(after == "refused" ? "team|team/churn|team/churn/2026|teams" : after);
    }

    [Fact]
    public async Task What_cannot_be_moved_is_refused()
    {
        await Make("team/churn", 0);

        await _host.Post("/api/v1/experiment-tree/move", new MoveExperiments("tea", "x")).ShouldBeProblem(HttpStatusCode.NotFound, "experiment.unknown");
        await _host.Post("/api/v1/experiment-tree/move", new MoveExperiments("team", "")).ShouldBeProblem(HttpStatusCode.BadRequest, "experiment.name-invalid");
        await _host.Post("/api/v1/experiment-tree/move", new MoveExperiments("team", new string('x', 498))).ShouldBeProblem(HttpStatusCode.BadRequest, "experiment.name-invalid");
        (await _host.Neighbour.PostAsync("/api/v1/experiment-tree/move", System.Net.Http.Json.JsonContent.Create(new { from = "team", to = "x" }))).StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    private async Task Make(string name, int runs)
    {
        var experiment = await TrackingHost.Read<ExperimentWire>(await _host.Post("/api/v1/experiments", new CreateExperiment(name)));
        for (var run = 0; run < runs; run++) await _host.Run(experiment: experiment.ExperimentId);
    }

    private async Task<IEnumerable<string>> Level(string prefix) => (await _host.Get<Page<ExperimentNodeWire>>($"/api/v1/experiment-tree?prefix={Uri.EscapeDataString(prefix)}")).Items
        .Select(node => $"{node.Name}|{node.Path}|{(node.ExperimentId is null ? "-" : "id")}|{node.Experiments}|{node.Runs}|{node.RunsBelow}");
}
