using System.Net;
using Cairn.Client.Wire;

namespace Cairn.Api.Tests.Serving;

public class PredictionLogTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_was_answered_is_in_the_log_with_what_the_model_saw()
    {
        await using var host = await ServingHost.Start();
        var deployment = await host.Deploy("coffee");

        var answer = await ServingHost.Read<PredictionWire>(await host.Post("/api/v1/deployments/coffee/predict", CoffeeModel.Row));
        var logged = await ServingHost.Read<LoggedPredictionWire>(await host.Http.GetAsync($"/api/v1/predictions/{answer.PredictionId}", Cancelled));

        (logged.PredictionId, logged.Prediction, logged.Probability, logged.Threshold).ShouldBe((answer.PredictionId, answer.Prediction, answer.Probability, answer.Threshold));
        (logged.Deployment, logged.Variant, logged.Model, logged.Version, logged.PackageDigest).ShouldBe(("coffee", "champion", "coffee", 1, deployment.PackageDigest!));
        (logged.Caller, logged.Shadow, logged.Entity).ShouldBe(("local-admin", false, null));
        logged.Features!.Select(feature => feature.Feature).ShouldContain(name => name == "age");
        logged.LatencyUs.ShouldBeInRange(1, 60_000_000);
    }

    [Fact]
    public async Task All_rows_of_a_request_are_logged_and_found_after_a_restart()
    {
        var host = await ServingHost.Start();
        await host.Deploy("coffee");
        var rows = string.Join(',', Enumerable.Repeat(CoffeeModel.Row, 500));
        var answers = (await ServingHost.Read<PredictionsWire>(await host.Post("/api/v1/deployments/coffee/predict", $$"""{"rows": [{{rows}}]}"""))).Predictions;
        await host.Stop();

        await using var again = await ServingHost.Start(host.Home);
        foreach (var answer in (PredictionWire[])[answers[0], answers[250], answers[499]])
        {
            var logged = await ServingHost.Read<LoggedPredictionWire>(await again.Http.GetAsync($"/api/v1/predictions/{answer.PredictionId}", Cancelled));
            logged.Probability.ShouldBe(answer.Probability);
        }
    }

    [Fact]
    public async Task Concurrent_requests_each_find_their_own()
    {
        await using var host = await ServingHost.Start();
        await host.Deploy("coffee");
        await host.Deploy("tea", "tea", seed: 2);

        await Task.WhenAll(Enumerable.Range(0, 8).Select(caller => Task.Run(async () =>
        {
            for (var i = 0; i < 25; i++)
            {
                var name = caller % 2 == 0 ? "coffee" : "tea";
                var body = $$"""{"age": {{20 + caller}}, "cups": {{i % 9}}, "roast": "light", "member": false}""";
                var answer = await ServingHost.Read<PredictionWire>(await host.Post($"/api/v1/deployments/{name}/predict", body));
                var logged = await ServingHost.Read<LoggedPredictionWire>(await host.Http.GetAsync($"/api/v1/predictions/{answer.PredictionId}", Cancelled));
                (logged.Deployment, logged.Probability).ShouldBe((name, answer.Probability));
            }
        })));
    }

    [Fact]
    public async Task A_refused_request_leaves_nothing_in_the_log()
    {
        await using var host = await ServingHost.Start();
        await host.Deploy("coffee");

        var refused = await host.Post("/api/v1/deployments/coffee/predict", $$"""{"rows": [{{CoffeeModel.Row}}, {"age": -5}]}""");

        refused.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await host.LoggedRows()).ShouldBe(0);
    }

    [Theory]
    [InlineData("nonsense", HttpStatusCode.BadRequest, "prediction.id-invalid")]
    [InlineData("01a1fd62a1bc7d33b4bf2c15543693b4", HttpStatusCode.NotFound, "prediction.unknown")]
    public async Task An_id_that_is_not_there_says_so(string id, HttpStatusCode status, string code)
    {
        await using var host = await ServingHost.Start();

        var answer = await host.Http.GetAsync($"/api/v1/predictions/{id}", Cancelled);

        answer.StatusCode.ShouldBe(status);
        (await ServingHost.ProblemOf(answer)).Code.ShouldBe(code);
    }
}
