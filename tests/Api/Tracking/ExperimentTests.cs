using System.Net;
using Cairn.Client.Wire;

namespace Cairn.Api.Tests.Tracking;

public sealed class ExperimentsOnSqlite : ExperimentTests
{
    protected override bool Postgres => false;
}

public sealed class ExperimentsOnPostgres : ExperimentTests
{
    protected override bool Postgres => true;
}

public abstract class ExperimentTests : TrackingOn
{
    private const string Experiments = "/api/v1/experiments";

    [Fact]
    public async Task Every_workspace_has_the_default_experiment()
    {
        (await _host.Get<Page<ExperimentWire>>(Experiments)).Items.ShouldHaveSingleItem().Name.ShouldBe("Default");
        (await TrackingHost.Read<ExperimentWire>(await _host.Neighbour.GetAsync($"{Experiments}/Default"))).ExperimentId.ShouldBe("0");
    }

    [Fact]
    public async Task An_experiment_is_made_found_by_id_and_name_and_audited()
    {
        var made = await Make("churn", new(StringComparer.Ordinal) { ["team"] = "crm" });

        made.ExperimentId.ShouldBe("1");
        made.Tags["team"].ShouldBe("crm");
        (await _host.Get<ExperimentWire>($"{Experiments}/1")).Name.ShouldBe("churn");
        (await _host.Get<ExperimentWire>($"{Experiments}/churn")).ExperimentId.ShouldBe("1");
        (await _host.Audited()).ShouldBe(["experiment.create"]);
        (await _host.Neighbour.GetAsync($"{Experiments}/churn")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task A_name_is_taken_even_by_a_deleted_experiment()
    {
        await Make("churn");
        await _host.Post(Experiments, new CreateExperiment("churn")).ShouldBeProblem(HttpStatusCode.Conflict, "experiment.name-taken");
        await _host.Http.DeleteAsync($"{Experiments}/churn").ShouldSucceed();

        (await _host.Post(Experiments, new CreateExperiment("churn")).ShouldBeProblem(HttpStatusCode.Conflict, "experiment.name-taken")).ShouldContain("restore");
    }

    [Theory]
    [InlineData("")]
    [InlineData("  ")]
    [InlineData("a\0b")]
    [InlineData("a\nb")]
    public async Task Names_that_cannot_be_are_refused(string name) =>
        await _host.Post(Experiments, new CreateExperiment(name)).ShouldBeProblem(HttpStatusCode.BadRequest, "experiment.name-invalid");

    [Fact]
    public async Task A_name_has_500_characters_at_most()
    {
        await Make(new string('x', 500));
        await _host.Post(Experiments, new CreateExperiment(new string('x', 501))).ShouldBeProblem(HttpStatusCode.BadRequest, "experiment.name-invalid");
    }

    [Fact]
    public async Task The_list_is_paged_newest_first()
    {
        foreach (var name in new[] { "a", "b", "c" }) await Make(name);

        var first = await _host.Get<Page<ExperimentWire>>($"{Experiments}?limit=2");
        var second = await _host.Get<Page<ExperimentWire>>($"{Experiments}?limit=2&page_token={first.NextPageToken}");

        first.Items.Select(item => item.Name).ShouldBe(["c", "b"]);
        second.Items.Select(item => item.Name).ShouldBe(["a", "Default"]);
        second.NextPageToken.ShouldBeNull();
        await _host.Http.GetAsync($"{Experiments}?limit=0").ShouldBeProblem(HttpStatusCode.BadRequest, "request.limit");
        await _host.Http.GetAsync($"{Experiments}?page_token=!!").ShouldBeProblem(HttpStatusCode.BadRequest, "request.page-token");
        await _host.Http.GetAsync($"{Experiments}?view=some").ShouldBeProblem(HttpStatusCode.BadRequest, "request.view");
    }

    [Fact]
    public async Task Rename_and_tags_change_an_experiment_of_this_workspace_only()
    {
        await Make("old");
        await Make("other");

        (await TrackingHost.Read<ExperimentWire>(await _host.Patch($"{Experiments}/old", new RenameExperiment("new")))).Name.ShouldBe("new");
        (await TrackingHost.Read<ExperimentWire>(await _host.Put($"{Experiments}/new/tags", new SetTags(new Dictionary<string, string>(StringComparer.Ordinal) { ["a"] = "b" })))).Tags["a"].ShouldBe("b");
        await _host.Patch($"{Experiments}/new", new RenameExperiment("other")).ShouldBeProblem(HttpStatusCode.Conflict, "experiment.name-taken");
        (await _host.Patch($"{Experiments}/old", new RenameExperiment("x")).ShouldBeProblem(HttpStatusCode.NotFound, "experiment.unknown")).ShouldContain("new (id 1)");
        await _host.Neighbour.PatchAsync($"{Experiments}/new", System.Net.Http.Json.JsonContent.Create(new { name = "stolen" })).ShouldBeProblem(HttpStatusCode.NotFound, "experiment.unknown");
        await _host.Neighbour.PutAsync($"{Experiments}/new/tags", System.Net.Http.Json.JsonContent.Create(new { tags = new { a = "c" } })).ShouldBeProblem(HttpStatusCode.NotFound, "experiment.unknown");
        await _host.Put($"{Experiments}/new/tags", new SetTags(new Dictionary<string, string>(StringComparer.Ordinal) { [""] = "b" })).ShouldBeProblem(HttpStatusCode.BadRequest, "tag.key-invalid");
    }

    [Fact]
    public async Task Deleting_hides_its_runs_and_restoring_brings_back_those_that_were_there()
    {
        await Make("churn");
        var kept = await _host.Run("kept", "churn");
        var gone = await _host.Run("gone", "churn");
        await _host.Http.DeleteAsync($"/api/v1/runs/{gone.RunId}").ShouldSucceed();

        await _host.Neighbour.DeleteAsync($"{Experiments}/churn").ShouldBeProblem(HttpStatusCode.NotFound, "experiment.unknown");
        await _host.Http.DeleteAsync($"{Experiments}/churn").ShouldSucceed();
        (await _host.Get<Page<RunWire>>("/api/v1/runs")).Items.ShouldBeEmpty();
        (await _host.Get<Page<RunWire>>("/api/v1/runs?view=deleted")).Items.Count.ShouldBe(2);
        (await _host.Get<RunWire>($"/api/v1/runs/{kept.RunId}")).LifecycleStage.ShouldBe("deleted");
        await _host.Log(kept.RunId, new LogBatch([new("m", 1)])).ShouldBeProblem(HttpStatusCode.Conflict, "run.deleted");
        await _host.Post("/api/v1/runs", new CreateRun("1")).ShouldBeProblem(HttpStatusCode.Conflict, "experiment.deleted");
        await _host.Http.DeleteAsync($"{Experiments}/churn").ShouldBeProblem(HttpStatusCode.Conflict, "experiment.deleted");
        (await _host.Get<Page<ExperimentWire>>($"{Experiments}?view=deleted")).Items.ShouldHaveSingleItem().Name.ShouldBe("churn");

        await _host.Http.PostAsync($"{Experiments}/churn/restore", null).ShouldSucceed(HttpStatusCode.OK);
        (await _host.Get<Page<RunWire>>("/api/v1/runs")).Items.ShouldHaveSingleItem().Name.ShouldBe("kept");
        await _host.Http.PostAsync($"{Experiments}/churn/restore", null).ShouldBeProblem(HttpStatusCode.Conflict, "experiment.not-deleted");
        await _host.Neighbour.PostAsync($"{Experiments}/churn/restore", null).ShouldBeProblem(HttpStatusCode.NotFound, "experiment.unknown");
    }

    private async Task<ExperimentWire> Make(string name, Dictionary<string, string>? tags = null)
    {
        using var answer = await _host.Post(Experiments, new CreateExperiment(name, tags));
        answer.StatusCode.ShouldBe(HttpStatusCode.Created);
        return await TrackingHost.Read<ExperimentWire>(answer);
    }
}
