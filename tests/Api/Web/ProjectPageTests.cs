using System.Net;
using System.Text.Json;
using AngleSharp.Dom;
using AngleSharp.Html.Dom;
using AngleSharp.Html.Parser;
using Cairn.Client.Wire;

namespace Cairn.Api.Tests.Web;

public class ProjectPageTests
{
    private static readonly string Id = new('f', 32);

    [Fact]
    public async Task A_project_shows_its_files_its_plan_its_runs_and_who_became_champion()
    {
        await using var host = await PageHost.Start(Api());
        var page = await host.Open("/projects/churn");

        page.QuerySelectorAll(".file-name").Select(name => name.TextContent).ShouldBe(["cairn.yaml", "schema.yaml"]);
        page.QuerySelector(".code")!.TextContent.ShouldBe("project: churn\n");
        page.QuerySelector(".valid")!.TextContent.ShouldContain("understood");
        page.QuerySelectorAll("[aria-label='Steps of the plan'] tbody tr").Select(row => string.Join('|', row.Children.Select(cell => cell.TextContent.Trim()))).ShouldBe(["snapshot|reuse|as it was", "train:xgboost|will run|not trained on this data"]);
        page.QuerySelectorAll("[aria-label='Runs of the project'] tbody th a").Select(link => link.GetAttribute("href")).ShouldBe([$"/flow-runs/{Id}"]);
        page.QuerySelector(".timeline")!.TextContent.ShouldContain("v3 became champion after v2");
        page.QuerySelector(".timeline")!.TextContent.ShouldContain("by ada: holds its gates");
    }

    [Fact]
    public async Task Files_that_do_not_hold_are_shown_with_file_line_found_and_expected()
    {
        var problem = new Problem("about:blank", "project.invalid", 400, "cairn.yaml, line 3: split.test is 2.", "project.invalid", null, [new("cairn.yaml:3 split.test", "2", "a share above 0 and below 1")]);
        await using var host = await PageHost.Start(Api().Answering("projects/plan", 400, problem));
        var page = await host.Open("/projects/churn");

        page.QuerySelector(".banner[data-tone=bad]")!.TextContent.ShouldContain("cairn.yaml:3 split.test: found 2, expected a share above 0 and below 1");
        page.QuerySelector("main [data-state=none]")!.TextContent.ShouldContain("No plan");
        page.QuerySelectorAll(".code").ShouldNotBeEmpty();
    }

    [Fact]
    public async Task Run_now_sends_the_current_files_and_leads_to_the_flow_run()
    {
        var api = Api();
        await using var host = await PageHost.Start(api);
        using var answer = await Send(host, "/projects/churn", "/projects/churn/run", [("promote", "1")]);

        answer.StatusCode.ShouldBe(HttpStatusCode.SeeOther);
        answer.Headers.Location!.OriginalString.ShouldBe($"/flow-runs/{Id}");
        using var sent = JsonDocument.Parse(api.Bodies["projects/run"]);
        sent.RootElement.GetProperty("promote").GetBoolean().ShouldBeTrue();
        sent.RootElement.GetProperty("project").GetProperty("folder").GetString().ShouldBe("/srv/churn");
        sent.RootElement.GetProperty("project").GetProperty("files").GetProperty("cairn.yaml").GetString().ShouldBe("project: churn\n");
    }

    [Fact]
    public async Task A_run_that_may_not_begin_says_why_on_the_page()
    {
        await using var host = await PageHost.Start(Api().Refusing("projects/run", 409, "flow.busy", "projects/churn is being worked on by another run."));
        using var answer = await Send(host, "/projects/churn", "/projects/churn/run", []);

        answer.StatusCode.ShouldBe(HttpStatusCode.Conflict);
        Parse(await answer.Content.ReadAsStringAsync()).QuerySelector(".banner")!.TextContent.ShouldContain("is being worked on by another run");
    }

