using AngleSharp.Dom;
using AngleSharp.Html.Dom;
using Cairn.Client.Wire;

namespace Cairn.Api.Tests.Web;

public class OverviewTests
{
    [Fact]
    public async Task A_project_shows_its_four_stages_with_each_metric_beside_its_baseline()
    {
        await using var host = await PageHost.Start(Sample.Api());
        var page = await host.Open();

        Stages(page, "churn").ShouldBe([
            "Data|7,043 rows|version 3|ok",
            "Train|ROC AUC 0.850|baseline 0.726, best single feature (Contract)|ok",
            "Register|v3 champion|2 of 2 gates hold|ok",
            "Serve|v3 serves|deployment churn|ok"]);
        page.QuerySelector(".lede")!.TextContent.ShouldBe("4 projects, one model served. One without signal: the baseline was not beaten, so nothing was promoted.");
    }

    [Fact]
    public async Task No_signal_is_a_finding_and_not_a_failure()
    {
        await using var host = await PageHost.Start(Sample.Api());
        var page = await host.Open();

        Stages(page, "crm")[1..].ShouldBe(["Train|no signal|ROC AUC 0.508 vs 0.500, prior|quiet", "Register|refused|baseline not beaten|quiet", "Serve|nothing served||quiet"]);
        Project(page, "crm").QuerySelector(".pill")!.GetAttribute("data-status").ShouldBe("no signal");
        Project(page, "crm").QuerySelectorAll("[data-tone=bad]").ShouldBeEmpty();
    }

    [Fact]
    public async Task A_gate_that_did_not_hold_is_named()
    {
        await using var host = await PageHost.Start(Sample.Api());

        Stages(await host.Open(), "bank")[2].ShouldBe("Register|v2 refused|gate: roc_auc >= 0.83|bad");
    }

    [Fact]
    public async Task Runs_show_numbers_as_people_read_them_and_a_dash_where_there_is_none()
    {
        await using var host = await PageHost.Start(Sample.Api());
        var page = await host.Open();

        var rows = page.QuerySelectorAll("#latest-runs tbody tr").Select(row => string.Join('|', row.Children.Select(cell => cell.TextContent.Trim()))).ToList();

        rows[0].ShouldBe("lucid-heron-318|–|running|–|–|2 min ago");
        rows[1].ShouldBe("sedate-auk-312|churn|finished|ROC AUC 0.850|2m 00s|1 h ago");
        rows[3].ShouldStartWith("jolly-kite-305|bank|failed|–|");
        rows[4].ShouldStartWith("odd-newt-1|bank|finished|ROC AUC –|10m 00s|");
        page.Body!.TextContent.ShouldNotContain("NaN");
    }

    [Fact]
    public async Task A_model_shows_who_is_champion_who_challenges_and_where_it_is_served()
    {
        await using var host = await PageHost.Start(Sample.Api());
        var page = await host.Open();

        page.QuerySelectorAll("#champions tbody tr").Select(row => string.Join('|', row.Children.Select(cell => cell.TextContent.Trim()))).ShouldBe(["churn|v3|–|v3|churn|1 h ago", "bank|–|–|v1|–|5 h ago"]);
        page.QuerySelector("#champions td a")!.GetAttribute("href").ShouldBe("/models/churn/versions/3");
    }

    [Fact]
    public async Task What_a_gate_says_of_a_negative_difference_has_a_minus()
    {
        var project = Sample.Refused("difference -0.0123, at least -0.0201 at 95 %");
        await using var host = await PageHost.Start(Sample.Api().With("projects", new Page<ProjectWire>([project])));

        (await host.Open()).QuerySelector("[data-attention] p")!.TextContent.ShouldContain("difference −0.0123, at least −0.0201 at 95 %");
    }

    [Fact]
    public async Task The_headline_of_a_run_of_MLflow_is_what_it_is_judged_by_and_not_what_was_measured_of_the_machine()
    {
        var run = RunSample.Run("0198aa000000700080000000000000a1", "resnet-1", metrics: new Dictionary<string, double>(StringComparer.Ordinal) { ["notes"] = 7, ["system/gpu_0_memory_usage_megabytes"] = 12345678906, ["val/loss"] = 0.15731 });
        await using var host = await PageHost.Start(new FakeApi().With("runs", new Page<RunWire>([run])));

        (await host.Open()).QuerySelectorAll(".data-table tbody td")[2].TextContent.Trim().ShouldBe("val/loss 0.1573");
    }

