using System.Net;
using System.Net.Http.Json;
using Cairn.Client.Wire;

namespace Cairn.Api.Tests.Tracking;

public sealed class ChangeRunsOnSqlite : ChangeRunsTests
{
    protected override bool Postgres => false;
}

public sealed class ChangeRunsOnPostgres : ChangeRunsTests
{
    protected override bool Postgres => true;
}

public abstract class ChangeRunsTests : TrackingOn
{
    private const string Runs = "/api/v1/runs";

    [Fact]
    public async Task Several_runs_are_edited_deleted_and_restored_together_each_with_its_entry_in_the_audit()
    {
        var (one, other) = (await _host.Run("one"), await _host.Run("other"));

        var tagged = await Change([one.RunId[..30], other.RunId, one.RunId], "edit", """{"tags": {"team": "crm"}}""");
        var deleted = await Change([one.RunId, other.RunId], "delete");
        var restored = await Change([other.RunId, one.RunId], "restore");

        tagged.Runs.Select(run => (run.Name, run.Tags["team"])).ShouldBe([("one", "crm"), ("other", "crm")]);
        deleted.Runs.ShouldAllBe(run => run.LifecycleStage == "deleted");
        restored.Runs.Select(run => (run.Name, run.LifecycleStage)).ShouldBe([("other", "active"), ("one", "active")]);
        (await _host.Audited()).ShouldBe(["run.create", "run.create", "run.update", "run.update", "run.delete", "run.delete", "run.restore", "run.restore"], ignoreOrder: true);
    }

    [Fact]
    public async Task When_one_of_several_is_declined_none_is_changed_and_it_is_named()
    {
        var (one, gone) = (await _host.Run("one"), await _host.Run("gone"));
        await Change([gone.RunId], "delete");
        var missing = new string('9', 32);

        var detail = await Send([one.RunId, gone.RunId, missing], "delete").ShouldBeProblem(HttpStatusCode.Conflict, "run.deleted");

        detail.ShouldStartWith("2 of 3 runs declined to delete, so none was changed.");
        detail.ShouldContain(gone.RunId);
        detail.ShouldContain($"There is no run '{missing}'");
        (await _host.Get<RunWire>($"{Runs}/{one.RunId}")).LifecycleStage.ShouldBe("active");
        (await _host.Audited()).Count(action => action == "run.delete").ShouldBe(1);
    }

    [Theory]
    [InlineData("[]", "delete", "null", "run.change-count")]
    [InlineData("[\"\"]", "delete", "null", "run.change-count")]
    [InlineData("null", "delete", "null", "run.change-count")]
    [InlineData("[\"0193\"]", "archive", "null", "run.change-act")]
    [InlineData("[\"0193\"]", "edit", "null", "run.change-act")]
    [InlineData("[\"0193\"]", "delete", "{\"name\": \"x\"}", "run.change-act")]
    public async Task An_order_that_says_not_enough_or_too_much_is_refused(string ids, string act, string change, string code) =>
        await _host.Http.PostAsync($"{Runs}/change", Json($$"""{"run_ids": {{ids}}, "act": "{{act}}", "change": {{change}}}""")).ShouldBeProblem(HttpStatusCode.BadRequest, code);

    private async Task<ChangedRunsWire> Change(IReadOnlyList<string> ids, string act, string change = "null")
    {
        using var answer = await Send(ids, act, change);
        answer.StatusCode.ShouldBe(HttpStatusCode.OK, await answer.Content.ReadAsStringAsync());
        return (await answer.Content.ReadFromJsonAsync<ChangedRunsWire>(Cairn.Client.CairnJson.Options))!;
    }

    private Task<HttpResponseMessage> Send(IReadOnlyList<string> ids, string act, string change = "null") =>
        _host.Http.PostAsync($"{Runs}/change", Json($$"""{"run_ids": {{System.Text.Json.JsonSerializer.Serialize(ids)}}, "act": "{{act}}", "change": {{change}}}"""));

    private static StringContent Json(string body) => new(body, System.Text.Encoding.UTF8, "application/json");
}
