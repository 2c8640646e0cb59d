using System.Net;
using System.Text.Json;
using AngleSharp.Html.Dom;
using Cairn.Client.Wire;

namespace Cairn.Api.Tests.Web;

public class ServingPagesTests
{
    private const string Prediction = $"/predictions/{ServingSample.Id}";

    [Fact]
    public async Task A_deployment_shows_who_answers_how_much_how_fast_and_what()
    {
        await using var host = await PageHost.Start(ServingSample.Api());

        var page = await host.Open("/deployments/churn");

        var rows = page.QuerySelectorAll("[aria-label^=Variants] tbody tr").Select(row => string.Join('|', row.Children.Select(cell => cell.TextContent.Trim()))).ToList();
        rows[0].ShouldStartWith("champion|v3|90\u00a0%|1,000|0|0.270|21\u00a0% (19–24\u00a0%)|0.2 ms|0.4 ms|2.9 ms|");
        rows[1].ShouldContain("bold|v4|10\u00a0%|100|1|");
        rows[2].ShouldContain("next|v4|shadow|1,000, 12 dropped|0|");
        Text(page, ".forest").ShouldContain("+0.0700");
        page.Body!.TextContent.ShouldContain("no difference can be told yet");
        page.Body.TextContent.ShouldContain("on 94\u00a0% of 1,000 rows that both scored");
        page.QuerySelectorAll("[data-part]").Select(part => (part.GetAttribute("data-part"), part.GetAttribute("data-every"))).ShouldBe(
            [("/deployments/churn?part=live", "3000"), ("/deployments/churn?part=traffic&minutes=60", "0"), ("/deployments/churn?part=variants", "5000")]);
    }

    [Fact]
    public async Task What_changes_the_traffic_is_folded_until_it_is_wanted_or_was_declined()
    {
        await using var host = await PageHost.Start(ServingSample.Api().With("deployments/churn/canaries", new Page<CanaryWire>([])));

        var page = await host.Open("/deployments/churn");
        using var declined = await host.Submit("/deployments/churn", "/deployments/churn", ("act", "set"), ("variant", "bold"), ("version", "four"), ("kind", "shadow"));
        var again = await PageHost.Read(declined);

        page.QuerySelectorAll("details.fold > summary h2").Select(heading => heading.TextContent).ShouldBe(["Change the traffic", "Try a version on past traffic", "Start a canary"]);
        page.QuerySelectorAll("details.fold[open]").ShouldBeEmpty();
        page.QuerySelector("details.fold > #start-canary").ShouldNotBeNull(); // a link there opens it
        declined.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        again.QuerySelectorAll("details.fold[open] > summary h2").Select(heading => heading.TextContent).ShouldBe(["Change the traffic"]);
        again.QuerySelector("[name=variant][value=bold]").ShouldNotBeNull();
        again.QuerySelector("[name=kind] option[selected]")!.GetAttribute("value").ShouldBe("shadow");
        using var canary = await host.Submit("/deployments/churn", "/deployments/churn/canary", ("canary_version", "four"));
        (await PageHost.Read(canary)).QuerySelectorAll("details.fold[open] > summary h2").Select(heading => heading.TextContent).ShouldBe(["Start a canary"]);
    }

    [Fact]
    public async Task How_to_ask_has_the_values_of_the_example()
    {
        await using var host = await PageHost.Start(ServingSample.Api().With("deployments/churn", ServingSample.Deployment() with
        {
            Inputs = [new("tenure", "integer", true, null, 0, 72, JsonSerializer.SerializeToElement(29)), new("Contract", "category", true, ["Month-to-month", "Two year"], Example: JsonSerializer.SerializeToElement("Ben's")), new("note", "category", false)],
        }));

        Text(await host.Open("/deployments/churn"), ".code").ShouldContain("""-d '{"tenure":29,"Contract":"Ben\u0027s"}'""");
    }

