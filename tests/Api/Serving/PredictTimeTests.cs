using System.Net;
using Cairn.Client.Wire;

namespace Cairn.Api.Tests.Serving;

public class PredictTimeTests
{
    private const string Path = "/api/v1/deployments/coffee/predict";

    private static string Rows(int count) => $"[{string.Join(',', Enumerable.Repeat(CoffeeModel.Row, count))}]";

    [Fact]
    public async Task Rows_that_take_longer_than_they_may_are_given_up_and_none_is_logged()
    {
        await using var host = await ServingHost.Start(serving: new() { PredictTime = TimeSpan.FromTicks(1), MostInFlight = 0 });
        await host.Deploy("coffee");

        var answer = await host.Post(Path, Rows(10_000));

        answer.StatusCode.ShouldBe(HttpStatusCode.GatewayTimeout);
        var problem = await ServingHost.ProblemOf(answer);
        (problem.Code, problem.Detail.Contains("fewer rows", StringComparison.Ordinal)).ShouldBe(("request.timeout", true));
        (await host.LoggedRows()).ShouldBe(0);
    }

    [Fact]
    public async Task Within_their_time_all_are_answered()
    {
        await using var host = await ServingHost.Start(serving: new() { PredictTime = TimeSpan.FromMinutes(5), MostInFlight = 0 });
        await host.Deploy("coffee");

        (await ServingHost.Read<PredictionsWire>(await host.Post(Path, Rows(1000)))).Predictions.Count.ShouldBe(1000);
    }
}
