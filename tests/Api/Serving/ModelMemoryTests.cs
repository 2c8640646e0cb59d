using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using Cairn.Access;
using Cairn.Client.Wire;
using Cairn.Kernel;
using Cairn.Serving.Live;

namespace Cairn.Api.Tests.Serving;

public class ModelMemoryTests
{
    // Less than two models take, so that one in memory is one too many for the next.
    private const long Little = 12_000;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Two_models_that_do_not_fit_together_answer_by_turns_with_the_bits_they_have_when_they_do()
    {
        await using var roomy = await ServingHost.Start();
        await using var host = await Start();
        foreach (var one in new[] { roomy, host })
        {
            await one.Deploy("coffee", seed: 1);
            await one.Deploy("tea", "tea", seed: 2);
        }

        foreach (var name in new[] { "coffee", "tea", "coffee", "tea", "tea", "coffee" })
            BitConverter.DoubleToInt64Bits((await Predict(host, name)).Probability).ShouldBe(BitConverter.DoubleToInt64Bits((await Predict(roomy, name)).Probability));

        var memory = await Memory(host);
        memory.Evictions.ShouldBeGreaterThanOrEqualTo(4);
        (memory.Loaded, memory.Bound).ShouldBe((1, Little));
        memory.Bytes.ShouldBeInRange(1, Little);
        (await Memory(roomy)).Evictions.ShouldBe(0);
        (await States(host)).ShouldBe([("coffee", DeploymentMemoryWire.Loaded), ("tea", DeploymentMemoryWire.NotLoaded)]);
    }

    [Fact]
    public async Task Many_who_ask_for_a_sleeping_model_at_once_wait_for_a_single_load()
    {
        await using var host = await Start();
        await host.Deploy("coffee", seed: 1);
        await host.Deploy("tea", "tea", seed: 2);
        var loads = (await Memory(host)).Loads;

        var answers = await Task.WhenAll(Enumerable.Range(0, 60).Select(_ => Predict(host, "coffee")));

        answers.Select(answer => answer.Probability).Distinct().Count().ShouldBe(1);
        (await Memory(host)).Loads.ShouldBe(loads + 1);
    }

    [Fact]
    public async Task All_of_many_deployments_answer_at_once_though_few_fit()
    {
        await using var host = await Start();
        var names = Enumerable.Range(0, 12).Select(i => $"coffee-{i:00}").ToList();
        foreach (var (i, name) in names.Index()) await host.Deploy(name, name, seed: i);
        var alone = new Dictionary<string, double>(StringComparer.Ordinal);
        foreach (var name in names) alone[name] = (await Predict(host, name)).Probability;
        alone.Values.Distinct().Count().ShouldBe(names.Count);

        var asked = Enumerable.Range(0, 240).Select(i => names[i * 7 % names.Count]).ToList();
        var answers = await Task.WhenAll(asked.Select(name => Predict(host, name)));

        answers.Select(answer => answer.Probability).ShouldBe(asked.Select(name => alone[name]));
        (await Memory(host)).Bytes.ShouldBeLessThanOrEqualTo(Little);
    }

    [Fact]
    public async Task Deployments_of_one_package_share_its_copy()
    {
        await using var host = await ServingHost.Start();
        await host.Deploy("first", seed: 1);
        await host.Deployments.Ensure(Caller.LocalAdmin, "second", "coffee", settings: null, Cancelled);
        await host.Deploy("third", "tea", seed: 1);

        (await Memory(host)).Loaded.ShouldBe(1);
        (await Predict(host, "third")).Probability.ShouldBe((await Predict(host, "first")).Probability);
    }

    [Fact]
    public async Task What_is_promoted_while_the_model_sleeps_is_loaded_and_checked_at_once_and_answers()
    {
        await using var host = await Start();
        await host.Deploy("coffee", seed: 1);
        await host.Deploy("tea", "tea", seed: 2);
        await Predict(host, "tea");
        var version = await host.Register("coffee", seed: 3);
        var before = await Memory(host);

        await host.Promote("coffee", version);

        await Until(async () => (await Memory(host)).Loads == before.Loads + 1);
        (await Predict(host, "coffee")).Version.ShouldBe(version);
        (await Memory(host)).Loads.ShouldBe(before.Loads + 1, "it was in memory before it was asked for");
    }

    [Fact]
    public async Task An_altered_package_that_is_promoted_while_the_model_sleeps_is_said_at_once()
    {
        await using var host = await Start();
        await host.Deploy("coffee", seed: 1);
        await host.Deploy("tea", "tea", seed: 2);
        await Predict(host, "tea");
        var altered = await host.Register("coffee", seed: 3);
        await host.AlterPackage(altered, "coffee");

        await host.Promote("coffee", altered);

        await Until(async () => (await States(host))[0] == ("coffee", DeploymentMemoryWire.Failed));
        host.Deployments.WithFailedChampion().ShouldBe(["coffee"]);
    }

