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
    public async Task A_canary_says_what_will_happen_before_it_is_started_with_its_steps_and_limits()
    {
        var api = ServingSample.Api().With("deployments/churn/canary", ServingSample.Canary());
        await using var host = await PageHost.Start(api);

        using var asked = await host.Submit("/deployments/churn", "/deployments/churn/canary", Canary);

        api.Sent.ShouldBeEmpty();
        var page = await PageHost.Read(asked);
        Text(page, "main").ShouldContain("Champion v3 answers the rest");
        Text(page, "main").ShouldContain("all of them 4m 30s or more");
        Text(page, "dl").ShouldContain("more than 2.5\u00a0% of its rows");
        Text(page, "dl").ShouldContain("differ by more than 0.05 on average");
        page.QuerySelectorAll("dd").Count(limit => limit.TextContent == "not judged").ShouldBe(2);
        var fields = page.QuerySelectorAll("form[action='/deployments/churn/canary'] input[type=hidden]").Select(field => (field.GetAttribute("name")!, field.GetAttribute("value")!)).Where(field => field.Item1[0] != '_').ToList();
        fields.ShouldContain(("champion", "3"));

        using var started = await host.Submit("/deployments/churn", "/deployments/churn/canary", fields);

        (started.StatusCode, started.Headers.Location!.ToString()).ShouldBe((HttpStatusCode.SeeOther, "/deployments/churn/canary"));
        var sent = JsonSerializer.Deserialize<CanarySettings>(api.Sent.Single().Body, CairnJson.Options)!;
        (sent.Version, sent.WhenDone, sent.Override, sent.Reason).ShouldBe((4, "promote", false, null));
        sent.Limits.ShouldBe(new CanaryLimits { Errors = 0.025, Latency = null, DifferentDecisions = null, MeanAbsoluteDifference = 0.05 });
        sent.Steps.ShouldBe([new(0.1, 90, 200), new(0.5, 90, 200), new(1, 90, 200)]);
    }

    [Fact]
    public async Task A_canary_is_not_started_beside_another_champion_than_was_said()
    {
        var api = ServingSample.Api();
        await using var host = await PageHost.Start(api);

        using var moved = await host.Submit("/deployments/churn", "/deployments/churn/canary", [.. Canary, ("champion", "2")]);

        Text(await PageHost.Read(moved), ".banner").ShouldContain("Nothing was started");
        api.Sent.ShouldBeEmpty();
    }

    [Fact]
    public async Task The_page_of_a_canary_shows_its_steps_and_limits_and_promotes_or_aborts_it()
    {
        var canary = ServingSample.Canary() with { Past = [new(0.05, 1, 2, ServingSample.Canary().Counts with { Rows = 1234 })] };
        var api = ServingSample.Api().With("deployments/churn/canary", canary).With("deployments/churn/canaries", new Page<CanaryWire>([canary]));
        await using var host = await PageHost.Start(api);

        var page = await host.Open("/deployments/churn/canary");

        page.QuerySelectorAll("[data-part] tbody tr").Select(step => step.QuerySelector("td.number:nth-of-type(3)")!.TextContent).ShouldBe(["1,234", "100", "–", "–"]);
        page.QuerySelector("[data-part] tr[aria-current=step] th")!.TextContent.ShouldBe("2");
        page.QuerySelector("#promote-v4 form")!.GetAttribute("action").ShouldBe("/models/churn");
        page.QuerySelector("#promote-v4 input[name=champion]")!.GetAttribute("value").ShouldBe("3");
        Text(page, "#promote-v4").ShouldContain("A canary that runs there ends.");
        Text(page, "#abort-canary").ShouldContain("Champion v3 answers all of them after that.");
        (await host.Open("/deployments/churn/canary?part=live")).QuerySelector("h1").ShouldBeNull();

        api.With("deployments/churn/canary", canary with { State = "aborted", EndedAt = 5 });
        var ended = await host.Open("/deployments/churn/canary");
        ended.QuerySelectorAll("dialog[id^=promote], #abort-canary, [data-part]").ShouldBeEmpty();
        ended.QuerySelectorAll("table .faint").ShouldContain(step => step.TextContent == "not reached");
    }

    [Theory]
    [InlineData(404, "canary.none", 200, "No canary yet")]
    [InlineData(403, "access.denied", 403, "Not for you.")]
    [InlineData(500, "server.fault", 500, "Not for you.")]
    public async Task Without_a_canary_its_page_says_why(int status, string code, int answered, string says)
    {
        await using var host = await PageHost.Start(ServingSample.Api().Refusing("deployments/churn/canary", status, code, "Not for you."));

        using var answer = await host.Http.GetAsync("/deployments/churn/canary");

        ((int)answer.StatusCode).ShouldBe(answered);
        Text(await PageHost.Read(answer), "main").ShouldContain(says);
    }

    [Theory]
    [InlineData("canary_version", "best", "'best' is no version")]
    [InlineData("canary_steps", "5, much", "'much' is no step")]
    [InlineData("canary_steps", " , ", "It has no steps")]
    [InlineData("canary_minutes", "ten", "'ten' is no time")]
    [InlineData("canary_rows", "1.5", "'1.5' is no number of rows")]
    [InlineData("canary_errors", "few", "'few' is no limit")]
    [InlineData("canary_slow_floor", "-", "'-' is no limit")]
    public async Task A_canary_that_is_not_said_clearly_is_not_started(string field, string value, string says)
    {
        var api = ServingSample.Api();
        await using var host = await PageHost.Start(api);
        var fields = new Dictionary<string, string>(StringComparer.Ordinal) { ["canary_version"] = "4", ["canary_steps"] = "5, 100", ["canary_minutes"] = "10", ["canary_rows"] = "1000", ["canary_when_done"] = "wait", ["canary_slow_factor"] = "2", [field] = value };

        using var declined = await host.Submit("/deployments/churn", "/deployments/churn/canary", [.. fields.Select(pair => (pair.Key, pair.Value))]);

        declined.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        var page = await PageHost.Read(declined);
        Text(page, ".banner").ShouldContain(says);
        page.QuerySelector($"input[name={field}]")!.GetAttribute("value").ShouldBe(value, "what was typed stands there");
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

        using var started = await host.Submit("/deployments/churn", "/deployments/churn/shadow", ("past_version", "4"), ("past_model", ""), ("past_from", "2026-11-01"), ("past_to", ""),
            ("past_sample", "500"), ("past_missed", "30"), ("past_alarm", "2.5"), ("past_fresh", "yes"));

        started.Headers.Location!.ToString().ShouldBe($"/flow-runs/{flow.FlowRunId}");
        var sent = JsonSerializer.Deserialize<ShadowRange>(api.Sent.Single().Body, CairnJson.Options)!;
        sent.ShouldBe(new ShadowRange(4, null, 1_793_491_200_000_000, null, 500, 30, 2.5, Fresh: true));

        using var usual = await host.Submit("/deployments/churn", "/deployments/churn/shadow", ("past_version", "4"), ("past_sample", " "), ("past_missed", ""));
        JsonSerializer.Deserialize<ShadowRange>(api.Bodies["deployments/churn/shadow"], CairnJson.Options).ShouldBe(new ShadowRange(4));
        foreach (var (field, value) in (IEnumerable<(string, string)>)[("past_sample", "0.5"), ("past_sample", "0"), ("past_sample", "some"), ("past_alarm", "much")])
        {
            using var wrong = await host.Submit("/deployments/churn", "/deployments/churn/shadow", ("past_version", "4"), (field, value));
            Text(await PageHost.Read(wrong), ".banner").ShouldContain($"'{value}' is no ");
        }

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

    private static IReadOnlyList<(string, string)> Canary =>
    [
        ("canary_version", "4"), ("canary_steps", "10, 50 100%"), ("canary_minutes", "1.5"), ("canary_rows", "200"), ("canary_when_done", "promote"), ("canary_reason", " "),
        ("canary_errors", "2.5"), ("canary_different", ""), ("canary_difference", "0.05"), ("canary_slow_factor", " "), ("canary_slow_floor", "5"),
    ];

    private static string Text(IHtmlDocument page, string selector) => page.QuerySelector(selector)!.TextContent;
}
