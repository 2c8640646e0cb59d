using System.Net;
using AngleSharp.Html.Dom;
using Cairn.Client.Wire;

namespace Cairn.Api.Tests.Web;

public class ModelPagesTests
{
    [Fact]
    public async Task A_model_shows_champion_challenger_gates_with_their_power_and_every_move()
    {
        await using var host = await PageHost.Start(ServingSample.Api());

        var page = await host.Open("/models/churn");

        page.Title.ShouldBe("churn – Models – Cairn");
        Text(page, ".banner").ShouldContain("v4 holds its gates and awaits a decision");
        page.QuerySelectorAll(".versus > div").Length.ShouldBe(2);
        Text(page, ".versus").ShouldContain("baseline 0.7263, best single feature (Contract)");
        Text(page, "[data-gates]").ShouldContain("about 3,400 more labelled rows are needed");
        page.QuerySelectorAll(".timeline b").Select(move => move.TextContent).ShouldBe(["v3 became champion after v2", "v2 became champion after v1, over its gates", "v1 became champion"]);
        page.QuerySelectorAll("section[aria-label=Versions] tbody tr").Length.ShouldBe(3);
        page.QuerySelector("section[aria-label=Versions] tbody tr:nth-child(2) .pill")!.TextContent.ShouldBe("champion");
    }