    [Fact]
    public async Task A_model_that_cannot_be_loaded_again_says_why_is_not_tried_for_each_request_and_is_tried_later()
    {
        await using var host = await Start();
        await host.Deploy("coffee", seed: 1);
        await host.Deploy("tea", "tea", seed: 2);
        await Predict(host, "tea");
        var file = await host.AlterPackage(1, "coffee");

        var first = await host.Post("/api/v1/deployments/coffee/predict", CoffeeModel.Row);
        var loading = host.Get<LiveDeployments>().Find(WorkspaceId.Default, "coffee").Value;
        var storm = await Task.WhenAll(Enumerable.Range(0, 30).Select(_ => host.Post("/api/v1/deployments/coffee/predict", CoffeeModel.Row)));

        first.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        var problem = await ServingHost.ProblemOf(first);
        (problem.Code, problem.Detail.Contains("was altered on disk", StringComparison.Ordinal)).ShouldBe(("deployment.no-model", true));
        storm.ShouldAllBe(response => response.StatusCode == HttpStatusCode.ServiceUnavailable);
        loading.Problem!.ShouldContain("Nothing is served");
        (await Predict(host, "tea")).Model.ShouldBe("tea");

        await ServingHost.AlterFile(file);
        await Until(async () => (await host.Post("/api/v1/deployments/coffee/predict", CoffeeModel.Row)).IsSuccessStatusCode);
        loading.Problem.ShouldBeNull();
    }

    [Fact]
    public async Task What_serves_in_place_of_a_champion_that_could_not_be_loaded_stays_in_memory()
    {
        await using var host = await Start();
        await host.Deploy("coffee", seed: 1);
        var altered = await host.Register("coffee", seed: 3);
        await host.AlterPackage(altered, "coffee");
        await host.Promote("coffee", altered);
        (await host.Deployments.WaitUntilServes(WorkspaceId.Default, "coffee", altered, Cancelled)).Refusal!.Code.ShouldBe("deployment.version-not-served");

        await host.Deploy("tea", "tea", seed: 2);
        await host.Deploy("water", "water", seed: 4);
        foreach (var name in new[] { "tea", "water", "tea", "water" }) await Predict(host, name);

        (await Predict(host, "coffee")).Version.ShouldBe(1);
        (await States(host))[0].ShouldBe(("coffee", DeploymentMemoryWire.Loaded));
    }

    [Fact]
    public async Task A_model_larger_than_the_bound_serves_alone_and_is_said_to()
    {
        await using var host = await Start(bound: 1_000);
        await host.Deploy("coffee", seed: 1);

        for (var i = 0; i < 3; i++) await Predict(host, "coffee");

        var memory = await Memory(host);
        (memory.Loaded, memory.Loads, memory.Evictions).ShouldBe((1, 1L, 0L));
        memory.Problem!.ShouldContain("more than the 1 kB");
    }

    [Fact]
    public async Task Memory_that_does_not_hold_what_is_in_use_is_said_to()
    {
        await using var host = await Start();
        await host.Deploy("coffee", seed: 1);
        await host.Deploy("tea", "tea", seed: 2);
        (await Memory(host)).Problem.ShouldBeNull();

        for (var i = 0; i < Thrash.Many + 2; i++) await Predict(host, i % 2 == 0 ? "coffee" : "tea");

        (await Memory(host)).Problem!.ShouldContain("do not fit into 12 kB");
    }

    [Fact]
    public async Task After_a_restart_what_was_asked_last_is_in_memory_and_the_rest_answers_when_it_is_asked()
    {
        var first = await Start();
        await first.Deploy("coffee", seed: 1);
        await first.Deploy("tea", "tea", seed: 2);
        var (coffee, tea) = (await Predict(first, "coffee"), await Predict(first, "tea"));
        await Predict(first, "coffee");
        await first.Stop();

        await using var second = await Start(first.Home);

        (await States(second)).ShouldBe([("coffee", DeploymentMemoryWire.Loaded), ("tea", DeploymentMemoryWire.NotLoaded)]);
        (await Memory(second)).Loads.ShouldBe(1);
        var ready = await second.Http.GetAsync("/v2/health/ready", Cancelled);
        ready.StatusCode.ShouldBe(HttpStatusCode.OK);
        (await Predict(second, "tea")).ShouldBe(tea with { PredictionId = "" });
        (await Predict(second, "coffee")).ShouldBe(coffee with { PredictionId = "" });
    }

