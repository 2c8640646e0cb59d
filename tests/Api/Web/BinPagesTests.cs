using System.Net;
using Cairn.Client.Wire;

namespace Cairn.Api.Tests.Web;

public sealed class BinPagesTests
{
    private const string One = "runs/11111111111111111111111111111111", Two = "experiments/4";

    private static readonly BinItemWire Run = new(One, "sedate-auk-312", "0", 1_000_000, "ada", 86_400_000_000, 1, 2, 3_000, null);
    private static readonly BinItemWire Experiment = new(Two, "churn", null, 2_000_000, "", null, 12, 30, 4_000_000, null);
    private static readonly BinItemWire Kept = new("runs/22222222222222222222222222222222", "jolly-wren-7", "0", 500_000, "ada", null, 1, 0, 0, "bank version 1 stands on it. Delete that version first.");

    [Fact]
    public async Task What_is_deleted_says_by_whom_what_it_holds_and_when_it_is_purged()
    {
        var api = Api();
        await using var host = await PageHost.Start(api);

        var page = await host.Open("/bin?kind=runs&name=auk");

        api.Asked.Contains("bin?kind=runs&name=auk&limit=50", StringComparer.Ordinal).ShouldBeTrue(string.Join('\n', api.Asked));
        page.QuerySelectorAll("tbody th").Select(name => name.TextContent.Trim()).ShouldBe(["churn", "sedate-auk-312", "jolly-wren-7"]);
        var rows = page.QuerySelectorAll("tbody tr");
        rows[0].TextContent.ShouldContain("when asked");
        rows[1].TextContent.ShouldContain("2 Jan 1970");
        rows[2].TextContent.ShouldContain("kept: bank version 1 stands on it");
        rows[2].QuerySelector("a[href^='/bin/purge']").ShouldBeNull();
        page.QuerySelector("nav.side a[aria-current=page]")!.TextContent.ShouldBe("Bin");
        page.QuerySelectorAll(".selection button").Select(button => button.GetAttribute("formaction")).ShouldBe([null, "/bin/purge"]);
    }

    [Fact]
    public async Task A_purge_that_runs_is_shown_live_and_one_that_ended_says_what_it_took()
    {
        var took = System.Text.Json.JsonSerializer.SerializeToElement(new PurgeResult(false, 0, 3, 1, 5, 2_000_000, 0, [], 1.5), Cairn.Client.CairnJson.Options);
        var run = new FlowRunWire("33333333333333333333333333333333", "purge", "bin", "running", 1, 1, null, "", [new("things", "running", 0.5, "7 runs", 1, null, false)], null, null);
        var api = Api().With("flow-runs", new Page<FlowRunWire>([run]));
        await using var host = await PageHost.Start(api);

        var live = (await host.Open("/bin")).QuerySelector("[data-part='/bin?part=purge']")!;
        live.TextContent.ShouldContain("7 runs");
        live.QuerySelector("a[href^='/flow-runs/3333']").ShouldNotBeNull();

        api.With("flow-runs", new Page<FlowRunWire>([run with { State = "succeeded", EndedAt = 2, Result = took }]));
        var over = await host.Open("/bin?part=purge");

        over.QuerySelector("[data-part]").ShouldBeNull();
        over.Body!.TextContent.ShouldContain("3 runs, 1 logged model and 5 files of 2.0 MB are removed for good.");
    }

    [Fact]
    public async Task A_purge_names_all_that_is_lost_before_it_begins_and_takes_nothing_that_was_deleted_since()
    {
        var api = Api();
        await using var host = await PageHost.Start(api);

        var page = await host.Open($"/bin/purge?subject={One}&subject={Two}&preview=now");

        page.QuerySelectorAll("ul.rows b").Select(name => name.TextContent).Contains("sedate-auk-312", StringComparer.Ordinal).ShouldBeTrue();
        page.QuerySelectorAll(".stats dd").Select(number => number.TextContent).ShouldContain(number => number.StartsWith("13"));
        page.QuerySelector("main")!.TextContent.ShouldContain("This name is free after it, for a new experiment: churn");
        page.QuerySelector("button.danger")!.TextContent.ShouldBe("Purge 1 experiment, 13 runs for good");
        api.Sent.ShouldBeEmpty();

        using var done = await host.Submit("/bin/purge?all=true&preview=now", "/bin/purge", ("all", "true"), ("before", "1234"));

        (done.StatusCode, done.Headers.Location!.ToString()).ShouldBe((HttpStatusCode.SeeOther, "/bin"));
        api.Sent.ShouldHaveSingleItem().ShouldBe(("POST", "bin/purge", """{"deleted_before":1234,"dry_run":false}"""));
    }

