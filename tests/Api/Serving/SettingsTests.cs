using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Cairn.Client.Wire;

namespace Cairn.Api.Tests.Serving;

public class SettingsTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Only_what_is_named_changes_and_it_outlives_a_restart()
    {
        var host = await ServingHost.Start();
        await host.Deploy("coffee");

        var first = await ServingHost.Read<DeploymentWire>(await Patch(host, """{"log": {"keep_days": 90, "when_unavailable": "answer"}, "entity": "guest"}"""));
        var second = await ServingHost.Read<DeploymentWire>(await Patch(host, """{"log": {"when_unavailable": null}}"""));
        await host.Stop();
        await using var again = await ServingHost.Start(host.Home);
        var read = await ServingHost.Read<DeploymentWire>(await again.Http.GetAsync("/api/v1/deployments/coffee", Cancelled));

        first.Settings!.ShouldBe(new DeploymentSettings { Entity = "guest", Log = new() { KeepDays = 90, WhenUnavailable = "answer" } });
        second.Settings.ShouldBe(first.Settings! with { Log = new() { KeepDays = 90 } });
        read.Settings.ShouldBe(second.Settings);
    }

    [Theory]
    [InlineData("""{"log": {"sample": 1.5}}""", "$.log.sample")]
    [InlineData("""{"log": {"keep_days": 0}}""", "$.log.keep_days")]
    [InlineData("""{"log": {"when_unavailable": "panic"}}""", "$.log.when_unavailable")]
    [InlineData("""{"log": {"sampel": 1}}""", "$.log.sampel")]
    [InlineData("""{"entity": ""}""", "$.entity")]
    public async Task What_is_not_possible_is_refused_and_changes_nothing(string patch, string field)
    {
        await using var host = await ServingHost.Start();
        var before = await host.Deploy("coffee");

        var answer = await Patch(host, patch);
        var after = await ServingHost.Read<DeploymentWire>(await host.Http.GetAsync("/api/v1/deployments/coffee", Cancelled));

        answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        var problem = await ServingHost.ProblemOf(answer);
        problem.Code.ShouldBe("deployment.settings-invalid");
        problem.Errors!.ShouldHaveSingleItem().Field.ShouldBe(field);
        after.Settings.ShouldBe(before.Settings);
    }

    [Fact]
    public async Task A_log_that_is_switched_off_keeps_nothing_and_a_sample_keeps_its_share()
    {
        await using var host = await ServingHost.Start();
        await host.Deploy("coffee");
        var body = $$"""{"rows": [{{string.Join(',', Enumerable.Repeat(CoffeeModel.Row, 2000))}}]}""";

        await Patch(host, """{"log": {"sample": 0}}""");
        await ServingHost.Read<PredictionsWire>(await host.Post("/api/v1/deployments/coffee/predict", body));
        (await host.LoggedRows()).ShouldBe(0);

        await Patch(host, """{"log": {"sample": 0.25}}""");
        await ServingHost.Read<PredictionsWire>(await host.Post("/api/v1/deployments/coffee/predict", body));
        (await host.LoggedRows()).ShouldBeInRange(380, 620); // six deviations of a binomial around 500
    }

    [Fact]
    public async Task The_log_says_whom_a_prediction_is_about()
    {
        await using var host = await ServingHost.Start();
        await host.Deploy("coffee");
        await Patch(host, """{"entity": "guest"}""");

        foreach (var (guest, logged) in ((string, string?)[])[("\"Zoë\"", "Zoë"), ("\"Zo\\u00eb\"", "Zoë"), ("4711", "4711"), ("null", null)])
        {
            var answer = await ServingHost.Read<PredictionWire>(await host.Post(
                "/api/v1/deployments/coffee/predict", $$"""{"age": 30, "guest": {{guest}}, "roast": "dark", "member": true}"""));
            (await ServingHost.Read<LoggedPredictionWire>(await host.Http.GetAsync($"/api/v1/predictions/{answer.PredictionId}", Cancelled))).Entity.ShouldBe(logged);
        }

        foreach (var guest in (string[])["\"\"", "\"a\\u0000b\"", "true", "{}", $"\"{new string('x', 201)}\""])
        {
            var refused = await host.Post("/api/v1/deployments/coffee/predict", $$"""{"age": 30, "guest": {{guest}}, "roast": "dark", "member": true}""");
            (await ServingHost.ProblemOf(refused)).Errors!.ShouldHaveSingleItem().Field.ShouldBe("$.guest");
        }
    }

    [Theory]
    [InlineData("{\"entity\": \"a\u00e9\"}")] // é as one byte, which is no UTF-8
    [InlineData("{\"\u00e9\": 1}")]
    [InlineData("{\"log\": {\"sample\": 1, \"sample\": 0}}")]
    [InlineData("{\"log\": {\"sample\": 1}, \"log\": {}}")]
    public async Task Text_that_is_no_UTF_8_and_members_that_are_there_twice_are_refused(string patch)
    {
        await using var host = await ServingHost.Start();
        await host.Deploy("coffee");
        using var content = new ByteArrayContent(Encoding.Latin1.GetBytes(patch));
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");

        var answer = await host.Http.PatchAsync("/api/v1/deployments/coffee", content, Cancelled);

        answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await ServingHost.ProblemOf(answer)).Code.ShouldBe("deployment.settings-invalid");
    }

    [Fact]
    public async Task Of_two_that_read_the_same_settings_one_may_change_them()
    {
        await using var host = await ServingHost.Start();
        await host.Deploy("coffee");
        var read = await host.Http.GetAsync("/api/v1/deployments/coffee", Cancelled);

        var answers = await Task.WhenAll(Enumerable.Range(1, 8).Select(days =>
        {
            var request = new HttpRequestMessage(HttpMethod.Patch, "/api/v1/deployments/coffee") { Content = new StringContent($$$"""{"log": {"keep_days": {{{days}}}}}""", System.Text.Encoding.UTF8, "application/json") };
            request.Headers.IfMatch.Add(read.Headers.ETag!);
            return host.Http.SendAsync(request, Cancelled);
        }));

        answers.Count(answer => answer.StatusCode == HttpStatusCode.OK).ShouldBe(1);
        foreach (var late in answers.Where(answer => answer.StatusCode != HttpStatusCode.OK)) (await ServingHost.ProblemOf(late)).Code.ShouldBe("request.precondition-failed");
    }

    private static async Task<HttpResponseMessage> Patch(ServingHost host, string body)
    {
        using var content = new StringContent(body, Encoding.UTF8);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        return await host.Http.PatchAsync("/api/v1/deployments/coffee", content, Cancelled);
    }
}
