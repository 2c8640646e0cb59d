using System.Collections.Concurrent;
using System.Net;
using System.Text.Json;
using Cairn.Client;
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

    /// <summary>One entity asks in every row: whatever moves meanwhile, all rows of one request are by one version.</summary>
    [Fact]
    public async Task Weights_and_a_canarys_steps_that_change_under_load_fail_no_request_and_mix_no_versions()
    {
        await using var host = await VariantTests.Start(new() { MostInFlight = 0, CanaryPace = TimeSpan.FromMilliseconds(10) });
        using var stop = new CancellationTokenSource();
        var (failures, answers, requests) = (new ConcurrentQueue<string>(), new ConcurrentDictionary<long, ConcurrentDictionary<double, int>>(), 0);
        var clients = Enumerable.Range(0, 4).Select(client => Task.Run(async () =>
        {
            for (var guest = client; !stop.IsCancellationRequested; guest += 4)
            {
                var row = CoffeeModel.Row.Replace("{", $$"""{"guest": "g{{guest % 1000}}", """, StringComparison.Ordinal);
                var response = await host.Post("/api/v1/predict", $"[{string.Join(',', Enumerable.Repeat(row, 20))}]");
                Interlocked.Increment(ref requests);
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

        const string Steps = """[{"weight": 0.1, "min_seconds": 0, "min_rows": 20}, {"weight": 0.3, "min_seconds": 0, "min_rows": 20}, {"weight": 0.7, "min_seconds": 0, "min_rows": 20}]""";
        for (var i = 0; i < 6; i++)
        {
            foreach (var weight in (string[])["0.3", "0.05", "0.2"]) await VariantTests.Set(host, "b", $$"""{"version": 3, "weight": {{weight}}}""");
            await host.Client.StartCanaryAsync("coffee", JsonSerializer.Deserialize<CanarySettings>($$"""{"limits": {"different_decisions": null, "latency": null}, "version": 2, "steps": {{Steps}} }""", CairnJson.Options)!, Cancelled);
            await VariantTests.Until(async () => (await host.Client.GetCanaryAsync("coffee", Cancelled)).State == "waiting");
            if (i % 2 == 0)
            {
                await host.Client.AbortCanaryAsync("coffee", cancellation: Cancelled);
            }
            else
            {
                await host.Promote("coffee", 2);
                await VariantTests.Until(async () => (await host.Client.GetCanaryAsync("coffee", Cancelled)).State == "promoted");
                await host.Promote("coffee", 1);
            }
        }

        await stop.CancelAsync();
        await Task.WhenAll(clients);
        failures.ShouldBeEmpty();
        requests.ShouldBeGreaterThan(500);
        answers.Keys.Order().ShouldBe([1, 2, 3]);
        answers.Values.ShouldAllBe(scores => scores.Count == 1, "each version has one answer to this row, whoever asked when");
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
