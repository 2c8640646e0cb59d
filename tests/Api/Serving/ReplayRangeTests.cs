using System.Net;
using System.Text.Json;
using Cairn.Client;
using Cairn.Client.Wire;
using Cairn.Storage;
using Microsoft.Extensions.DependencyInjection;

namespace Cairn.Api.Tests.Serving;

public class ReplayRangeTests
{
    private static readonly DateTimeOffset Monday = new(2026, 11, 23, 0, 0, 0, TimeSpan.Zero);

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    private static IEnumerable<(DateTimeOffset, string)> Asked(int count, TimeSpan every) => Enumerable.Range(0, count)
        .Select(i => (Monday + (i * every), $$"""{"age": {{20 + (i % 60)}}, "cups": {{i % 9}}, "roast": "dark", "member": true}"""));

    private static long Micros(DateTimeOffset time) => (time - DateTimeOffset.UnixEpoch).Ticks / 10;

    private static async Task<(FlowRunWire Run, ReplayResultWire Result)> Replay(ServingHost host, ReplayRange range)
    {
        var run = await host.Client.WaitForFlowRunAsync((await host.Client.ReplayRangeAsync("coffee", range, Cancelled)).FlowRunId, cancellation: Cancelled);
        run.State.ShouldBe("succeeded", run.Message);
        return (run, run.Result!.Value.Deserialize<ReplayResultWire>(CairnJson.Options)!);
    }

    [Fact]
    public async Task All_of_a_period_are_replayed_a_stretch_at_a_time()
    {
        await using var host = await ServingHost.Start();
        await host.Deploy("coffee");
        await host.LogAt("coffee", Asked(600, TimeSpan.FromMinutes(1)));

        var (all, everything) = await Replay(host, new());
        var (_, twoHours) = await Replay(host, new(Micros(Monday.AddHours(1)), Micros(Monday.AddHours(3))));
        var (_, oneMillisecond) = await Replay(host, new(Micros(Monday), Micros(Monday) + 1));

        everything.Results.ShouldBe(new Dictionary<string, long>(StringComparer.Ordinal) { ["same"] = 600 });
        (everything.Seen, everything.Replayed, everything.Clean).ShouldBe((600, 600, true));
        all.Tasks.Select(task => task.Name).ShouldBe([.. Enumerable.Range(0, 10).Select(hour => $"2026-11-23 {hour:00}:00"), "sum"]);
        (twoHours.Replayed, oneMillisecond.Replayed).ShouldBe((120, 1));
        var version = everything.Versions.ShouldHaveSingleItem();
        (version.Variant, version.Model, version.Version, version.Evaluator).ShouldBe(("champion", "coffee", 1, 1));
    }

    [Fact]
    public async Task Each_version_is_counted_apart_and_what_differs_is_named()
    {
        await using var host = await ServingHost.Start();
        await host.Deploy("coffee");
        var first = await host.LogAt("coffee", Asked(300, TimeSpan.FromSeconds(1)));
        await host.Promote("coffee", await host.Register("coffee", seed: 2));
        await host.Deployments.WaitUntilServes(Kernel.WorkspaceId.Default, "coffee", 2, Cancelled);
        await host.LogAt("coffee", Asked(200, TimeSpan.FromSeconds(1)));
        await host.LogAt("coffee", [(Monday, CoffeeModel.Row)], sealedBytes: [1]);
        await host.Flip(first[7], LogEditing.ProbabilityAt, bits: 2);
        await host.Flip(first[199], LogEditing.FeaturesAt, bits: 2);
        await host.AlterPackage(2, "coffee");

        var (_, result) = await Replay(host, new());

        result.Results.ShouldBe(new Dictionary<string, long>(StringComparer.Ordinal) { ["same"] = 298, ["different"] = 2, ["package-refused"] = 201 }, ignoreOrder: true);
        result.Clean.ShouldBeFalse();
        result.Versions.Select(v => (v.Version, v.Results.Values.Sum())).ShouldBe([(1, 300), (2, 201)]);
        result.Differences.Count.ShouldBe(ReplayResultWire.MostDifferences);
        result.Differences.Select(d => d.PredictionId).ShouldBeInOrder();
        result.Differences.Where(d => d.Result == "different").Select(d => d.PredictionId).ShouldBe([first[7]]); // the other comes after the first hundred
    }

    [Fact]
    public async Task A_sample_is_about_as_large_as_asked_and_always_the_same()
    {
        await using var host = await ServingHost.Start();
        await host.Deploy("coffee");
        await host.LogAt("coffee", Asked(5000, TimeSpan.FromSeconds(1)));

        var (_, sample) = await Replay(host, new(Sample: 1000, Fresh: true));
        var (_, again) = await Replay(host, new(Sample: 1000, Fresh: true));

        sample.Seen.ShouldBe(5000);
        sample.Replayed.ShouldBeInRange(850, 1150);
        again.Replayed.ShouldBe(sample.Replayed);
    }

    [Fact]
    public async Task A_replay_that_stopped_goes_on_where_it_was()
    {
        await using var host = await ServingHost.Start();
        await host.Deploy("coffee");
        var ids = await host.LogAt("coffee", Asked(300, TimeSpan.FromMinutes(1)));
        var (first, _) = await Replay(host, new(Sample: 300));
        await host.Services.GetRequiredService<Database>().Write(t =>
            t.Execute("UPDATE flow_runs SET state = 'interrupted'") + t.Execute("UPDATE task_runs SET state = 'pending' WHERE name IN ('2026-11-23 03:00', 'sum')"));
        foreach (var id in (string[])[ids[10], ids[200]]) await host.Flip(id, LogEditing.ProbabilityAt, bits: 1); // one in an hour that is done

        var other = await host.Client.ReplayRangeAsync("coffee", new(Sample: 299), Cancelled);
        await host.Client.WaitForFlowRunAsync(other.FlowRunId, cancellation: Cancelled);
        await host.Services.GetRequiredService<Database>().Write(t => t.Execute("DELETE FROM flow_runs WHERE flow_run_id = @id", new { id = other.FlowRunId }));
        var (again, result) = await Replay(host, new(Sample: 300));

        (other.FlowRunId == first.FlowRunId).ShouldBeFalse("another question is another run");
        again.FlowRunId.ShouldBe(first.FlowRunId);
        result.Differences.Select(d => d.PredictionId).ShouldBe([ids[200]]);
    }

    [Theory]
    [InlineData("tea", """{}""", HttpStatusCode.NotFound, "deployment.unknown")]
    [InlineData("coffee", """{}""", HttpStatusCode.NotFound, "period.empty")]
    [InlineData("coffee", """{"from": 2000, "to": 1000}""", HttpStatusCode.BadRequest, "period.invalid")]
    [InlineData("coffee", """{"sample": 0}""", HttpStatusCode.BadRequest, "replay.range-invalid")]
    public async Task What_cannot_be_replayed_is_refused_before_anything_starts(string deployment, string body, HttpStatusCode status, string code)
    {
        await using var host = await ServingHost.Start();
        await host.Deploy("coffee");

        var answer = await host.Post($"/api/v1/deployments/{deployment}/replay", body);

        answer.StatusCode.ShouldBe(status);
        (await ServingHost.ProblemOf(answer)).Code.ShouldBe(code);
        (await host.Client.ListFlowRunsAsync(cancellation: Cancelled)).Items.ShouldBeEmpty();
    }
}