    [Fact]
    public async Task A_flow_run_that_works_is_a_part_that_is_fetched_again_and_can_be_cancelled()
    {
        await using var host = await PageHost.Start(Api().With($"flow-runs/{Id}", Running()).With($"flow-runs/{Id}/cancel", Running()));
        var page = await host.Open($"/flow-runs/{Id}");
        var part = await host.Open($"/flow-runs/{Id}?part=live");
        using var cancelled = await Send(host, $"/flow-runs/{Id}", $"/flow-runs/{Id}/cancel", []);

        var live = page.QuerySelector("[data-part]")!;
        (live.GetAttribute("data-part"), live.GetAttribute("data-every")).ShouldBe(($"/flow-runs/{Id}?part=live", "1000"));
        page.QuerySelector(".progress")!.TextContent.ShouldContain("1 of 3 tasks done, train:xgboost: trial 3 of 30");
        page.QuerySelectorAll(".dag .node text:first-of-type").Select(word => word.TextContent).ShouldBe(["snapshot", "train:xgboost", "select"]);
        page.QuerySelectorAll(".dag .edge").Length.ShouldBe(2);
        page.QuerySelectorAll("[aria-label='Tasks and when they ran'] tbody tr").Select(row => row.Children[1].TextContent.Trim()).ShouldBe(["succeeded", "running", "pending"]);
        page.QuerySelectorAll(".dag a").Select(node => node.GetAttribute("href")).ShouldAllBe(anchor => page.QuerySelector(anchor!) != null);
        part.QuerySelector(".side").ShouldBeNull();
        part.QuerySelector("[data-part]").ShouldNotBeNull();
        cancelled.Headers.Location!.OriginalString.ShouldBe($"/flow-runs/{Id}");
    }

    [Fact]
    public async Task A_flow_run_that_has_ended_says_what_it_came_to_and_is_no_part()
    {
        var result = JsonSerializer.SerializeToElement(new { scored = 5000, output = "/tmp/a<b>.csv" });
        await using var host = await PageHost.Start(Api()
            .With($"flow-runs/{Id}", Running() with { State = "succeeded", Flow = "batch", EndedAt = 5_000_000, Result = result })
            .With("flow-runs/failed", Running() with { FlowRunId = "failed", State = "failed", EndedAt = 1, Problem = new("about:blank", "data.contract-broken", 400, "A row is wrong.", "data.contract-broken", null, [new("tenure", "-1 (row 7)", "range")]) }));
        var page = await host.Open($"/flow-runs/{Id}");
        var failed = await host.Open("/flow-runs/failed");

        page.QuerySelector("[data-part]").ShouldBeNull();
        page.QuerySelector(".code")!.TextContent.ShouldContain("/tmp/a<b>.csv");
        failed.QuerySelector("main form")!.GetAttribute("action").ShouldBe("/flow-runs/failed/resume");
        failed.QuerySelectorAll("[aria-label='Found and expected'] tbody td").Select(cell => cell.TextContent).ShouldBe(["-1 (row 7)", "range"]);
    }

    [Fact]
    public async Task Past_traffic_scored_again_is_shown_beside_the_answers_that_were_given_and_their_outcomes()
    {
        var result = new ShadowResultWire(
            "churn", 1, 2, "churn", 4, new string('a', 64), 1200, 1190, 3, [new("tenure is missing, and required", 7, new string('b', 32))], [],
            new(1190, new(0.25, 0.2), new(0.27, 0.24), 0.93, 0.915, 0.944, 10, 73, 0.031, 0.04, new(600, 600, 0.26, [new("roc_auc", 0.83, 0.85, 0.02, 0.005, 0.035, 0.009)])), "v4 would have said yes to more.", 1.5);
        var run = Running() with { Flow = "shadow", State = "succeeded", EndedAt = 2, Result = System.Text.Json.JsonSerializer.SerializeToElement(result, Cairn.Client.CairnJson.Options) };
        await using var host = await PageHost.Start(Api().With($"flow-runs/{Id}", run));

        var page = await host.Open($"/flow-runs/{Id}");

        page.QuerySelectorAll(".stat dd").Select(value => value.TextContent).ShouldContain(text => text.StartsWith("93\u00a0%", StringComparison.Ordinal));
        string.Join('|', page.QuerySelectorAll("[aria-label='Where the outcome is known'] tbody tr > *").Select(cell => cell.TextContent)).ShouldBe("ROC AUC|0.8300|0.8500|+0.0200|+0.0050 to +0.0350|0.009");
        page.QuerySelector($"a[href='/predictions/{new string('b', 32)}']")!.TextContent.ShouldBe("an example");
    }