    [Theory]
    [InlineData("run.create", "runs/0198aa000000700080000000000000a1", """{"name":"resnet-1"}""", "Run resnet-1 started", "by ada")]
    [InlineData("run.update", "runs/0198aa000000700080000000000000a1", """{"status":"failed","name":null}""", "Run 0198aa000000 failed", "by ada")]
    [InlineData("model.rollback", "models/churn", """{"version":1,"reason":"too many false alarms"}""", "churn rolled back to v1", "by ada: too many false alarms")]
    [InlineData("model.verdict", "models/churn/versions/3", """{"verdict":"no_signal"}""", "churn v3 judged: no signal", "by ada")]
    [InlineData("deployment.start-canary", "deployments/churn", "{}", "Canary of churn started", "by ada")]
    [InlineData("entity.erase", "entities/x", "no json", "entity.erase entities/x", "by ada")]
    public async Task What_happened_is_said_in_words_and_what_has_none_as_it_is_written(string action, string subject, string detail, string said, string by)
    {
        await using var host = await PageHost.Start(new FakeApi().With("audit", new Page<AuditEntry>([new(7, 1_700_000_000_000_000, "ada", action, subject, detail)])));

        var moment = (await host.Open()).QuerySelector(".timeline li")!;

        (moment.QuerySelector("b")!.TextContent, moment.QuerySelector("p")!.TextContent).ShouldBe((said, by));
    }

    [Fact]
    public async Task Every_time_is_a_time_element_with_the_full_time_in_its_title()
    {
        await using var host = await PageHost.Start(Sample.Api());

        var times = (await host.Open()).QuerySelectorAll("time");

        times.Length.ShouldBeGreaterThan(8);
        foreach (var time in times)
        {
            DateTimeOffset.TryParse(time.GetAttribute("datetime"), out _).ShouldBeTrue();
            (time.GetAttribute("title") ?? time.TextContent).ShouldEndWith("UTC");
        }
    }

    [Fact]
    public async Task Without_projects_the_page_shows_what_to_type()
    {
        await using var host = await PageHost.Start(new FakeApi());
        var page = await host.Open();

        page.QuerySelector("[data-state=empty] .code")!.TextContent.ShouldContain("cairn init bank --from customers.csv --target Exited");
        page.QuerySelectorAll("[data-state=empty]").Length.ShouldBe(4);
    }

    [Fact]
    public async Task A_part_that_cannot_be_read_says_why_and_the_others_stand()
    {
        await using var host = await PageHost.Start(Sample.Api().Refusing("runs", 503, "storage.unavailable", "The disk did not answer."));
        var page = await host.Open();

        var error = page.QuerySelector("[data-state=error]")!;
        error.TextContent.ShouldContain("The runs could not be read");
        error.TextContent.ShouldContain("The disk did not answer.");
        error.TextContent.ShouldContain("storage.unavailable");
        error.TextContent.ShouldContain("4bf92f3577b34da6a3ce929d0e0e4736");
        Stages(page, "churn").Length.ShouldBe(4);
    }

    [Fact]
    public async Task A_part_the_user_may_not_see_says_so()
    {
        await using var host = await PageHost.Start(Sample.Api().Refusing("models", 403, "access.permission-missing", "This needs the permission models:read."));
        var page = await host.Open();

        page.QuerySelector("[data-state=denied]")!.TextContent.ShouldContain("You may not see the models");
        page.QuerySelectorAll("[data-state=error]").ShouldBeEmpty();
    }

    [Fact]
    public async Task A_server_that_answers_nothing_at_all_still_gives_a_page()
    {
        var api = new FakeApi();
        foreach (var path in new[] { "projects", "runs", "models", "deployments", "about", "audit" }) api.Refusing(path, 500, "server.fault", "A fault.");
        await using var host = await PageHost.Start(api);

        (await host.Open()).QuerySelectorAll("[data-state=error]").Length.ShouldBe(5);
    }

    [Fact]
    public async Task Text_of_users_is_text_and_not_markup()
    {
        var project = new ProjectWire("<script>alert(1)</script>", "5", 0, null, null, null, null, null, null);
        await using var host = await PageHost.Start(new FakeApi().With("projects", new Page<ProjectWire>([project])));
        var page = await host.Open();

        page.Scripts.ShouldAllBe(script => script.Source != null);
        page.QuerySelector(".who b")!.TextContent.ShouldBe("<script>alert(1)</script>");
    }

    private static IElement Project(IHtmlDocument page, string name) => page.QuerySelectorAll(".strip > li").Single(project => project.QuerySelector(".who b")!.TextContent == name);

    private static string[] Stages(IHtmlDocument page, string project) =>
        [.. Project(page, project).QuerySelectorAll(".stop").Select(stop => string.Join('|', stop.QuerySelector(".stage-name")!.TextContent, stop.QuerySelector("b")!.TextContent, stop.QuerySelector("small")!.TextContent, stop.GetAttribute("data-tone")))];
}