    [Fact]
    public async Task A_deployment_that_does_not_serve_its_champion_says_why()
    {
        await using var host = await PageHost.Start(ServingSample.Api()
            .With("deployments/churn", ServingSample.Deployment("v4 was refused: its file 'model.ubj' was altered."))
            .With("deployments", new Page<DeploymentWire>([ServingSample.Deployment("altered"), ServingSample.Deployment() with { Name = "new", Version = null, Problem = "no champion" }])));

        Text(await host.Open("/deployments/churn"), ".banner").ShouldContain("model.ubj");
        (await host.Open("/deployments")).QuerySelectorAll("tbody .pill").Select(pill => pill.TextContent).ShouldBe(["degraded", "unavailable"]);
    }

    [Fact]
    public async Task The_list_says_what_is_in_memory_and_when_it_was_last_asked()
    {
        await using var host = await PageHost.Start(ServingSample.Api().With("deployments", new Page<DeploymentWire>(
        [
            ServingSample.Deployment() with { Memory = new(DeploymentMemoryWire.Loaded, 1_200_000, ServingSample.Noon) },
            ServingSample.Deployment() with { Name = "rare", Memory = new(DeploymentMemoryWire.NotLoaded, 0, null) },
        ])));

        var rows = (await host.Open("/deployments")).QuerySelectorAll("tbody tr").Select(row => row.TextContent).ToList();

        rows[0].ShouldContain("in memory, 1.2 MB");
        rows[0].ShouldContain("20 Nov, 12:00");
        rows[1].ShouldContain("loaded by the next request");
    }

    [Fact]
    public async Task Outcomes_show_maturity_and_performance_with_intervals_and_wait_for_neither()
    {
        var api = ServingSample.Api();
        await using var host = await PageHost.Start(api);

        var page = await host.Open("/deployments/churn/outcomes");
        page.QuerySelector("[data-part]")!.GetAttribute("data-part")!.ShouldContain("part=summary&from=");
        page.QuerySelectorAll("section[aria-label=Outcomes] tbody tr").Length.ShouldBe(1);
        api.Asked.ShouldNotContain(asked => asked.Contains("summary", StringComparison.Ordinal));

        var summary = await host.Open("/deployments/churn/outcomes?summary=now&from=2026-10-01");
        Text(summary, ".stats").ShouldContain("40\u00a0%");
        Text(summary, "[aria-label=Performance]").ShouldContain("0.847\u00a0 0.801–0.893");
        Text(summary, ".matrix").ShouldContain("220");
        api.Asked.ShouldContain(asked => asked == "deployments/churn/outcomes/summary?from=2026-10-01&max_age=300");

        Text(summary, ".card-head .end").ShouldContain("counted");
        await host.Open(summary.QuerySelector(".card-head .end a")!.GetAttribute("href")!);
        api.Asked.ShouldContain(asked => asked == "deployments/churn/outcomes/summary?from=2026-10-01");
    }

    [Fact]
    public async Task Settings_are_changed_by_a_form_and_a_mistake_is_named_beside_its_field()
    {
        var api = ServingSample.Api();
        await using var host = await PageHost.Start(api);
        (string, string)[] fields = [("sample", "50"), ("keep_days", "90"), ("when_unavailable", "answer"), ("within_days", ""), ("negative_after_days", "30"), ("entity", "")];

        using var saved = await host.Submit("/deployments/churn/settings", "/deployments/churn/settings", fields);
        using var wrong = await host.Submit("/deployments/churn/settings", "/deployments/churn/settings", [("sample", "half"), .. fields[1..]]);

        saved.StatusCode.ShouldBe(HttpStatusCode.SeeOther);
        api.Sent.Single().Body.ShouldBe("""{"entity":null,"log":{"keep_days":90,"when_unavailable":"answer","sample":0.5},"outcome":{"within_days":null,"negative_after_days":30}}""");
        wrong.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        var page = await PageHost.Read(wrong);
        Text(page, "#field-sample-problem").ShouldContain("Found 'half'; expected a number from 0 to 100.");
        page.GetElementById("field-negative_after_days")!.GetAttribute("value").ShouldBe("30");
    }

