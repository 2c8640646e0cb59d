using System.Net;
using Cairn.Client.Wire;

namespace Cairn.Api.Tests.Serving;

public class TrafficTests
{
    private const string Path = "/api/v1/deployments/coffee/traffic", PredictPath = "/api/v1/deployments/coffee/predict";

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_was_asked_is_told_at_once_for_the_champion_and_its_shadow()
    {
        await using var host = await Start();
        await VariantTests.Set(host, "next", """{"version": 2, "shadow": true}""");
        var began = (DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() * 1000) - 60_000000;

        for (var i = 0; i < 3; i++) await ServingHost.Read<PredictionsWire>(await host.Post(PredictPath, VariantTests.Rows([1, 2])));
        var shown = await VariantTests.Shown(host);
        await VariantTests.Until(async () => (await Read(host)).Variants.Count == 2 && Total(await Read(host), 1, point => point.Rows) == 6);

        var (traffic, fine) = (await Read(host), await Read(host, "?minutes=10"));
        (traffic.Deployment, traffic.StepSeconds, fine.StepSeconds).ShouldBe(("coffee", 60, 10));
        traffic.Variants.Select(variant => (variant.Name, variant.Version, variant.Shadow)).ShouldBe([("champion", 1, false), ("next", 2, true)]);
        foreach (var one in new[] { traffic, fine })
        {
            (Total(one, 0, point => point.Requests), Total(one, 0, point => point.Rows), Total(one, 0, point => point.Errors)).ShouldBe((3, 6, 0));
            var busy = one.Variants[0].Points.Where(point => point.Rows > 0).ToList();
            (busy.Sum(point => point.MeanProbability * point.Rows) / 6)!.Value.ShouldBe(shown.Variants[0].Numbers!.MeanProbability!.Value, 1e-12);
            busy.ShouldAllBe(point => point.Latency!.P50Us > 0 && point.Latency.P50Us <= point.Latency.P99Us && point.PositiveShare >= 0 && point.PositiveShare <= 1);
            one.Variants[0].Points.ShouldAllBe(point => point.Start >= began - 60_000000 && point.Start <= one.To);
        }
    }

    [Fact]
    public async Task After_a_promotion_both_versions_are_told()
    {
        await using var host = await Start();
        await ServingHost.Read<PredictionWire>(await host.Post(PredictPath, CoffeeModel.Row));

        await host.Promote("coffee", 2);
        await VariantTests.Until(async () => (await VariantTests.Shown(host)).Variants[0].Version == 2);
        await ServingHost.Read<PredictionWire>(await host.Post(PredictPath, CoffeeModel.Row));

        var traffic = await Read(host);
        traffic.Variants.Select(variant => (variant.Name, variant.Version, variant.Points.Sum(point => point.Requests))).ShouldBe([("champion", 2, 1), ("champion", 1, 1)]);
    }

    [Fact]
    public async Task Nobody_is_told_of_a_deployment_that_is_not_there()
    {
        await using var host = await Start();

        var refused = await host.Http.GetAsync("/api/v1/deployments/tea/traffic", Cancelled);

        refused.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await ServingHost.ProblemOf(refused)).Code.ShouldBe("deployment.unknown");
    }

    [Theory]
    [InlineData("0", "request.range")]
    [InlineData("-5", "request.range")]
    [InlineData("361", "request.range")]
    [InlineData("an-hour", "request.malformed")]
    public async Task More_minutes_than_are_kept_are_refused_and_so_is_what_is_none(string minutes, string code)
    {
        await using var host = await Start();

        var refused = await host.Http.GetAsync($"{Path}?minutes={minutes}", Cancelled);

        refused.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await ServingHost.ProblemOf(refused)).Code.ShouldBe(code);
    }

    [Fact]
    public async Task It_begins_anew_with_the_process()
    {
        var host = await Start();
        await ServingHost.Read<PredictionWire>(await host.Post(PredictPath, CoffeeModel.Row));
        Total(await Read(host), 0, point => point.Requests).ShouldBe(1);
        await host.Stop();

        await using var again = await ServingHost.Start(host.Home);

        Total(await Read(again), 0, point => point.Requests).ShouldBe(0);
    }

    private static async Task<ServingHost> Start()
    {
        var host = await ServingHost.Start();
        await host.Deploy("coffee", "coffee", seed: 1);
        await host.Judge("coffee", await host.Register("coffee", seed: 2));
        return host;
    }

    private static async Task<TrafficWire> Read(ServingHost host, string query = "") => await ServingHost.Read<TrafficWire>(await host.Http.GetAsync(Path + query, Cancelled));

    private static long Total(TrafficWire traffic, int variant, Func<TrafficPointWire, long> number) => traffic.Variants[variant].Points.Sum(number);
}
