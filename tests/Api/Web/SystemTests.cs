using System.Net;
using Cairn.Client.Wire;
using Cairn.Web.Components;
using Cairn.Web.Components.Tables;

namespace Cairn.Api.Tests.Web;

public class SystemTests
{
    [Fact]
    public async Task The_checks_come_later_by_themselves_and_without_scripts_by_a_link()
    {
        var api = new FakeApi().With("doctor", new DoctorReport(false, [new("disk", "ok", "75.6 GB free"), new("deployment churn", "bad", "its package was altered", "Restore it from a backup.")]));
        await using var host = await PageHost.Start(api);
        var page = await host.Open("/system");
        api.Asked.ShouldNotContain(asked => asked == "doctor");

        var part = await host.Open(page.QuerySelector("[data-part]")!.GetAttribute("data-part")!);
        var plain = await host.Open(page.QuerySelector("noscript a")?.GetAttribute("href") ?? "/system?checks=now");

        foreach (var shown in new[] { part, plain })
        {
            shown.QuerySelector(".banner b")!.TextContent.ShouldBe("1 check found a fault");
            shown.QuerySelectorAll(".rows b").Select(name => name.TextContent).ShouldBe(["deployment churn", "disk"]);
            shown.QuerySelector(".rows li")!.TextContent.ShouldContain("Restore it from a backup.");
        }

        part.QuerySelector(".shell").ShouldBeNull();
    }

    [Fact]
    public async Task A_check_of_before_says_when_it_was_made_and_all_can_be_made_now()
    {
        var api = new FakeApi().With("doctor", new DoctorReport(true, [new("database", "ok", "SQLite 3.50, intact", CheckedAt: 1_795_521_600_000_000), new("disk", "ok", "75.6 GB free")]));
        await using var host = await PageHost.Start(api);
        var part = await host.Open("/system?part=checks");

        part.QuerySelectorAll(".rows li").Select(row => row.QuerySelector("time") is not null).ShouldBe([true, false]);
        api.Asked.ShouldContain(asked => asked == "doctor?max_age=3600");
        await host.Open(part.QuerySelector("a.button")!.GetAttribute("href")!);
        api.Asked.ShouldContain(asked => asked == "doctor");
    }

    [Fact]
    public async Task A_part_that_is_refused_says_so_in_its_place()
    {
        await using var host = await PageHost.Start(new FakeApi().Refusing("doctor", 403, "access.permission-missing", "This needs the permission system:read."));

        (await host.Open("/system?part=checks")).QuerySelector("[data-state=denied]")!.TextContent.ShouldContain("system:read");
    }

    [Fact]
    public async Task Storage_is_shown_in_units_with_shares()
    {
        await using var host = await PageHost.Start(new FakeApi());
        var page = await host.Open("/system/storage?use=now");

        page.QuerySelector(".stat dd")!.TextContent.ShouldStartWith("1.4 GB");
        page.QuerySelectorAll("tbody tr").Select(row => string.Join('|', row.Children.Where((_, at) => at != 1).Select(cell => cell.TextContent))).ShouldBe(
            ["blobs|1,204|1.3 GB|93\u00a0%", "database|3|100 MB|7.1\u00a0%"]);
    }

    [Theory]
    [InlineData("experiments/5", "/runs?experiment=5")]
    [InlineData("models/churn/versions/3", "/models/churn/versions/3")]
    [InlineData("flow-runs/0198aa000000700080000000000000ff", "/flow-runs/0198aa000000700080000000000000ff")]
    [InlineData("entities/ada", null)]
    [InlineData("server", null)]
    public async Task A_subject_of_the_audit_log_leads_to_the_page_that_shows_it_or_nowhere(string subject, string? path)
    {
        await using var host = await PageHost.Start(new FakeApi().With("audit", new Page<AuditEntry>([new(7, 1_700_000_000_000_000, "ada", "some.change", subject, "{}")])));

        (await host.Open("/system/audit")).QuerySelector("tbody td a")?.GetAttribute("href").ShouldBe(path);
    }

    [Fact]
    public async Task The_audit_log_is_paged_by_links_and_exported_whole()
    {
        var api = new FakeApi().With("audit", new Page<AuditEntry>([new(7, 1_700_000_000_000_000, "ada", "model.promote", "models/churn", "=HYPERLINK(\"x\")")], "next-page"));
        await using var host = await PageHost.Start(api);
        var page = await host.Open("/system/audit?page_token=abc&column=time&column=action");

        page.QuerySelector("a[rel=next]")!.GetAttribute("href").ShouldBe("/system/audit?column=time&column=action&earlier=abc&page_token=next-page");
        page.QuerySelectorAll("thead th").Select(head => head.TextContent.Trim()).ShouldBe(["Time", "Action"]);
        api.Asked.ShouldContain(asked => asked == "audit?limit=50&page_token=abc");

        api.With("audit", new Page<AuditEntry>([new(7, 1_700_000_000_000_000, "ada", "model.promote", "models/churn", "=HYPERLINK(\"x\")")]));
        using var csv = await host.Http.GetAsync("/system/audit?format=csv");
        csv.Content.Headers.ContentType!.ToString().ShouldBe("text/csv; charset=utf-8");
        csv.Content.Headers.ContentDisposition!.FileName.ShouldBe("audit.csv");
        (await csv.Content.ReadAsStringAsync()).ShouldBe("time,caller,action,subject,detail,id\r\n2023-11-14T22:13:20.000Z,ada,model.promote,models/churn,\"'=HYPERLINK(\"\"x\"\")\",7\r\n");
    }

