using System.Net;
using Cairn.Access;
using Cairn.Client.Wire;
using Cairn.Kernel;

namespace Cairn.Api.Tests.Serving;

public class DeploymentTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Without_a_deployment_there_is_nothing_to_ask()
    {
        await using var host = await ServingHost.Start();

        var response = await host.Post("/api/v1/predict", CoffeeModel.Row);

        response.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await ServingHost.ProblemOf(response)).Detail.ShouldContain("cairn run");
    }

    [Fact]
    public async Task The_only_deployment_answers_and_later_the_default_one()
    {
        await using var host = await ServingHost.Start();
        await host.Deploy("first");
        (await ServingHost.Read<PredictionWire>(await host.Post("/api/v1/predict", CoffeeModel.Row))).Model.ShouldBe("coffee");

        await host.Deploy("second", "tea", seed: 2);

        (await ServingHost.Read<PredictionWire>(await host.Post("/api/v1/predict", CoffeeModel.Row))).Model.ShouldBe("coffee");
        (await ServingHost.Read<PredictionWire>(await host.Post("/api/v1/deployments/second/predict", CoffeeModel.Row))).Model.ShouldBe("tea");
    }

    [Fact]
    public async Task An_unknown_deployment_is_answered_with_those_there_are()
    {
        await using var host = await ServingHost.Start();
        await host.Deploy("coffee");

        foreach (var response in new[] { await host.Post("/api/v1/deployments/tea/predict", CoffeeModel.Row), await host.Http.GetAsync("/api/v1/deployments/tea", Cancelled) })
        {
            response.StatusCode.ShouldBe(HttpStatusCode.NotFound);
            var problem = await ServingHost.ProblemOf(response);
            (problem.Code, problem.Detail).ShouldBe(("deployment.unknown", "There is no deployment 'tea'. There are: coffee."));
        }
    }

    [Fact]
    public async Task A_deployment_without_a_champion_is_unavailable_until_there_is_one()
    {
        await using var host = await ServingHost.Start();
        var version = await host.Register("coffee", seed: 1);
        var made = await host.Deployments.Ensure(Caller.LocalAdmin, "coffee", "coffee", settings: null, Cancelled);
        made.Value.Version.ShouldBeNull();
        made.Value.Problem!.ShouldContain("cairn promote coffee");

        var response = await host.Post("/api/v1/predict", CoffeeModel.Row);
        response.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        (await ServingHost.ProblemOf(response)).Code.ShouldBe("deployment.no-model");

        await host.Promote("coffee", version);
        (await host.Deployments.WaitUntilServes(WorkspaceId.Default, "coffee", version, Cancelled)).Value.Problem.ShouldBeNull();
        await ServingHost.Read<PredictionWire>(await host.Post("/api/v1/predict", CoffeeModel.Row));
    }

    [Fact]
    public async Task Making_a_deployment_twice_is_making_it_once_and_another_model_is_refused()
    {
        await using var host = await ServingHost.Start();
        var first = await host.Deploy("coffee");

        (await host.Deployments.Ensure(Caller.LocalAdmin, "coffee", "coffee", settings: null, Cancelled)).Value.ShouldBe(first);
        var other = await host.Deployments.Ensure(Caller.LocalAdmin, "coffee", "tea", settings: null, Cancelled);

        other.Refusal.ShouldBeOfType<Refusal.Conflict>().Code.ShouldBe("deployment.model-differs");
        (await host.Deployments.Ensure(Caller.LocalAdmin, "a/b", "tea", settings: null, Cancelled)).Refusal!.Code.ShouldBe("deployment.name-invalid");
    }

    [Fact]
    public async Task A_deployment_shows_what_it_serves_and_what_a_request_has_to_carry()
    {
        await using var host = await ServingHost.Start();
        var deployed = await host.Deploy("coffee");

        var page = await ServingHost.Read<Page<DeploymentWire>>(await host.Http.GetAsync("/api/v1/deployments", Cancelled));
        var one = await ServingHost.Read<DeploymentWire>(await host.Http.GetAsync("/api/v1/deployments/coffee", Cancelled));

        page.Items.ShouldBe([deployed with { Memory = page.Items[0].Memory }]);
        page.Items[0].Memory!.State.ShouldBe(DeploymentMemoryWire.Loaded);
        one.IsDefault.ShouldBeTrue();
        one.Inputs!.Select(i => (i.Name, i.Required)).ShouldBe([("age", true), ("cups", false), ("roast", true), ("member", true)]);
    }

    [Fact]
    public async Task Deployments_are_paged_by_name()
    {
        await using var host = await ServingHost.Start();
        foreach (var name in new[] { "c", "a", "b" }) await host.Deployments.Ensure(Caller.LocalAdmin, name, "coffee", settings: null, Cancelled);

        var first = await ServingHost.Read<Page<DeploymentWire>>(await host.Http.GetAsync("/api/v1/deployments?limit=2", Cancelled));
        var second = await ServingHost.Read<Page<DeploymentWire>>(await host.Http.GetAsync($"/api/v1/deployments?limit=2&page_token={first.NextPageToken}", Cancelled));

        first.Items.Select(d => d.Name).ShouldBe(["a", "b"]);
        second.Items.Select(d => d.Name).ShouldBe(["c"]);
        second.NextPageToken.ShouldBeNull();
        (await host.Http.GetAsync("/api/v1/deployments?page_token=!", Cancelled)).StatusCode.ShouldBe(HttpStatusCode.BadRequest);
    }
}
