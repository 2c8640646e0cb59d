using System.Net;
using Cairn.Client.Wire;

namespace Cairn.Api.Tests.Web;

public sealed class EditRunTests
{
    private const string Edit = $"/runs/{RunSample.Judged}/edit";

    [Fact]
    public async Task The_form_has_what_a_person_may_change_and_sends_only_what_was_changed()
    {
        var api = With(("team", "crm"), ("note", "one\ntwo"), ("stale", "yes"), ("mlflow.note.content", "First.\nSecond."), ("cairn.project", "churn"), ("mlflow.user", "ada"));
        await using var host = await PageHost.Start(api);

        var page = await host.Open(Edit);
        page.QuerySelector("#field-name")!.GetAttribute("value").ShouldBe("sedate-auk-312");
        page.QuerySelector("#field-description")!.TextContent.ShouldBe("First.\nSecond.");
        page.QuerySelectorAll("input[type=hidden][name=key]").Select(key => key.GetAttribute("value")).ShouldBe(["note", "stale", "team"]);
        (await host.Open($"/runs/{RunSample.Judged}")).QuerySelector(".note-text p")!.InnerHtml.ShouldBe("First.<br>Second.");

        using var done = await host.Submit(
            Edit, Edit, ("name", " sedate-auk-312 "), ("description", "First.\r\nSecond."), ("key", "note"), ("value", "one\r\ntwo"), ("key", "stale"), ("value", "yes"), ("remove", "stale"),
            ("key", "team"), ("value", "ops"), ("key", "new one"), ("value", ""), ("key", ""), ("value", "lost"));

        (done.StatusCode, done.Headers.Location!.ToString()).ShouldBe((HttpStatusCode.SeeOther, $"/runs/{RunSample.Judged}"));
        api.Sent.Single().ShouldBe(("PATCH", $"runs/{RunSample.Judged}", """{"tags":{"team":"ops","new one":"","stale":null}}"""));
    }

    [Fact]
    public async Task A_form_without_a_change_asks_nothing_of_the_API()
    {
        var api = With(("team", "crm"));
        await using var host = await PageHost.Start(api);

        using var done = await host.Submit(Edit, Edit, ("name", "sedate-auk-312"), ("description", ""), ("key", "team"), ("value", "crm"));

        done.StatusCode.ShouldBe(HttpStatusCode.SeeOther);
        api.Sent.ShouldBeEmpty();
    }

    [Fact]
    public async Task What_is_declined_says_why_and_keeps_what_was_typed()
    {
        await using var host = await PageHost.Start(With().RefusingChange($"runs/{RunSample.Judged}", 409, "run.deleted", "The run is deleted. Restore it first."));

        using var declined = await host.Submit(Edit, Edit, ("name", "<b>new</b>"), ("description", "typed"));

        declined.StatusCode.ShouldBe(HttpStatusCode.Conflict);
        var page = await PageHost.Read(declined);
        page.QuerySelector(".banner")!.TextContent.ShouldContain("Restore it first");
        (page.QuerySelector("#field-name")!.GetAttribute("value"), page.QuerySelector("#field-description")!.TextContent).ShouldBe(("<b>new</b>", "typed"));
    }

    [Fact]
    public async Task Picked_runs_get_a_tag_or_lose_it_together()
    {
        var both = new ChangedRunsWire([RunSample.Run(RunSample.Judged, "sedate-auk-312"), RunSample.Run(RunSample.Other, "jolly-wren-7")]);
        var api = With(("team", "crm")).With("runs/change", both);
        await using var host = await PageHost.Start(api);
        var asked = $"/runs/tag?id={RunSample.Judged}&id={RunSample.Other}";

        var page = await host.Open(asked);
        page.QuerySelectorAll("ul.rows b").Select(name => name.TextContent).ShouldBe(["sedate-auk-312", "jolly-wren-7"]);
        page.QuerySelector("p.muted")!.TextContent.ShouldContain("team");

        using var tagged = await host.Submit(asked, "/runs/tag", ("id", RunSample.Judged), ("id", RunSample.Other), ("key", "season"), ("value", "<spring>"));
        tagged.Headers.Location!.ToString().ShouldBe("/runs");
        var sent = api.Sent.ShouldHaveSingleItem();
        (sent.Method, sent.Path).ShouldBe(("POST", "runs/change"));
        sent.Body.ShouldContain("spring");

        using var removed = await host.Submit(asked, "/runs/tag", ("id", RunSample.Other), ("key", "season"), ("value", ""), ("act", "remove"));
        api.Bodies["runs/change"].ShouldBe($$$$"""{"run_ids":["{{{{RunSample.Other}}}}"],"act":"edit","change":{"tags":{"season":null}}}""");
    }

    [Fact]
    public async Task Deleted_runs_that_are_picked_come_back_together()
    {
        var api = With().With("runs/change", new ChangedRunsWire([RunSample.Run(RunSample.Judged, "sedate-auk-312")]));
        await using var host = await PageHost.Start(api);

        (await host.Open($"/runs/restore?id={RunSample.Judged}")).QuerySelector("button.primary")!.TextContent.ShouldBe("Restore 1 run");
        using var done = await host.Submit($"/runs/restore?id={RunSample.Judged}", "/runs/restore", ("id", RunSample.Judged));
        done.StatusCode.ShouldBe(HttpStatusCode.SeeOther);
        api.Refusing("runs/change", 409, "run.not-deleted", "It is active.");
        using var declined = await host.Submit($"/runs/restore?id={RunSample.Judged}", "/runs/restore", ("id", RunSample.Judged), ("id", new string('9', 32)));
        (await PageHost.Read(declined)).QuerySelector(".banner")!.TextContent.ShouldContain("Nothing was restored");
    }

    [Theory]
    [InlineData(403)]
    [InlineData(404)]
    [InlineData(500)]
    public async Task A_run_that_cannot_be_read_cannot_be_edited(int status)
    {
        await using var host = await PageHost.Start(Sample.Api().Refusing($"runs/{RunSample.Judged}", status, "test.no", "Not today."));

        using var answer = await host.Http.GetAsync(Edit);

        ((int)answer.StatusCode).ShouldBe(status);
        var page = await PageHost.Read(answer);
        page.QuerySelector("form[action$='/edit']").ShouldBeNull();
        page.QuerySelector("main")!.TextContent.ShouldContain("Not today.");
    }

    private static FakeApi With(params IEnumerable<(string Key, string Value)> tags) => Sample.Api().With(
        $"runs/{RunSample.Judged}",
        RunSample.Run(RunSample.Judged, "sedate-auk-312", tags: new SortedDictionary<string, string>(tags.ToDictionary(tag => tag.Key, tag => tag.Value, StringComparer.Ordinal), StringComparer.Ordinal)));
}