    [Fact]
    public async Task What_a_variant_has_done_is_not_forgotten_while_it_sleeps()
    {
        await using var host = await Start();
        await host.Deploy("coffee", seed: 1);
        var other = await host.Register("coffee", seed: 3);
        (await host.Put("/api/v1/deployments/coffee/variants/other", $$"""{"version": {{other}}, "shadow": true}""")).StatusCode.ShouldBe(HttpStatusCode.OK);
        await host.Deploy("tea", "tea", seed: 2);
        for (var i = 0; i < 5; i++) await Predict(host, "coffee");
        await Until(async () => (await Variants(host)).Variants[1].Numbers!.Rows == 5);

        await Predict(host, "tea");
        (await States(host))[0].ShouldBe(("coffee", DeploymentMemoryWire.NotLoaded));
        var asleep = await Variants(host);
        await Predict(host, "coffee");

        (asleep.Variants[1].Version, asleep.Variants[1].Numbers!.Rows, asleep.Variants[1].Comparison!.SameRows!.Rows).ShouldBe((other, 5L, 5L));
        await Until(async () => (await Variants(host)).Variants[1].Comparison!.SameRows!.Rows == 6);
        (await Variants(host)).Variants[1].Since.ShouldBe(asleep.Variants[1].Since);
    }

    [Fact]
    public async Task Settings_of_a_sleeping_deployment_change_with_the_tag_it_showed_awake()
    {
        await using var host = await Start();
        await host.Deploy("coffee", seed: 1);
        await host.Deploy("tea", "tea", seed: 2);
        var shown = await host.Http.GetAsync("/api/v1/deployments/coffee", Cancelled);
        await Predict(host, "tea");
        (await States(host))[0].ShouldBe(("coffee", DeploymentMemoryWire.NotLoaded));

        var request = new HttpRequestMessage(HttpMethod.Patch, "/api/v1/deployments/coffee") { Content = JsonContent.Create(new { log = new { sample = 0.5 } }) };
        request.Headers.IfMatch.Add(shown.Headers.ETag!);
        var changed = await host.Http.SendAsync(request, Cancelled);

        changed.StatusCode.ShouldBe(HttpStatusCode.OK);
        (await ServingHost.Read<DeploymentWire>(changed)).Settings!.Log.Sample.ShouldBe(0.5);
    }

    [Fact]
    public async Task Outcomes_find_the_predictions_of_a_guest_whose_name_the_sleeping_model_hides()
    {
        await using var host = await Start();
        await host.Deploy("coffee", seed: 1, personal: true);
        await ServingHost.Read<PredictionWire>(await host.Post("/api/v1/deployments/coffee/predict", """{"guest": "ada", "age": 30, "cups": 2, "roast": "dark", "member": true}"""));
        await host.Deploy("tea", "tea", seed: 2);
        (await States(host))[0].ShouldBe(("coffee", DeploymentMemoryWire.NotLoaded));

        var later = DateTimeOffset.UtcNow.AddMinutes(1).ToString("O", CultureInfo.InvariantCulture);
        var told = await ServingHost.Read<OutcomeReceiptsWire>(await host.Post("/api/v1/outcomes", $$"""{"deployment": "coffee", "entity": "ada", "observed_at": "{{later}}", "value": "Yes"}"""));

        told.Outcomes.Single().PredictionId.ShouldNotBeNull();
    }

    private static Task<ServingHost> Start(string? home = null, long bound = Little) => ServingHost.Start(home, serving: new() { MostInFlight = 0, ModelMemory = bound });

    private static async Task<PredictionWire> Predict(ServingHost host, string deployment) =>
        await ServingHost.Read<PredictionWire>(await host.Post($"/api/v1/deployments/{deployment}/predict", CoffeeModel.Row)) with { PredictionId = "" };

    private static async Task<ModelMemoryWire> Memory(ServingHost host) => await ServingHost.Read<ModelMemoryWire>(await host.Http.GetAsync("/api/v1/model-memory", Cancelled));

    private static async Task<VariantsWire> Variants(ServingHost host) => await ServingHost.Read<VariantsWire>(await host.Http.GetAsync("/api/v1/deployments/coffee/variants", Cancelled));

    private static async Task<IReadOnlyList<(string Name, string State)>> States(ServingHost host) =>
        [.. (await ServingHost.Read<Page<DeploymentWire>>(await host.Http.GetAsync("/api/v1/deployments", Cancelled))).Items.Select(deployment => (deployment.Name, deployment.Memory!.State))];

    private static async Task Until(Func<Task<bool>> condition)
    {
        for (var i = 0; i < 500 && !await condition(); i++) await Task.Delay(20, Cancelled);
        (await condition()).ShouldBeTrue();
    }
}