    [Fact]
    public async Task Keeping_predictions_for_fewer_days_names_what_is_lost_and_waits_for_consent()
    {
        var api = ServingSample.Api();
        await using var host = await PageHost.Start(api);
        (string, string)[] fields = [("sample", "100"), ("keep_days", "7"), ("when_unavailable", "refuse")];

        using var asked = await host.Submit("/deployments/churn/settings", "/deployments/churn/settings", fields);
        var page = await PageHost.Read(asked);
        api.Sent.ShouldBeEmpty();
        using var agreed = await host.Submit("/deployments/churn/settings", "/deployments/churn/settings", [.. fields, ("agreed", "7")]);

        Text(page, ".form .banner").ShouldContain("Predictions older than 7 days are deleted");
        page.QuerySelector("input[name=agreed]")!.HasAttribute("required").ShouldBeTrue();
        agreed.StatusCode.ShouldBe(HttpStatusCode.SeeOther);
        api.Sent.Count.ShouldBe(1);
    }

    [Fact]
    public async Task The_log_is_asked_by_entity_time_variant_and_version_and_paged()
    {
        var api = ServingSample.Api();
        await using var host = await PageHost.Start(api);

        var page = await host.Open("/predictions?entity=C-1&from=2026-11-20T10:00&to=2026-11-21&variant=champion&version=3&kind=answer&rows=now");

        var asked = api.Asked.Single(path => path.StartsWith("predictions?", StringComparison.Ordinal));
        asked.ShouldContain("entity=C-1&from=1795168800000000&to=1795219200000000&variant=champion&version=3&shadow=false&limit=50");
        page.QuerySelector("[rel=next]")!.GetAttribute("href")!.ShouldContain("page_token=next");
        page.QuerySelector("[rel=next]")!.GetAttribute("href")!.ShouldContain("entity=C-1");
        await host.Open("/deployments/churn/predictions");
        api.Asked.ShouldContain(path => path == "predictions?deployment=churn&limit=50");
    }

    [Fact]
    public async Task Whoever_is_looked_for_by_name_may_be_anywhere_so_the_page_does_not_wait()
    {
        var api = ServingSample.Api();
        await using var host = await PageHost.Start(api);

        var page = await host.Open("/predictions?entity=C-1&page_token=next");
        var (part, plain) = (page.QuerySelector("[data-part]")!.GetAttribute("data-part")!, page.QuerySelector("noscript")!.InnerHtml);

        api.Asked.ShouldNotContain(asked => asked.StartsWith("predictions", StringComparison.Ordinal));
        part.ShouldBe("/predictions?entity=C-1&page_token=next&part=rows");
        plain.ShouldContain("rows=now");
        var rows = await host.Open(part);
        rows.QuerySelector(".shell").ShouldBeNull();
        rows.QuerySelectorAll("tbody tr").Length.ShouldBe(1);
        rows.QuerySelector("[rel=next]")!.GetAttribute("href").ShouldBe("/predictions?entity=C-1&earlier=next&page_token=next");
    }

    [Fact]
    public async Task An_id_leads_to_its_prediction_and_what_is_none_is_said_beside_the_field()
    {
        await using var host = await PageHost.Start(ServingSample.Api());

        using var found = await host.Http.GetAsync($"/predictions?id={ServingSample.Id.ToUpperInvariant()}");
        using var none = await host.Http.GetAsync("/predictions?id=abc&from=soon");

        found.Headers.Location!.OriginalString.ShouldBe(Prediction);
        none.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        Text(await PageHost.Read(none), "#field-id-problem").ShouldContain("32 hex digits");
        Text(await PageHost.Read(none), "#field-from-problem").ShouldContain("This is no time");
    }

