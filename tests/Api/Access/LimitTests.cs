using System.Net;
using Cairn.Api.Tests.Server;
using Cairn.Api.Tests.Serving;
using Cairn.Client.Wire;
using Cairn.Server;

namespace Cairn.Api.Tests.Access;

public class LimitTests
{
    [Fact]
    public async Task Beyond_its_rate_a_caller_is_refused_and_told_when_to_come_back()
    {
        await using var home = await TestHome.Start(options => options with { RateLimit = "2/h", RateBurst = 3 });

        var answers = new List<HttpResponseMessage>();
        for (var i = 0; i < 4; i++) answers.Add(await home.Http.GetAsync("/api/v1/models"));

        answers.Select(answer => (int)answer.StatusCode).ShouldBe([200, 200, 200, 429]);
        answers[0].Headers.GetValues("RateLimit-Policy").ShouldBe(["\"requests\";q=3;w=5400"]);
        answers[0].Headers.GetValues("RateLimit").ShouldBe(["\"requests\";r=2;t=1800"]);
        var problem = await answers[3].ShouldBeProblem(HttpStatusCode.TooManyRequests, "limit.rate");
        problem.Detail.ShouldContain("local-admin");
        answers[3].Headers.RetryAfter!.Delta!.Value.ShouldBeInRange(TimeSpan.FromSeconds(1700), TimeSpan.FromSeconds(1800));
        answers[3].Headers.GetValues("RateLimit").Single().ShouldStartWith("\"requests\";r=0;t=");
    }

    [Fact]
    public async Task A_change_that_was_refused_did_not_happen_and_its_key_is_free()
    {
        await using var home = await TestHome.Start(options => options with { RateLimit = "1/h" });
        await home.Http.GetAsync("/api/v1/models");
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/experiments") { Content = System.Net.Http.Json.JsonContent.Create(new { name = "churn" }) };
        request.Headers.Add("Idempotency-Key", "k");

        (await home.Http.SendAsync(request)).StatusCode.ShouldBe(HttpStatusCode.TooManyRequests);

        (await home.Client.ListExperimentsAsync()).Items.ShouldNotContain(experiment => experiment.Name == "churn");
    }

    [Fact]
    public async Task The_owner_at_the_socket_and_the_probes_have_no_limit()
    {
        await using var home = await TestHome.Start(options => options with { RateLimit = "1/h" });
        await home.Http.GetAsync("/api/v1/models");

        for (var i = 0; i < 5; i++)
        {
            await home.Client.AboutAsync();
            (await home.Http.GetAsync("/health/ready")).StatusCode.ShouldBe(HttpStatusCode.OK);
            (await home.Http.GetAsync("/api/v1/models")).StatusCode.ShouldBe(HttpStatusCode.TooManyRequests);
        }

        (await home.Http.GetStringAsync("/metrics")).ShouldMatch("cairn_limited_total\\{limit=\"requests\"\\} [5-9]\n");
    }

    [Fact]
    public async Task Without_a_limit_nothing_is_said_of_one()
    {
        await using var home = await TestHome.Start();

        var answer = await home.Http.GetAsync("/api/v1/models");

        answer.Headers.Contains("RateLimit").ShouldBeFalse();
        answer.Headers.Contains("RateLimit-Policy").ShouldBeFalse();
    }

    [Fact]
    public async Task Rows_beyond_the_quota_of_a_day_are_refused_whole_and_so_is_a_restart_no_way_round_it()
    {
        const string Path = "/api/v1/deployments/coffee/predict";
        var host = await ServingHost.Start(limits: new() { RowsPerDay = 5 });
        await host.Deploy("coffee");

        var first = await host.Post(Path, $"[{CoffeeModel.Row},{CoffeeModel.Row},{CoffeeModel.Row}]");
        (await ServingHost.Read<PredictionsWire>(first)).Predictions.Count.ShouldBe(3);
        first.Headers.GetValues("RateLimit-Policy").ShouldBe(["\"rows\";q=5;w=86400;qu=\"rows\""]);
        first.Headers.GetValues("RateLimit").Single().ShouldStartWith("\"rows\";r=2;t=");
        (await host.Post(Path, "[{}]")).StatusCode.ShouldBe(HttpStatusCode.BadRequest); // costs nothing
        var tooMany = await host.Post(Path, $"[{CoffeeModel.Row},{CoffeeModel.Row},{CoffeeModel.Row}]");
        (await ServingHost.ProblemOf(tooMany)).Code.ShouldBe("limit.quota");
        tooMany.Headers.RetryAfter!.Delta!.Value.ShouldBeInRange(TimeSpan.FromSeconds(1), TimeSpan.FromDays(1));
        await host.Stop();

        await using var again = await ServingHost.Start(host.Home, new() { RowsPerDay = 5 });
        (await ServingHost.Read<PredictionsWire>(await again.Post(Path, $"[{CoffeeModel.Row},{CoffeeModel.Row}]"))).Predictions.Count.ShouldBe(2);
        var spent = await again.Post(Path, "this is not even read");
        spent.StatusCode.ShouldBe(HttpStatusCode.TooManyRequests);
        (await ServingHost.ProblemOf(spent)).Code.ShouldBe("limit.quota");
        (await again.LoggedRows()).ShouldBe(5);
    }

    [Theory]
    [InlineData("100", null, null, "100/s")]
    [InlineData("0/s", null, null, "100/s")]
    [InlineData("-1/s", null, null, "100/s")]
    [InlineData("1e3/s", null, null, "100/s")]
    [InlineData("5/d", null, null, "100/s")]
    [InlineData("99999999/s", null, null, "at most")]
    [InlineData("5/s", 0, null, "at least 1")]
    [InlineData(null, 5, null, "without a rate")]
    [InlineData(null, null, "1000/s", "1000000/d")]
    [InlineData(null, null, "0.5/d", "1000000/d")]
    [InlineData(null, null, "many", "1000000/d")]
    public async Task A_limit_that_cannot_be_read_is_refused_before_anything_starts(string? rate, int? burst, string? quota, string told)
    {
        var folder = TestHome.NewFolder();

        var started = await CairnServer.Start(new ServerOptions { Home = folder, RateLimit = rate, RateBurst = burst, Quota = quota }, TestContext.Current.CancellationToken);

        started.Refusal!.Code.ShouldBe("server.limit-invalid");
        started.Refusal.Detail.ShouldContain(told);
        Directory.Exists(folder).ShouldBeFalse();
    }
}