    [Fact]
    public async Task A_search_that_could_not_look_everywhere_says_so_and_shows_what_it_found()
    {
        await using var host = await PageHost.Start(new FakeApi().Refusing("models", 500, "server.fault", "The log of the server has the trace."));

        var page = await host.Open("/search?q=run");

        page.QuerySelector("main .hits [data-state=error]")!.TextContent.ShouldContain("The log of the server has the trace.");
        page.QuerySelectorAll("main .hits a[href='/runs']").Length.ShouldBe(1);
    }

    [Fact]
    public async Task A_list_leads_back_page_by_page_as_it_led_forward()
    {
        var api = new FakeApi();
        await using var host = await PageHost.Start(api);
        var at = "/system/audit?column=time";
        foreach (var token in new[] { "two", "three", "four" }) at = await Link(token, at, "next");
        at.ShouldBe("/system/audit?column=time&earlier=first&earlier=two&earlier=three&page_token=four");

        List<string> back = [];
        while (await Link(null, at, "prev") is { } previous) back.Add(at = previous);

        back.ShouldBe(["/system/audit?column=time&earlier=first&earlier=two&page_token=three", "/system/audit?column=time&earlier=first&page_token=two", "/system/audit?column=time"]);

        async Task<string> Link(string? next, string address, string rel)
        {
            api.With("audit", new Page<AuditEntry>([new(7, 1_700_000_000_000_000, "ada", "model.promote", "models/churn", "")], next));
            return (await host.Open(address)).QuerySelector($"a[rel={rel}]")?.GetAttribute("href")!;
        }
    }

    [Fact]
    public async Task The_way_back_is_as_long_as_an_address_may_be()
    {
        var api = new FakeApi();
        await using var host = await PageHost.Start(api);
        var at = "/system/audit";
        for (var page = 2; page < 60; page++)
        {
            api.With("audit", new Page<AuditEntry>([new(7, 1_700_000_000_000_000, "ada", "model.promote", "models/churn", "")], new string('t', 200) + page));
            at = (await host.Open(at)).QuerySelector("a[rel=next]")!.GetAttribute("href")!;
            at.Length.ShouldBeLessThan(4_000);
        }

        at.ShouldContain("58&page_token=");
        at.ShouldNotContain("earlier=first");
    }

    [Fact]
    public async Task An_audit_log_that_may_not_be_read_is_denied_in_the_shell()
    {
        await using var host = await PageHost.Start(new FakeApi().Refusing("audit", 403, "access.permission-missing", "This needs the permission audit:read."));

        using var answer = await host.Http.GetAsync("/system/audit");

        answer.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        (await answer.Content.ReadAsStringAsync()).ShouldContain("You may not see the audit log");
    }

    [Theory]
    [InlineData("-0.5", "-0.5")]
    [InlineData("-1+cmd", "'-1+cmd")]
    [InlineData("@SUM(A1)", "'@SUM(A1)")]
    [InlineData("a,b", "\"a,b\"")]
    [InlineData("two\nlines", "\"two\nlines\"")]
    [InlineData(null, "")]
    public void A_value_of_an_export_is_text_to_a_spreadsheet(string? value, string written) => CsvAnswer<string>.Quoted(value).ShouldBe(written);

    [Theory]
    [InlineData(0.69, "69\u00a0%")]
    [InlineData(0.042, "4.2\u00a0%")]
    [InlineData(0.0, "0\u00a0%")]
    [InlineData(double.NaN, "–")]
    public void Shares_are_read_as_percent(double share, string read) => Format.Percent(share).ShouldBe(read);

    [Theory]
    [InlineData(0.0231456, "0.023146")]
    [InlineData(104293.0, "104,293")]
    [InlineData(1.2e-7, "1.2e−07")]
    [InlineData(-0.5, "−0.5")]
    [InlineData(0.0, "0")]
    public void A_number_of_any_size_keeps_what_matters(double number, string read) => Format.Number(number).ShouldBe(read);

    [Theory]
    [InlineData("churn", "churn")]
    [InlineData("a\u202Eb", "\u2068a\u202Eb\u2069")]
    [InlineData("שלום", "\u2068שלום\u2069")]
    public void A_name_does_not_turn_the_sentence_it_stands_in(string name, string shown) => Format.Name(name).ShouldBe(shown);

    [Fact]
    public void A_text_is_never_cut_within_a_character() => Format.Clip("ab😀cd", 4).ShouldBe("ab…");
}