    [Fact]
    public async Task A_prediction_shows_what_was_asked_answered_and_became_of_it()
    {
        await using var host = await PageHost.Start(ServingSample.Api());

        var page = await host.Open(Prediction);

        Text(page, ".gauge").ShouldContain("69\u00a0%");
        Text(page, ".verdict").ShouldContain("69\u00a0% is at or above the threshold of 50\u00a0%.");
        page.Body!.TextContent.ShouldContain("Yes, as predicted");
        page.QuerySelectorAll("[aria-label=Inputs] tbody tr").Select(row => row.TextContent.Trim()).ShouldBe(["tenure3", "ContractMonth-to-month", "commentfree text is not kept"]);
        Text(page, "[aria-label=Features]").ShouldContain("missing");
        page.QuerySelectorAll(".stones li").Length.ShouldBe(4);
        page.QuerySelector(".stones li:nth-child(2) a")!.GetAttribute("href").ShouldBe("/models/churn/versions/3");
        page.QuerySelector("[data-part]")!.GetAttribute("data-part").ShouldBe($"{Prediction}?part=why");
        page.QuerySelector("noscript")!.InnerHtml.ShouldContain($"{Prediction}?why=now");
    }

    [Fact]
    public async Task The_reasons_are_words_and_a_waterfall_with_the_same_numbers_as_a_table()
    {
        await using var host = await PageHost.Start(ServingSample.Api());

        foreach (var path in new[] { $"{Prediction}?why=now", $"{Prediction}?part=why" })
        {
            var page = await host.Open(path);
            page.QuerySelectorAll(".reasons li").Select(reason => string.Join(' ', reason.TextContent.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))).ShouldBe(
                ["Contract is Month-to-month raises it+0.71", "tenure is 3 raises it+0.64", "charges_per_month lowers it−0.19"]);
            page.QuerySelectorAll(".chart-data tbody tr").Select(row => string.Join('|', row.Children.Select(cell => cell.TextContent))).ShouldBe(
                ["Average|−1.3200|−1.3200", "Contract Month-to-month|+0.7100|−0.6100", "tenure 3|+0.6400|0.0300", "charges_per_month|−0.1900|−0.1600"]);
            page.QuerySelectorAll("figure script").Single().TextContent.ShouldContain("\"stackStrategy\":\"all\"");
        }
    }

    [Theory]
    [InlineData(true, "The same, bit for bit", "same")]
    [InlineData(false, "Not the same", "different")]
    public async Task A_replay_shows_both_answers_bit_by_bit(bool same, string said, string result)
    {
        var api = ServingSample.Api().With($"predictions/{ServingSample.Id}/replay", ServingSample.Replay(same));
        await using var host = await PageHost.Start(api);

        using var answer = await host.Submit(Prediction, Prediction);

        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        api.Sent.Single().Path.ShouldBe($"predictions/{ServingSample.Id}/replay");
        var replay = (await PageHost.Read(answer)).QuerySelector("[data-replay]")!;
        replay.GetAttribute("data-replay").ShouldBe(result);
        replay.TextContent.ShouldContain(said);
        replay.TextContent.ShouldContain("3fe5f11a0c3f2d10");
        if (!same) replay.TextContent.ShouldContain("40400000");
    }

    [Fact]
    public async Task A_prediction_of_somebody_who_was_erased_says_so_and_offers_no_reasons()
    {
        await using var host = await PageHost.Start(ServingSample.Api().With($"predictions/{ServingSample.Id}", ServingSample.Prediction() with { Erased = true }));

        var page = await host.Open(Prediction);

        Text(page, ".banner").ShouldContain("Erased");
        page.QuerySelector("[data-part]").ShouldBeNull();
    }

    [Theory]
    [InlineData("/deployments", "deployments", "You may not see the deployments")]
    [InlineData("/deployments/churn", "deployments/churn", "You may not see the deployment")]
    [InlineData("/deployments/churn/settings", "deployments/churn", "You may not see the settings")]
    [InlineData("/deployments/churn/outcomes", "outcomes", "You may not see the outcomes")]
    [InlineData("/predictions", "predictions", "You may not see the predictions")]
    [InlineData(Prediction, $"predictions/{ServingSample.Id}", "You may not see the prediction")]
    public async Task What_may_not_be_seen_is_said_with_the_status_of_the_answer(string path, string asked, string said)
    {
        await using var host = await PageHost.Start(ServingSample.Api().Refusing(asked, 403, "access.permission-missing", "This needs another permission."));

        using var answer = await host.Http.GetAsync(path);

        answer.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        Text(await PageHost.Read(answer), "[data-state=denied]").ShouldContain(said);
    }

    [Theory]
    [InlineData("/deployments", "No deployments yet")]
    [InlineData("/predictions", "No predictions yet")]
    public async Task An_empty_list_says_what_to_do(string path, string said)
    {
        await using var host = await PageHost.Start(new FakeApi());

        Text(await host.Open(path), "[data-state=empty]").ShouldContain(said);
    }

    [Theory]
    [InlineData("/deployments/nobody")]
    [InlineData("/deployments/nobody/predictions")]
    [InlineData("/deployments/nobody/outcomes")]
    [InlineData("/deployments/nobody/settings")]
    [InlineData("/predictions/019ac0e1d6c47a3f8b1e5d2c4f6a7b81")]
    public async Task What_is_not_there_is_a_page_of_its_own(string path)
    {
        await using var host = await PageHost.Start(ServingSample.Api());

        (await host.Http.GetAsync(path)).StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task An_explanation_or_variants_that_cannot_be_had_leave_the_rest_standing()
    {
        await using var host = await PageHost.Start(ServingSample.Api()
            .Refusing($"predictions/{ServingSample.Id}/explanation", 409, "package.altered", "Its file was altered.")
            .Refusing("deployments/churn/variants", 503, "storage.unavailable", "The disk does not answer."));

        Text(await host.Open($"{Prediction}?why=now"), "[data-state=error]").ShouldContain("package.altered");
        var deployment = await host.Open("/deployments/churn");
        Text(deployment, "[data-state=error]").ShouldContain("storage.unavailable");
        Text(deployment, ".tabs").ShouldContain("Settings");
    }

    [Fact]
    public async Task Names_and_values_of_users_stay_text()
    {
        var hostile = "<script>alert(1)</script>" + new string('x', 10_000);
        await using var host = await PageHost.Start(ServingSample.Api()
            .With("deployments", new Page<DeploymentWire>([ServingSample.Deployment(hostile) with { Name = hostile, Model = hostile }]))
            .With("predictions", new Page<LoggedPredictionWire>([ServingSample.Prediction() with { Entity = hostile, Prediction = hostile, Caller = hostile, Variant = hostile }]))
            .With($"predictions/{ServingSample.Id}", ServingSample.Prediction() with { Entity = hostile, Prediction = hostile, Inputs = [new(hostile, System.Text.Json.JsonSerializer.SerializeToElement(hostile))] })
            .With($"predictions/{ServingSample.Id}/explanation", new LoggedExplanationWire(ServingSample.Id, "churn", 3, "a", new(0.1, "probability", [new(hostile, 0.2), new("--ink", 0.1), new("fmt:score", 0.1)]))));

        foreach (var path in new[] { "/deployments", "/predictions", $"{Prediction}?why=now" })
        {
            var page = await host.Open(path);
            page.QuerySelectorAll("main script:not([type='application/json'])").ShouldBeEmpty();
            page.Body!.TextContent.ShouldContain("<script>alert(1)</script>");
        }
    }

    /// <summary>The table beside a chart.</summary>
    private static string Text(IHtmlDocument page, string selector) => page.QuerySelector(selector)!.TextContent;
}
