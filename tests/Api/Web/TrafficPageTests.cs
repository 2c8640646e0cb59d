using System.Net;
using System.Text.Json;
using AngleSharp.Html.Dom;
using Cairn.Client.Wire;

namespace Cairn.Api.Tests.Web;

/// <summary>What a deployment does now and did over the last hours, as its page draws it.</summary>
public class TrafficPageTests
{
    [Fact]
    public async Task The_rate_is_that_of_the_last_seconds_with_the_minutes_before_as_a_picture()
    {
        await using var host = await PageHost.Start(ServingSample.Api());

        var part = await host.Open("/deployments/churn?part=live");

        part.QuerySelector(".shell").ShouldBeNull();
        part.QuerySelector("[data-part]")!.GetAttribute("data-part").ShouldBe("/deployments/churn?part=live");
        // Ten seconds with no requests and five with three of the champion and one of the challenger; the shadow answers nobody.
        Text(part, ".stat dd").ShouldBe("0.3\u00a0req/sin the last 15 seconds");
        part.QuerySelector(".stat .spark").ShouldNotBeNull();
        System.Text.Encoding.UTF8.GetByteCount(part.Body!.InnerHtml).ShouldBeLessThan(5_000); // it comes every three seconds
    }

    [Fact]
    public async Task Rate_latency_and_answers_are_drawn_over_time_with_their_numbers_as_tables()
    {
        var api = ServingSample.Api();
        await using var host = await PageHost.Start(api);

        var page = await host.Open("/deployments/churn");
        var charts = page.QuerySelectorAll("[data-part]").Single(part => part.GetAttribute("data-part")!.Contains("part=traffic", StringComparison.Ordinal));
        charts.GetAttribute("aria-busy").ShouldBe("true");
        charts.QuerySelector("noscript")!.InnerHtml.ShouldContain("/deployments/churn?minutes=60");
        page.QuerySelector("figure").ShouldBeNull();

        var part = await host.Open(charts.GetAttribute("data-part")!);
        part.QuerySelector("[data-part]")!.GetAttribute("data-every").ShouldBe("10000");
        part.QuerySelectorAll("figure").Select(figure => figure.GetAttribute("data-key")).ShouldBe(["rate", "latency", "answers"]);
        var rates = Rows(part, 0);
        rates.Count.ShouldBe(2 * 61); // no line for a shadow
        rates[0].ShouldBe("11:00|champion v3|3|0.05|6|0");
        rates[^2..].ShouldBe(["12:00|champion v3|3|0.10|6|0", "12:00|bold v4|1|0.03|2|0"]);
        Rows(part, 1)[0].ShouldBe("11:00|v3|0.2 ms|0.4 ms|2.9 ms");
        Rows(part, 1).Count.ShouldBe(31);
        Rows(part, 2)[^1].ShouldBe("12:00|next v4, shadow|6|25\u00a0%|0.270");
        var option = JsonDocument.Parse(part.QuerySelectorAll("figure script")[1].TextContent).RootElement;
        option.GetProperty("yAxis").GetProperty("type").GetString().ShouldBe("log");
        option.GetProperty("series").EnumerateArray().Select(line => (line.GetProperty("name").GetString(), line.GetProperty("data")[0][1].GetDouble())).ShouldBe([("p50", 0.18), ("p95", 0.42), ("p99", 2.9)]);
        option.GetProperty("series")[0].GetProperty("data")[1][1].ValueKind.ShouldBe(JsonValueKind.Null); // nothing answered: a gap, not zero

        var whole = await host.Open("/deployments/churn?minutes=10");
        whole.QuerySelectorAll("main figure").Length.ShouldBe(3);
        Text(whole, ".segmented [aria-current]").ShouldBe("10 min");
        api.Asked.ShouldContain(asked => asked == "deployments/churn/traffic?minutes=10");
        await host.Open("/deployments/churn?part=traffic&minutes=77");
        api.Asked.ShouldNotContain(asked => asked.EndsWith("=77", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_minute_that_has_just_begun_is_drawn_only_when_there_is_nothing_else()
    {
        TrafficWire Begun(long before) => new("churn", ServingSample.Noon - 3600_000000, ServingSample.Noon + 2_000000, 60,
            [new("champion", 3, false, [new(ServingSample.Noon - 60_000000, 60, before, before, 0, before == 0 ? null : new(9, 9, 9), null, null), new(ServingSample.Noon, 2, 5, 5, 0, new(9, 9, 9), 0, 0.1)])]);
        await using var busy = await PageHost.Start(ServingSample.Api().With("deployments/churn/traffic", Begun(before: 30)));
        await using var first = await PageHost.Start(ServingSample.Api().With("deployments/churn/traffic", Begun(before: 0)));

        Rows(await busy.Open("/deployments/churn?part=traffic"), 0).ShouldBe(["11:59|champion v3|30|0.50|30|0"]);
        Rows(await first.Open("/deployments/churn?part=traffic"), 0).ShouldBe(["11:59|champion v3|0|0.00|0|0", "12:00|champion v3|5|2.50|5|0"]);
    }

    [Fact]
    public async Task Traffic_that_was_not_or_that_cannot_be_had_is_said_where_it_would_be()
    {
        await using var idle = await PageHost.Start(ServingSample.Api().With("deployments/churn/traffic", new TrafficWire("churn", 0, 0, 60, [new("champion", 3, false, [new(0, 60, 0, 0, 0, null, null, null)])])));
        await using var denied = await PageHost.Start(ServingSample.Api().Refusing("deployments/churn/traffic", 403, "access.permission-missing", "No.").Refusing("deployments/churn/traffic?minutes=5", 403, "access.permission-missing", "No."));
        await using var failing = await PageHost.Start(ServingSample.Api().Refusing("deployments/churn/traffic", 503, "storage.unavailable", "The disk does not answer."));

        var part = await idle.Open("/deployments/churn?part=traffic&minutes=60");
        Text(part, "[data-state=empty]").ShouldContain("Nothing answered in the last hour");
        part.QuerySelector("[data-part]")!.GetAttribute("data-every").ShouldBe("10000"); // until something is
        using var answer = await denied.Http.GetAsync("/deployments/churn?part=traffic");
        answer.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        Text(await PageHost.Read(answer), "[data-state=denied]").ShouldContain("You may not see the traffic");
        Text(await denied.Open("/deployments/churn?part=live"), ".stat dd").ShouldContain("cannot be told now");
        await using var young = await PageHost.Start(ServingSample.Api().With("deployments/churn/traffic?minutes=5", new TrafficWire("churn", 0, 0, 10, [new("champion", 3, false, [new(0, 0.4, 0, 0, 0, null, null, null)])])));
        Text(await young.Open("/deployments/churn?part=live"), ".stat dd").ShouldContain("counting has just begun");
        Text(await PageHost.Read(await failing.Http.GetAsync("/deployments/churn?part=traffic")), "[data-state=error]").ShouldContain("storage.unavailable");
        Text(await failing.Open("/deployments/churn"), ".tabs").ShouldContain("Settings");
    }

    private static List<string> Rows(IHtmlDocument page, int chart) =>
        [.. page.QuerySelectorAll("figure")[chart].QuerySelectorAll("tbody tr").Select(row => string.Join('|', row.Children.Select(cell => cell.TextContent)))];

    private static string Text(IHtmlDocument page, string selector) => page.QuerySelector(selector)!.TextContent;
}