    [Fact]
    public async Task Who_may_not_purge_is_told_so_and_that_nothing_was()
    {
        var api = Api().RefusingChange("bin/purge", 403, "access.permission-missing", "This needs the permission system:manage.");
        await using var host = await PageHost.Start(api);

        using var declined = await host.Submit("/bin/purge?all=true&preview=now", "/bin/purge", ("subject", One));

        declined.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        (await PageHost.Read(declined)).QuerySelector(".banner")!.TextContent.ShouldContain("system:manage");
    }

    [Fact]
    public async Task Some_are_restored_and_one_that_declines_is_named_and_stays()
    {
        var api = Api().With($"{Two}/restore", new { }).Refusing($"{One}/restore", 409, "run.experiment-deleted", "Its experiment is deleted.");
        await using var host = await PageHost.Start(api);

        using var half = await host.Submit($"/bin/restore?subject={One}", "/bin/restore", ("subject", One), ("subject", Two));
        using var whole = await host.Submit($"/bin/restore?subject={Two}", "/bin/restore", ("subject", Two));

        half.StatusCode.ShouldBe(HttpStatusCode.Conflict);
        var page = await PageHost.Read(half);
        page.QuerySelector(".banner")!.TextContent.ShouldContain("1 restored");
        page.QuerySelector(".banner")!.TextContent.ShouldContain("Its experiment is deleted.");
        (whole.StatusCode, whole.Headers.Location!.ToString()).ShouldBe((HttpStatusCode.SeeOther, "/bin"));
        api.Sent.Select(sent => sent.Path).Order(StringComparer.Ordinal).ShouldBe([$"{Two}/restore", $"{Two}/restore", $"{One}/restore"]);
    }

    [Theory]
    [InlineData("/bin/restore")]
    [InlineData("/bin/purge")]
    public async Task Nothing_picked_leads_back_to_the_bin(string path)
    {
        await using var host = await PageHost.Start(Api());

        (await host.Open(path)).QuerySelector("[data-state=none] a")!.GetAttribute("href").ShouldBe("/bin");
    }

    [Fact]
    public async Task Models_and_versions_say_what_they_hold_and_are_restored_and_purged_as_others()
    {
        var model = new BinItemWire("models/44444444444444444444444444444444", "churn", null, 2_000_000, "ada", null, 0, 4, 2_000, null, 3);
        var version = new BinItemWire("versions/55555555555555555555555555555555", "churn version 2", null, 1_000_000, "ada", null, 0, 2, 1_000, null, 1);
        var api = Sample.Api().With("bin", new Page<BinItemWire>([version, model])).With("bin/purge", new PurgeResult(true, 0, 0, 0, 4, 2_000, 0, [], 0.1, [], 1, 4))
            .With($"{model.Subject}/restore", new { }).With($"{version.Subject}/restore", new { });
        await using var host = await PageHost.Start(api);

        var page = await host.Open("/bin?kind=models");
        page.QuerySelectorAll("tbody tr")[1].QuerySelectorAll("td").Count(cell => cell.TextContent.Trim() == "3").ShouldBe(1);
        page.QuerySelectorAll("select[name=kind] option").Select(kind => kind.TextContent).ShouldBe(["Any kind", "Runs", "Experiments", "Logged models", "Models", "Versions"]);
        var asked = await host.Open($"/bin/purge?subject={version.Subject}&subject={model.Subject}&preview=now");
        asked.QuerySelector("ul.rows")!.TextContent.ShouldContain("3 versions, 4 files of 2.0 kB");
        asked.QuerySelector("button.danger")!.TextContent.ShouldBe("Purge 1 model, 4 versions for good");
        using var restored = await host.Submit($"/bin/restore?subject={version.Subject}", "/bin/restore", ("subject", version.Subject), ("subject", model.Subject));

        restored.StatusCode.ShouldBe(HttpStatusCode.SeeOther);
        api.Sent.Select(sent => sent.Path).Order(StringComparer.Ordinal).ShouldBe([$"{model.Subject}/restore", $"{version.Subject}/restore"]);
    }

    private static FakeApi Api() => Sample.Api()
        .With("bin", new Page<BinItemWire>([Experiment, Run, Kept]))
        .With("bin/purge", new PurgeResult(true, 1, 13, 0, 32, 4_003_000, 0, [new(Kept.Subject, Kept.Name, Kept.Kept!)], 0.1, ["churn"]));
}
