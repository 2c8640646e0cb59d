using System.Net;
using Cairn.Client.Wire;

namespace Cairn.Api.Tests.Web;

public sealed class DeleteRunsTests
{
    [Fact]
    public async Task Picked_runs_are_named_with_what_stays_before_they_are_deleted()
    {
        var api = Sample.Api().With("runs/change", new ChangedRunsWire([RunSample.Run(RunSample.Judged, "sedate-auk-312"), RunSample.Run(RunSample.Other, "jolly-wren-7")]));
        await using var host = await PageHost.Start(api);

        var page = await host.Open($"/runs/delete?id={RunSample.Judged}&id={RunSample.Other}&id={RunSample.Other}");

        page.QuerySelectorAll("ul.rows b").Select(name => name.TextContent).ShouldBe(["sedate-auk-312", "jolly-wren-7"]);
        page.QuerySelector("main form p")!.TextContent.ShouldContain("Params, metrics and artifacts stay");
        page.QuerySelector("button.danger")!.TextContent.ShouldBe("Delete 2 runs");
        api.Sent.ShouldBeEmpty();

        using var done = await host.Submit($"/runs/delete?id={RunSample.Judged}", "/runs/delete", ("id", RunSample.Judged), ("id", RunSample.Other));

        (done.StatusCode, done.Headers.Location!.ToString()).ShouldBe((HttpStatusCode.SeeOther, "/runs"));
        api.Sent.ShouldHaveSingleItem().ShouldBe(("POST", "runs/change", $$"""{"run_ids":["{{RunSample.Judged}}","{{RunSample.Other}}"],"act":"delete"}"""));
    }

    [Fact]
    public async Task What_cannot_be_deleted_says_why_and_that_none_was_and_asks_again()
    {
        var api = Sample.Api().Refusing("runs/change", 409, "run.deleted", "1 of 2 runs declined to delete, so none was changed.");
        await using var host = await PageHost.Start(api);

        using var declined = await host.Submit($"/runs/delete?id={RunSample.Judged}", "/runs/delete", ("id", RunSample.Judged), ("id", RunSample.Other));
        using var nothing = await host.Submit($"/runs/delete?id={RunSample.Judged}", "/runs/delete");

        declined.StatusCode.ShouldBe(HttpStatusCode.Conflict);
        var page = await PageHost.Read(declined);
        page.QuerySelector(".banner")!.TextContent.ShouldContain("Nothing was deleted");
        page.QuerySelector(".banner")!.TextContent.ShouldContain("1 of 2 runs");
        page.QuerySelectorAll("ul.rows b").Length.ShouldBe(2);
        (await PageHost.Read(nothing)).QuerySelector("[data-state=none] a").ShouldNotBeNull();
        api.Sent.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_run_that_cannot_be_read_is_told_as_such_and_not_as_none_picked()
    {
        var id = new string('9', 32);
        await using var host = await PageHost.Start(Sample.Api().Refusing($"runs/{id}", 403, "access.permission-missing", "This needs the permission runs:read."));

        using var answer = await host.Http.GetAsync($"/runs/delete?id={id}");

        answer.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        (await PageHost.Read(answer)).QuerySelectorAll("main [data-state]").Select(state => state.GetAttribute("data-state")).ShouldBe(["denied"]);
    }

    [Fact]
    public async Task Without_a_run_it_says_where_to_pick_some()
    {
        await using var host = await PageHost.Start(Sample.Api());

        (await host.Open("/runs/delete")).QuerySelector("[data-state=none] a")!.GetAttribute("href").ShouldBe("/runs");
    }

    [Fact]
    public async Task A_deleted_run_says_so_and_can_be_restored_and_any_other_deleted()
    {
        var deleted = RunSample.Run(new string('7', 32), "old-owl-1") with { LifecycleStage = "deleted" };
        var api = Sample.Api().With($"runs/{deleted.RunId}", deleted).With($"runs/{deleted.RunId}/restore", deleted with { LifecycleStage = "active" });
        await using var host = await PageHost.Start(api);

        (await host.Open($"/runs/{deleted.RunId}")).QuerySelector("form[action$=restore] button")!.TextContent.ShouldBe("Restore run");
        (await host.Open($"/runs/{RunSample.Judged}")).QuerySelector("a[href^='/runs/delete']")!.GetAttribute("href").ShouldBe($"/runs/delete?id={RunSample.Judged}");
        using var done = await host.Submit($"/runs/{deleted.RunId}", $"/runs/{deleted.RunId}/restore");

        done.Headers.Location!.ToString().ShouldBe($"/runs/{deleted.RunId}");
        api.Sent.Single().ShouldBe(("POST", $"runs/{deleted.RunId}/restore", ""));
    }

    [Fact]
    public async Task The_list_shows_deleted_runs_when_asked_to()
    {
        var api = Sample.Api();
        await using var host = await PageHost.Start(api);

        var page = await host.Open("/runs?view=deleted");

        api.Asked.Contains("runs?view=deleted&limit=50", StringComparer.Ordinal).ShouldBeTrue(string.Join('\n', api.Asked));
        page.QuerySelector("select[name=view] option[selected]")!.TextContent.ShouldBe("Deleted");
        page.QuerySelectorAll(".selection button[formaction]").Select(button => button.GetAttribute("formaction")).ShouldBe(["/runs/restore"], "what is deleted cannot be deleted again");
        (await host.Open("/runs")).QuerySelectorAll(".selection button[formaction]").Select(button => button.GetAttribute("formaction")).ShouldBe(["/runs/tag", "/runs/delete"]);
    }
}