    [Fact]
    public async Task A_verdict_is_drawn_with_its_test_and_what_more_rows_would_tell()
    {
        var judged = ServingSample.Version(4, ServingSample.Compared());
        var champion = ServingSample.Version(3, ServingSample.Compared(), "champion");
        await using var host = await PageHost.Start(ServingSample.Api()
            .With("models/churn/versions", new Page<ModelVersionWire>([judged, champion])).With("models/churn/versions/4", judged).With("models/churn/versions/4/lineage", ServingSample.Lineage(judged)));

        var page = await host.Open("/models/churn");

        Text(page, ".banner").ShouldContain("v4 is not worse than v3; whether it is better cannot be told yet");
        Text(page, ".banner").ShouldContain("About 3,400 more labelled rows would tell a gain of 0.0045 with 80 % power.");
        foreach (var shown in new[] { page, await host.Open("/models/churn/versions/4") })
        {
            var gates = shown.QuerySelectorAll("[data-gates] li");
            gates[0].QuerySelector("svg.forest")!.GetAttribute("aria-label").ShouldBe("Difference in ROC AUC, v4 minus Contract alone: +0.1110, 95 percent interval +0.1000 to +0.1220");
            gates[0].QuerySelector(".forest .margin").ShouldBeNull();
            Facts(gates[0]).ShouldBe(["DeLong, paired, on 5,634 rows out of fold", "surely better at least +0.1018 at one-sided 95 %; p < 0.001, 95 % interval +0.1000 to +0.1220", "80 % for a gain of 0.0139"]);
            gates[1].QuerySelector("svg.forest")!.GetAttribute("aria-label")!.ShouldEndWith("; margin −0.005");
            Facts(gates[1]).ShouldBe([
                "DeLong, paired, on 1,409 rows new to both", "undecided p = 0.13, 95 % interval −0.0013 to +0.0103", "passed at least −0.0004 at one-sided 95 %; a loss of 0.005 is allowed",
                "52 %, if both are equally good; 80 % with 3,053 rows", "on 94.1 % of these rows, each at its own threshold",
            ]);
            var enough = shown.QuerySelectorAll(".card").Single(card => card.QuerySelector("h2")?.TextContent == "How many labels are enough");
            enough.QuerySelector("figure.chart table")!.QuerySelectorAll("tbody tr").Length.ShouldBeGreaterThan(8);
        }

        static IEnumerable<string> Facts(AngleSharp.Dom.IElement gate) => gate.QuerySelectorAll("dd").Select(fact => string.Join(' ', fact.TextContent.Replace('\u00a0', ' ').Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)));
    }

    [Theory]
    [InlineData("v3", -0.003, -0.005, -0.001, "v4 is worse than v3, by no more than its gates allow")]
    [InlineData("v3", 0.006, 0.001, 0.011, "v4 is better than v3 and awaits a decision")]
    [InlineData("v3", -0.001, -0.004, 0.002, "v4 is not worse than v3; whether it is better cannot be told")]
    [InlineData("v2", 0.006, 0.001, 0.011, "v4 holds its gates and awaits a decision")] // v2 is champion no more
    public async Task What_there_is_to_decide_is_said_as_the_comparison_with_the_champion_of_today_has_it(string against, double difference, double low, double high, string said)
    {
        var verdict = ServingSample.Compared();
        var compared = verdict.Checks[1].Comparison! with { Against = against, Difference = difference, Low = low, High = high, AtLeast = low + 0.0005, Margin = 0.01 };
        var judged = ServingSample.Version(4, verdict with { Checks = [verdict.Checks[0], verdict.Checks[1] with { Comparison = compared }] });
        await using var host = await PageHost.Start(ServingSample.Api()
            .With("models/churn/versions", new Page<ModelVersionWire>([judged, ServingSample.Version(3, null, "champion")])).With("models/churn/versions/4", judged));

        var page = await host.Open("/models/churn");

        page.QuerySelector(".banner b")!.TextContent.ShouldBe(said);
        page.QuerySelectorAll("h2").Count(title => title.TextContent == "How many labels are enough").ShouldBe(against == "v3" ? 1 : 0);
    }

    [Fact]
    public async Task Promoting_says_what_it_changes_and_does_it()
    {
        var api = ServingSample.Api();
        await using var host = await PageHost.Start(api);
        var dialog = (await host.Open("/models/churn")).GetElementById("promote-v4")!;

        dialog.TextContent.ShouldContain("v3 is champion now. v4 takes its place.");
        dialog.TextContent.ShouldContain("serves v3 now, v4 after");
        dialog.TextContent.ShouldContain("Gates: passed.");
        dialog.TextContent.ShouldContain("a rollback brings it back");
        dialog.QuerySelectorAll("[required]").ShouldBeEmpty();

        using var done = await host.Submit("/models/churn", "/models/churn", ("act", "promote"), ("version", "4"), ("champion", "3"), ("reason", "better"));

        done.StatusCode.ShouldBe(HttpStatusCode.SeeOther);
        done.Headers.Location!.OriginalString.ShouldBe("/models/churn");
        var sent = api.Sent.Single();
        (sent.Method, sent.Path).ShouldBe(("POST", "models/churn/promote"));
        sent.Body.ShouldContain("\"version\":4");
        sent.Body.ShouldContain("\"override\":false");
    }

    [Theory]
    [InlineData("refused", "override", "The gates refused it.")]
    [InlineData("unverified", "unverified", "Nobody judged it here.")]
    public async Task What_the_gates_did_not_pass_needs_a_reason_and_says_so(string case_, string allow, string said)
    {
        var version = ServingSample.Version(4, case_ == "refused" ? ServingSample.Judged("refused", "roc_auc >= 0.83 does not hold.") : null);
        if (case_ == "unverified") version = version with { PackageDigest = null };
        await using var host = await PageHost.Start(ServingSample.Api().With("models/churn/versions/4", version).With("models/churn/versions/4/lineage", ServingSample.Lineage(version)));

        foreach (var path in new[] { "/models/churn", "/models/churn/versions/4" })
        {
            var dialog = (await host.Open(path)).GetElementById("promote-v4")!;
            dialog.QuerySelector("input[name=allow]")!.GetAttribute("value").ShouldBe(allow);
            dialog.QuerySelector("input[name=reason]")!.HasAttribute("required").ShouldBeTrue();
            dialog.TextContent.ShouldContain(said);
        }
    }

    [Fact]
    public async Task What_has_no_signal_cannot_be_promoted_and_is_no_failure()
    {
        await using var host = await PageHost.Start(ServingSample.Api().With("models/churn/versions/4", ServingSample.Version(4, ServingSample.Judged("no_signal", "No gain over Contract alone."))));

        var page = await host.Open("/models/churn");

        page.GetElementById("promote-v4").ShouldBeNull();
        page.QuerySelector(".banner")!.GetAttribute("data-tone").ShouldBe("quiet");
        Text(page, ".banner").ShouldContain("It cannot become champion; v3 goes on.");
    }

    [Fact]
    public async Task A_rollback_names_where_it_leads_and_moves_nothing_when_that_is_no_longer_so()
    {
        var api = ServingSample.Api().With("models/churn/rollback", new RollbackPreviewWire("churn", 3, 2));
        await using var host = await PageHost.Start(api);
        var dialog = (await host.Open("/models/churn")).GetElementById("rollback")!;
        dialog.TextContent.ShouldContain("v3 is champion now. v2, the champion before it, takes its place.");
        dialog.QuerySelector("input[name=reason]")!.HasAttribute("required").ShouldBeTrue();

        using var outdated = await host.Submit("/models/churn", "/models/churn", ("act", "rollback"), ("version", "1"), ("champion", "2"), ("reason", "complaints"));

        outdated.StatusCode.ShouldBe(HttpStatusCode.Conflict);
        Text(await PageHost.Read(outdated), ".banner").ShouldContain("The champion moved after this page was loaded: it is v3 now.");
        api.Sent.ShouldBeEmpty();
    }

    [Fact]
    public async Task What_the_server_refuses_is_said_on_the_page()
    {
        await using var host = await PageHost.Start(ServingSample.Api().Refusing("models/churn/promote", 403, "access.permission-missing", "Moving the champion needs the permission models:promote."));

        using var refused = await host.Submit("/models/churn", "/models/churn", ("act", "promote"), ("version", "4"), ("champion", "3"));

        refused.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        var page = await PageHost.Read(refused);
        Text(page, ".banner").ShouldContain("Nothing was moved");
        Text(page, ".banner").ShouldContain("models:promote");
    }

    [Fact]
    public async Task Who_was_champion_on_a_day_is_the_one_of_its_beginning_and_every_move_within_it()
    {
        var api = ServingSample.Api();
        await using var host = await PageHost.Start(api);

        var facts = (await host.Open("/models/churn?on=2026-11-20")).QuerySelectorAll("[data-day] dd").Select(fact => fact.TextContent.Trim()).ToList();

        facts.Count.ShouldBe(2);
        facts[0].ShouldStartWith("v2");
        facts[0].ShouldContain("champion since");
        facts[1].ShouldStartWith("v3");
        api.Asked.ShouldContain(asked => asked.Contains("at=1795219199999999", StringComparison.Ordinal));
        Text(await host.Open("/models/churn?on=yesterday"), "#on-problem").ShouldContain("'yesterday' is no day");
        (await host.Open("/models/churn?on=2999-01-01")).QuerySelectorAll("[data-day] dd").Select(fact => fact.TextContent.Trim()).ShouldBe(["still to come: v3 is champion now"]);
    }

    [Fact]
    public async Task Moves_lead_to_earlier_ones_and_a_day_of_very_many_says_that_they_are_not_all()
    {
        var api = ServingSample.Api().With("models/churn/promotions", new Page<PromotionWire>([.. ServingSample.Moves().Items.Take(1)], "older"));
        await using var host = await PageHost.Start(api);

        (await host.Open("/models/churn")).QuerySelectorAll(".earlier a").Select(link => (link.TextContent, link.GetAttribute("href"))).ShouldBe([("Earlier moves", "/models/churn?moves=older")]);
        (await host.Open("/models/churn?moves=older")).QuerySelectorAll(".earlier a").Select(link => link.GetAttribute("href")).ShouldBe(["/models/churn", "/models/churn?moves=older"]);
        api.Asked.ShouldContain(asked => asked.StartsWith("models/churn/promotions?", StringComparison.Ordinal) && asked.Contains("page_token=older", StringComparison.Ordinal));
        Text(await host.Open("/models/churn?on=2026-11-20"), "[data-day]").ShouldContain("more moves on that day");
    }

    [Fact]
    public async Task A_version_shows_what_it_stands_on_its_signature_and_its_package()
    {
        await using var host = await PageHost.Start(ServingSample.Api());

        var page = await host.Open("/models/churn/versions/4");

        page.QuerySelectorAll(".stones li").Select(stone => stone.TextContent).ShouldBe(["Model version churn v4sealed, sha256 aaaaaaaa", "Run sedate-auk-312finished, by ada", "Dataset customerstrain, sha256 99999999"]);
        page.QuerySelectorAll("[aria-label=Inputs] tbody tr").Select(row => string.Join('|', row.Children.Select(cell => cell.TextContent.Trim()))).ShouldBe(
            ["tenure|integer|0 to 72|no|no", "Contract|category|Month-to-month, Two year|no|no"]);
        var files = page.QuerySelectorAll("[aria-label='Files of the package'] tbody tr");
        files.Length.ShouldBe(2);
        foreach (var file in files)
            file.QuerySelector("a")!.GetAttribute("href")!.ShouldEndWith($"/artifacts/content/model/{file.QuerySelector("a")!.TextContent}");
        page.QuerySelector(".crumbs li:nth-last-child(2)")!.TextContent.ShouldBe("churn");
    }

    [Theory]
    [InlineData("/models", "models", "No models yet")]
    public async Task An_empty_list_says_what_to_do(string path, string asked, string said)
    {
        await using var host = await PageHost.Start(new FakeApi().With(asked, new Page<ModelWire>([])));

        Text(await host.Open(path), "[data-state=empty]").ShouldContain(said);
    }

    [Theory]
    [InlineData("/models", "models", "You may not see the models")]
    [InlineData("/models/churn", "models/churn", "You may not see the model")]
    [InlineData("/models/churn/versions/4", "models/churn/versions/4/lineage", "You may not see the version")]
    public async Task What_may_not_be_seen_is_said_with_the_status_of_the_answer(string path, string asked, string said)
    {
        await using var host = await PageHost.Start(ServingSample.Api().Refusing(asked, 403, "access.permission-missing", "This needs models:read."));

        using var answer = await host.Http.GetAsync(path);

        answer.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        Text(await PageHost.Read(answer), "[data-state=denied]").ShouldContain(said);
    }

    [Theory]
    [InlineData("/models/nobody")]
    [InlineData("/models/churn/versions/99")]
    [InlineData("/models/churn/versions/latest")]
    public async Task What_is_not_there_is_a_page_of_its_own(string path)
    {
        await using var host = await PageHost.Start(ServingSample.Api());

        (await host.Http.GetAsync(path)).StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task A_part_that_cannot_be_read_leaves_the_others_standing()
    {
        await using var host = await PageHost.Start(ServingSample.Api().Refusing("models/churn/promotions", 503, "storage.unavailable", "The disk does not answer.").Refusing("deployments", 403, "access.permission-missing", "No."));

        var page = await host.Open("/models/churn");

        Text(page, "[data-state=error]").ShouldContain("storage.unavailable");
        page.QuerySelectorAll("section[aria-label=Versions] tbody tr").Length.ShouldBe(3);
        page.GetElementById("promote-v4")!.TextContent.ShouldContain("could not be read");
    }

    [Fact]
    public async Task Names_and_words_of_users_stay_text()
    {
        const string Hostile = "<script>alert(1)</script>";
        var name = Hostile + new string('x', 10_000);
        await using var host = await PageHost.Start(ServingSample.Api()
            .With("models", new Page<ModelWire>([ServingSample.Model(3, 4) with { Name = name, Description = name }]))
            .With("models/churn", ServingSample.Model(3, 4) with { Description = name })
            .With("models/churn/promotions", new Page<PromotionWire>([new("churn", 3, 2, "promote", name, name, ServingSample.Noon)]))
            .With("models/churn/versions/4", ServingSample.Version(4, ServingSample.Judged("refused", name), name)));

        foreach (var path in new[] { "/models", "/models/churn" })
        {
            var page = await host.Open(path);
            page.QuerySelectorAll("main script:not([type='application/json'])").ShouldBeEmpty();
            page.Body!.TextContent.ShouldContain(Hostile);
        }
    }

    [Fact]
    public async Task Lists_are_exported_as_they_are()
    {
        await using var host = await PageHost.Start(ServingSample.Api());

        (await host.Http.GetStringAsync("/models?format=csv")).ShouldStartWith("name,champion,latest,");
        (await host.Http.GetStringAsync("/models/churn?format=csv")).ShouldContain("\r\n4,,None,passed,");
    }

    private static string Text(IHtmlDocument page, string selector) => page.QuerySelector(selector)!.TextContent;
}
