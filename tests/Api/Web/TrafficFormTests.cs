using System.Net;
using System.Text.Json;
using AngleSharp.Html.Dom;
using Cairn.Client;
using Cairn.Client.Wire;

namespace Cairn.Api.Tests.Web;

/// <summary>The forms of a deployment's page: who answers, a canary, and a version on past traffic.</summary>
public class TrafficFormTests
{
    [Fact]
    public async Task A_canary_shows_how_far_it_is_and_can_be_taken_back_with_a_reason()
    {
        var canary = ServingSample.Canary();
        var api = ServingSample.Api().With("deployments/churn/canaries", new Page<CanaryWire>([canary])).With("deployments/churn/canary/abort", canary with { State = "aborted" });
        await using var host = await PageHost.Start(api);
        var page = await host.Open("/deployments/churn");
        Text(page, ".progress").ShouldContain("Step 2 of 4");
        Text(page, "#abort-canary").ShouldContain("Champion v3 answers all of them after that.");

        using var aborted = await host.Submit("/deployments/churn", "/deployments/churn", ("act", "abort"), ("reason", "complaints"));

        aborted.StatusCode.ShouldBe(HttpStatusCode.SeeOther);
        api.Sent.Single().ShouldBe(("POST", "deployments/churn/canary/abort", """{"reason":"complaints"}"""));
    }

    [Fact]
    public async Task A_canary_is_started_by_a_form_with_its_steps_and_what_comes_after_them()
    {
        var api = ServingSample.Api().With("deployments/churn/canary", ServingSample.Canary());
        await using var host = await PageHost.Start(api);

        using var started = await host.Submit(
            "/deployments/churn", "/deployments/churn/canary",
            ("canary_version", "4"), ("canary_steps", "10, 50 100%"), ("canary_minutes", "1.5"), ("canary_rows", "200"), ("canary_when_done", "promote"), ("canary_reason", " "));

        (started.StatusCode, started.Headers.Location!.ToString()).ShouldBe((HttpStatusCode.SeeOther, "/deployments/churn"));
        var sent = JsonSerializer.Deserialize<CanarySettings>(api.Sent.Single().Body, CairnJson.Options)!;
        (sent.Version, sent.WhenDone, sent.Override, sent.Reason, sent.Limits).ShouldBe((4, "promote", false, null, new CanaryLimits()));
        sent.Steps.ShouldBe([new(0.1, 90, 200), new(0.5, 90, 200), new(1, 90, 200)]);
    }

    [Theory]
    [InlineData("canary_version", "best", "'best' is no version")]
    [InlineData("canary_steps", "5, much", "'much' is no step")]
    [InlineData("canary_steps", " , ", "It has no steps")]
    [InlineData("canary_minutes", "ten", "'ten' is no time")]
    [InlineData("canary_rows", "1.5", "'1.5' is no number of rows")]
    public async Task A_canary_that_is_not_said_clearly_is_not_started(string field, string value, string says)
    {
        var api = ServingSample.Api();
        await using var host = await PageHost.Start(api);
        var fields = new Dictionary<string, string>(StringComparer.Ordinal) { ["canary_version"] = "4", ["canary_steps"] = "5, 100", ["canary_minutes"] = "10", ["canary_rows"] = "1000", ["canary_when_done"] = "wait", [field] = value };

        using var declined = await host.Submit("/deployments/churn", "/deployments/churn/canary", [.. fields.Select(pair => (pair.Key, pair.Value))]);

        declined.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        Text(await PageHost.Read(declined), ".banner").ShouldContain(says);
        api.Sent.ShouldBeEmpty();
    }

    [Fact]
    public async Task While_a_canary_runs_no_other_is_offered()
    {
        await using var host = await PageHost.Start(ServingSample.Api().With("deployments/churn/canaries", new Page<CanaryWire>([ServingSample.Canary()])));

        (await host.Open("/deployments/churn")).QuerySelector("form[action$='/canary']").ShouldBeNull();
    }

    [Fact]
    public async Task A_version_is_tried_on_past_traffic_by_a_form_that_leads_to_its_progress()
    {
        var flow = new FlowRunWire(new string('e', 32), "shadow", "deployments/churn", "running", 1, 1, null, "", [], null, null);
        var api = ServingSample.Api().With("deployments/churn/shadow", flow);
        await using var host = await PageHost.Start(api);

        using var started = await host.Submit("/deployments/churn", "/deployments/churn/shadow", ("past_version", "4"), ("past_model", ""), ("past_from", "2026-11-01"), ("past_to", ""));

        started.Headers.Location!.ToString().ShouldBe($"/flow-runs/{flow.FlowRunId}");
        var sent = JsonSerializer.Deserialize<ShadowRange>(api.Sent.Single().Body, CairnJson.Options)!;
        (sent.Version, sent.Model, sent.From, sent.To).ShouldBe((4, null, 1_793_491_200_000_000, null));

        using var declined = await host.Submit("/deployments/churn", "/deployments/churn/shadow", ("past_version", "4"), ("past_from", "yesterday"));
        Text(await PageHost.Read(declined), ".banner").ShouldContain("'yesterday' is no day");
    }

    [Fact]
    public async Task Variants_are_set_and_removed_by_forms()
    {
        var api = ServingSample.Api().With("deployments/churn/variants/bold", ServingSample.Variants().Variants[1]);
        await using var host = await PageHost.Start(api);
        Text(await host.Open("/deployments/churn"), "#remove-0").ShouldContain("v4 answers 10\u00a0% of the requests now. The champion answers them after that.");

        using var set = await host.Submit("/deployments/churn", "/deployments/churn", ("act", "set"), ("variant", "bold"), ("version", "4"), ("kind", "answers"), ("weight", "20"));
        using var wrong = await host.Submit("/deployments/churn", "/deployments/churn", ("act", "set"), ("variant", "bold"), ("version", "four"), ("kind", "answers"), ("weight", "20"));

        set.StatusCode.ShouldBe(HttpStatusCode.SeeOther);
        api.Sent.Single().Body.ShouldContain("\"weight\":0.2");
        wrong.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        Text(await PageHost.Read(wrong), ".banner").ShouldContain("'four' is no version");
        using var removed = await host.Submit("/deployments/churn", "/deployments/churn", ("act", "remove"), ("variant", "bold"));
        api.Sent.ShouldContain(sent => sent.Method == "DELETE" && sent.Path == "deployments/churn/variants/bold");
    }

    private static string Text(IHtmlDocument page, string selector) => page.QuerySelector(selector)!.TextContent;
}
