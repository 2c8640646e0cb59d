using System.Net;
using Cairn.Client.Wire;

namespace Cairn.Api.Tests.Tracking;

public sealed class RunGroupsOnSqlite : RunGroupTests
{
    protected override bool Postgres => false;
}

public sealed class RunGroupsOnPostgres : RunGroupTests
{
    protected override bool Postgres => true;
}

public abstract class RunGroupTests : TrackingOn
{
    [Fact]
    public async Task Groups_are_those_that_a_count_by_hand_gives_the_largest_first()
    {
        var dice = new Random(7);
        var made = new List<(string? Depth, double? Auc)>();
        for (var n = 0; n < 60; n++)
        {
            var run = await _host.Run();
            var depth = dice.Next(5) is var d and < 4 ? d.ToString(System.Globalization.CultureInfo.InvariantCulture) : null;
            double? auc = dice.Next(6) switch { 0 => null, 1 => double.NaN, 2 => double.PositiveInfinity, _ => dice.NextDouble() };
            await _host.Log(run.RunId, new LogBatch(auc is { } value ? [new("auc", value)] : null, depth is null ? null : new Dictionary<string, string>(StringComparer.Ordinal) { ["depth"] = depth })).ShouldSucceed();
            made.Add((depth, auc));
        }

        var groups = (await _host.Get<Page<RunGroupWire>>("/api/v1/runs/groups?by=params.depth&metric=auc")).Items;

        groups.Select(group => group.Runs).ShouldBe(groups.Select(group => group.Runs).OrderDescending());
        groups.Count.ShouldBe(5);
        foreach (var group in groups)
        {
            var own = made.Where(run => run.Depth == group.Value).ToList();
            var values = own.Select(run => run.Auc).OfType<double>().Where(double.IsFinite).ToList();
            (group.Runs, group.Measured, group.Min, group.Max).ShouldBe((own.Count, values.Count, values.Min(), values.Max()));
            group.Mean!.Value.ShouldBe(values.Average(), 1e-12);
        }
    }

    [Fact]
    public async Task By_experiment_status_user_and_tag_with_the_filters_of_a_list_and_page_by_page()
    {
        var experiment = await TrackingHost.Read<ExperimentWire>(await _host.Post("/api/v1/experiments", new CreateExperiment("team/churn")));
        foreach (var (name, place) in new[] { ("a", "0"), ("b", experiment.ExperimentId), ("c", experiment.ExperimentId) }) await _host.Log((await _host.Run(name, place)).RunId, new LogBatch(Tags: new Dictionary<string, string>(StringComparer.Ordinal) { ["team"] = name })).ShouldSucceed();

        (await Groups("by=experiment")).ShouldBe([$"{experiment.ExperimentId} team/churn 2", "0 Default 1"]);
        (await Groups("by=status")).ShouldBe(["running  3"]);
        (await Groups("by=user&under=team")).ShouldBe(["local-admin  2"]);
        (await Groups("by=tags.team&filter=tags.team%20!=%20%27b%27")).ShouldBe(["a  1", "c  1"]);
        (await Groups("by=tags.team&view=deleted")).ShouldBeEmpty();
        var first = await _host.Get<Page<RunGroupWire>>("/api/v1/runs/groups?by=tags.team&limit=2");
        var second = await _host.Get<Page<RunGroupWire>>($"/api/v1/runs/groups?by=tags.team&limit=2&page_token={first.NextPageToken}");
        first.Items.Concat(second.Items).Select(group => group.Value).ShouldBe(["a", "b", "c"]);
        (await TrackingHost.Read<Page<RunGroupWire>>(await _host.Neighbour.GetAsync("/api/v1/runs/groups?by=status"))).Items.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("")]
    [InlineData("by=depth")]
    [InlineData("by=params.")]
    [InlineData("by=metrics.auc")]
    public async Task What_runs_cannot_be_grouped_by_is_refused(string query) => await _host.Http.GetAsync($"/api/v1/runs/groups?{query}").ShouldBeProblem(HttpStatusCode.BadRequest, "run.group-invalid");

    private async Task<IEnumerable<string>> Groups(string query) => (await _host.Get<Page<RunGroupWire>>($"/api/v1/runs/groups?{query}")).Items.Select(group => $"{group.Value} {group.ExperimentName} {group.Runs}");
}
