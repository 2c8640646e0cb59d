using System.Collections.Concurrent;
using System.Net;
using Cairn.Client.Wire;
using Cairn.Kernel;

namespace Cairn.Api.Tests.Serving;

public class SwapTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_promotion_reaches_the_deployment_by_its_event()
    {
        await using var host = await ServingHost.Start();
        await host.Deploy("coffee", seed: 1);
        var version = await host.Register("coffee", seed: 2);

        await host.Promote("coffee", version);

        await Until(() => host.Deployments.Find(WorkspaceId.Default, "coffee")!.Version == version);
    }

    [Fact]
    public async Task Swaps_under_load_fail_no_request_and_mix_no_versions()
    {
        await using var host = await ServingHost.Start();
        await host.Deploy("coffee", seed: 1);
        var (first, second) = (1L, await host.Register("coffee", seed: 2));
        using var stop = new CancellationTokenSource();
        var failures = new ConcurrentQueue<string>();
        var answers = new ConcurrentDictionary<long, ConcurrentDictionary<double, int>>();
        var body = $"[{string.Join(',', Enumerable.Repeat(CoffeeModel.Row, 20))}]";

        var clients = Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
            {
                var response = await host.Post("/api/v1/predict", body);
                if (response.StatusCode != HttpStatusCode.OK)
                {
                    failures.Enqueue(await response.Content.ReadAsStringAsync());
                    continue;
                }

                var predictions = (await ServingHost.Read<PredictionsWire>(response)).Predictions;
                if (predictions.Select(p => p.Version).Distinct().Count() > 1) failures.Enqueue("two versions in one answer");
                foreach (var p in predictions) answers.GetOrAdd(p.Version, _ => new())[p.Probability] = 1;
            }
        })).ToList();

        for (var i = 0; i < 20; i++)
        {
            var version = i % 2 == 0 ? second : first;
            await host.Promote("coffee", version);
            (await host.Deployments.WaitUntilServes(WorkspaceId.Default, "coffee", version, Cancelled)).Refusal.ShouldBeNull();
            await Task.Delay(20);
        }

        await stop.CancelAsync();
        await Task.WhenAll(clients);
        failures.ShouldBeEmpty();
        answers.Keys.Order().ShouldBe([first, second]);
        answers.Values.ShouldAllBe(scores => scores.Count == 1, "each version has one answer to this row, whoever asked when");
        answers[first].Keys.Single().ShouldNotBe(answers[second].Keys.Single());
    }

    [Fact]
    public async Task An_altered_package_stays_out_and_the_old_one_goes_on_serving()
    {
        await using var host = await ServingHost.Start();
        await host.Deploy("coffee", seed: 1);
        var altered = await host.Register("coffee", seed: 2);
        await host.AlterPackage(altered, "coffee");

        await host.Promote("coffee", altered);
        var waited = await host.Deployments.WaitUntilServes(WorkspaceId.Default, "coffee", altered, Cancelled);

        waited.Refusal.ShouldBeOfType<Refusal.Conflict>().Code.ShouldBe("deployment.version-not-served");
        var shown = await ServingHost.Read<DeploymentWire>(await host.Http.GetAsync("/api/v1/deployments/coffee", Cancelled));
        shown.Version.ShouldBe(1);
        shown.Problem!.ShouldContain("Version 1 goes on serving");
        (await ServingHost.Read<PredictionWire>(await host.Post("/api/v1/predict", CoffeeModel.Row))).Version.ShouldBe(1);

        await host.Promote("coffee", 1);
        (await host.Deployments.WaitUntilServes(WorkspaceId.Default, "coffee", 1, Cancelled)).Refusal.ShouldBeNull();
        await Until(() => host.Deployments.Find(WorkspaceId.Default, "coffee")!.Problem is null);
    }

    [Fact]
    public async Task Waiting_for_a_version_that_is_not_champion_says_who_is()
    {
        await using var host = await ServingHost.Start();
        await host.Deploy("coffee", seed: 1);
        var other = await host.Register("coffee", seed: 2);

        var waited = await host.Deployments.WaitUntilServes(WorkspaceId.Default, "coffee", other, Cancelled);

        waited.Refusal!.Code.ShouldBe("deployment.version-not-champion");
    }

    [Fact]
    public async Task After_a_restart_the_champion_serves_from_the_first_request_on()
    {
        var first = await ServingHost.Start();
        await first.Deploy("coffee", seed: 1);
        var before = await ServingHost.Read<PredictionWire>(await first.Post("/api/v1/predict", CoffeeModel.Row));
        await first.Stop();

        await using var second = await ServingHost.Start(first.Home);

        var after = await ServingHost.Read<PredictionWire>(await second.Post("/api/v1/predict", CoffeeModel.Row));
        (after with { PredictionId = "" }).ShouldBe(before with { PredictionId = "" });
        (after.PredictionId == before.PredictionId).ShouldBeFalse();
    }

    [Fact]
    public async Task A_package_altered_while_the_server_was_down_is_found_at_the_start()
    {
        var first = await ServingHost.Start();
        await first.Deploy("coffee", seed: 1);
        await first.AlterPackage(1, "coffee");
        await first.Stop();

        await using var second = await ServingHost.Start(first.Home);

        (await second.Post("/api/v1/predict", CoffeeModel.Row)).StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        second.Deployments.Find(WorkspaceId.Default, "coffee")!.Problem!.ShouldContain("Nothing is served");
    }

    private static async Task Until(Func<bool> condition)
    {
        for (var i = 0; i < 500 && !condition(); i++) await Task.Delay(20);
        condition().ShouldBeTrue();
    }
}