    [Theory]
    [InlineData("/projects/nothing", HttpStatusCode.NotFound, "none")]
    [InlineData("/flow-runs/nothing", HttpStatusCode.NotFound, "none")]
    [InlineData("/projects/secret", HttpStatusCode.Forbidden, "denied")]
    public async Task What_cannot_be_shown_is_said_with_the_status_it_has(string path, HttpStatusCode status, string state)
    {
        await using var host = await PageHost.Start(Api().Refusing("projects/secret", 403, "access.permission-missing", "This needs the permission projects:read."));
        using var answer = await host.Http.GetAsync(path);

        answer.StatusCode.ShouldBe(status);
        Parse(await answer.Content.ReadAsStringAsync()).QuerySelector("main [data-state]")!.GetAttribute("data-state").ShouldBe(state);
    }

    [Fact]
    public async Task Empty_lists_say_what_to_type_and_full_ones_show_the_metric_beside_its_baseline()
    {
        await using var empty = await PageHost.Start(new FakeApi().With("flow-runs", new Page<FlowRunWire>([])));
        await using var host = await PageHost.Start(Sample.Api());

        (await empty.Open("/projects")).QuerySelector("main [data-state=empty] .code")!.TextContent.ShouldContain("cairn run bank");
        (await empty.Open("/flow-runs")).QuerySelector("main [data-state=empty] .code")!.TextContent.ShouldContain("cairn run FOLDER");
        (await host.Open("/projects")).QuerySelectorAll("main tbody tr").Select(row => string.Join('|', row.Children.Take(5).Select(cell => cell.TextContent.Trim()))).First().ShouldBe("churn|succeeded|promoted|0.850|0.726");
    }

    private static FakeApi Api() => new FakeApi()
        .With("projects/churn", new ProjectWire("churn", new string('5', 64), 0, "churn", "churn", 3, "churn", Running() with { State = "succeeded" }, null))
        .With("projects/churn/files", new RevisionFilesWire("churn", new string('5', 64), 0, "ada", new("/srv/churn", new Dictionary<string, string>(StringComparer.Ordinal) { ["schema.yaml"] = "columns:\n", ["cairn.yaml"] = "project: churn\n" })))
        .With("projects/churn/revisions", new Page<ProjectRevisionWire>([new(new string('5', 64), 0, "ada", new Dictionary<string, string>(StringComparer.Ordinal))]))
        .With("projects/plan", new PlanWire("churn", new string('5', 64), [new("snapshot", "reuse", "as it was"), new("train:xgboost", "run", "not trained on this data")]))
        .With("projects/run", Running())
        .With("flow-runs", new Page<FlowRunWire>([Running() with { State = "succeeded" }]))
        .With("models/churn/promotions", new Page<PromotionWire>([new("churn", 3, 2, "promote", "ada", "holds its gates", 0)]));

    private static FlowRunWire Running() => new(
        Id, "lifecycle", "projects/churn", "running", 0, 0, null, "",
        [
            new("snapshot", "succeeded", 1, "100 rows", 0, 1_000_000, false, []),
            new("train:xgboost", "running", 0.1, "trial 3 of 30", 1_000_000, null, false, ["snapshot"]),
            new("select", "pending", 0, "", null, null, false, ["train:xgboost"]),
        ],
        null, null);

    private static IHtmlDocument Parse(string html) => new HtmlParser().ParseDocument(html);

    private static async Task<HttpResponseMessage> Send(PageHost host, string from, string to, (string Name, string Value)[] fields)
    {
        using var opened = await host.Http.GetAsync(from);
        var token = Parse(await opened.Content.ReadAsStringAsync()).QuerySelector("main input[name=__RequestVerificationToken]")!.GetAttribute("value")!;
        using var request = new HttpRequestMessage(HttpMethod.Post, to) { Content = new FormUrlEncodedContent(fields.Append(("__RequestVerificationToken", token)).Select(field => KeyValuePair.Create(field.Item1, field.Item2))) };
        request.Headers.Add("Cookie", opened.Headers.GetValues("Set-Cookie").Single(cookie => cookie.StartsWith("cairn-form", StringComparison.Ordinal)).Split(';')[0]);
        return await host.Http.SendAsync(request);
    }
}
