using System.Net;
using System.Net.Http.Json;
using System.Text;
using Cairn.Api.Tests.Mlflow;
using Cairn.Api.Tests.Server;
using Cairn.Client;
using Cairn.Client.Wire;
using Cairn.Projects.Purging;
using Cairn.Unit.Tests.Storage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Cairn.Api.Tests.Tracking;

public sealed class BinOnSqlite : BinTests
{
    protected override bool Postgres => false;
}

public sealed class BinOnPostgres : BinTests
{
    protected override bool Postgres => true;
}

/// <summary>What is deleted, by either API, until it is purged and after.</summary>
public abstract class BinTests : IAsyncLifetime
{
    private TestPostgres? _postgres;
    private TestHome _home = null!;

    protected abstract bool Postgres { get; }

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _postgres = Postgres ? await TestPostgres.Create() : null;
        _home = await TestHome.Start(options => options with { PostgreSql = _postgres?.ConnectionString, KeepDeleted = "7" });
    }

    public async ValueTask DisposeAsync()
    {
        if (_home is not null) await _home.DisposeAsync();
        if (_postgres is not null) await _postgres.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task MLflows_clients_restore_until_the_purge_and_then_find_nothing_and_a_free_name()
    {
        var experiment = await Experiment("churn");
        var run = (await _home.Http.Mlflow("runs/create", $$"""{"experiment_id":"{{experiment}}"}"""))["run"]!["info"]!["run_id"]!.GetValue<string>();
        await _home.Http.Mlflow("runs/delete", $$"""{"run_id":"{{run}}"}""");
        await _home.Http.Mlflow("runs/restore", $$"""{"run_id":"{{run}}"}""");
        await _home.Http.Mlflow("experiments/delete", $$"""{"experiment_id":"{{experiment}}"}""");
        await _home.Http.Mlflow("experiments/restore", $$"""{"experiment_id":"{{experiment}}"}""");
        (await Bin()).ShouldBeEmpty();

        await _home.Http.Mlflow("experiments/delete", $$"""{"experiment_id":"{{experiment}}"}""");
        (await Bin()).ShouldHaveSingleItem().ShouldSatisfyAllConditions(
            item => item.Subject.ShouldBe($"experiments/{experiment}"), item => item.Runs.ShouldBe(1), item => item.DeletedBy.ShouldBe("local-admin"),
            item => item.PurgeAt.ShouldBe(item.DeletedAt + (7 * 86_400_000_000L)));
        var result = await Purge(new());

        (result.Experiments, result.Runs).ShouldBe((1, 1));
        foreach (var path in (string[])["experiments/restore", "experiments/delete"])
            await _home.Http.Send(HttpMethod.Post, path, $$"""{"experiment_id":"{{experiment}}"}""").ShouldBeError(HttpStatusCode.NotFound, "RESOURCE_DOES_NOT_EXIST");
        foreach (var path in (string[])["runs/restore", "runs/delete"])
            await _home.Http.Send(HttpMethod.Post, path, $$"""{"run_id":"{{run}}"}""").ShouldBeError(HttpStatusCode.NotFound, "RESOURCE_DOES_NOT_EXIST");
        (await Experiment("churn")).ShouldNotBe(experiment, StringComparer.Ordinal);
        (await _home.Http.Mlflow("runs/search", $$"""{"experiment_ids":["{{experiment}}"],"run_view_type":"ALL"}"""))["runs"].ShouldBeNull();
    }

    [Fact]
    public async Task A_logged_model_is_restored_with_its_files_or_purged()
    {
        var model = (await _home.Http.Mlflow("logged-models", """{"experiment_id":"0","name":"m"}"""))["model"]!["info"]!["model_id"]!.GetValue<string>();
        (await _home.Http.PutAsync($"/api/2.0/mlflow-artifacts/artifacts/0/models/{model}/artifacts/MLmodel", new StringContent("flavors: {}"), Cancelled)).EnsureSuccessStatusCode();
        (await _home.Http.DeleteAsync($"{MlflowHost.Base}logged-models/{model}", Cancelled)).EnsureSuccessStatusCode();
        (await Bin()).ShouldHaveSingleItem().ShouldSatisfyAllConditions(item => item.Subject.ShouldBe($"logged-models/{model}"), item => item.Files.ShouldBe(1));

        await _home.Client.RestoreFromBinAsync($"logged-models/{model}", Cancelled);
        (await _home.Http.MlflowGet($"logged-models/{model}"))["model"]!["info"]!["name"]!.GetValue<string>().ShouldBe("m");
        (await Bin()).ShouldBeEmpty();
        await _home.Http.PostAsync($"/api/v1/logged-models/{model}/restore", null, Cancelled).ShouldBeProblem(HttpStatusCode.NotFound, "bin.unknown");

        (await _home.Http.DeleteAsync($"{MlflowHost.Base}logged-models/{model}", Cancelled)).EnsureSuccessStatusCode();
        (await Purge(new([$"logged-models/{model}"]))).LoggedModels.ShouldBe(1);
        (await _home.Http.GetAsync($"{MlflowHost.Base}logged-models/{model}", Cancelled)).StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Named_things_go_and_the_others_stay_and_a_dry_run_takes_nothing()
    {
        var (one, two) = (await DeletedRun(), await DeletedRun());

        (await Purge(new(DryRun: true))).ShouldSatisfyAllConditions(result => result.Runs.ShouldBe(2), result => result.DryRun.ShouldBeTrue(), result => result.Files.ShouldBe(1));
        (await Bin()).Count.ShouldBe(2);
        var purged = await Purge(new([$"runs/{one}"]));

        (purged.Runs, purged.LaterFiles).ShouldBe((1, 0), "the other run has the same file");
        (await Bin()).ShouldHaveSingleItem().Subject.ShouldBe($"runs/{two}");
        await _home.Http.PostAsync($"/api/v1/runs/{one}/restore", null, Cancelled).ShouldBeProblem(HttpStatusCode.NotFound, "run.unknown");
        (await _home.Client.RestoreRunAsync(two, Cancelled)).LifecycleStage.ShouldBe("active");
    }

    [Fact]
    public async Task What_is_not_in_the_bin_is_refused()
    {
        var run = (await _home.Client.StartRunAsync(new("0"), Cancelled)).RunId;

        foreach (var subject in (string[])[$"runs/{run}", "runs/", "experiments/99", "churn", "nothing/1"])
            await _home.Http.PostAsJsonAsync("/api/v1/bin/purge", new PurgeRequest([subject]), CairnJson.Options, Cancelled).ShouldBeProblem(HttpStatusCode.NotFound, "bin.unknown");
        await _home.Http.PostAsJsonAsync("/api/v1/bin/purge", new PurgeRequest([]), CairnJson.Options, Cancelled).ShouldBeProblem(HttpStatusCode.BadRequest, "bin.subjects-invalid");
        await _home.Http.GetAsync("/api/v1/bin?page_token=xyz", Cancelled).ShouldBeProblem(HttpStatusCode.BadRequest, "request.page-token");
        (await _home.Client.GetRunAsync(run, Cancelled)).LifecycleStage.ShouldBe("active");
    }

    [Fact]
    public async Task What_is_deleted_is_found_by_kind_part_of_its_name_and_subject_and_what_a_purge_takes_is_counted_beforehand()
    {
        var experiment = await Experiment("Churn_2026");
        await _home.Http.Mlflow("runs/create", $$"""{"experiment_id":"{{experiment}}"}""");
        await _home.Http.Mlflow("experiments/delete", $$"""{"experiment_id":"{{experiment}}"}""");
        var run = await DeletedRun();
        async Task<IEnumerable<string>> Found(string? kind, string? name) => (await _home.Client.ListBinAsync(kind: kind, name: name, cancellation: Cancelled)).Items.Select(item => item.Subject);

        (await Found("runs", null)).ShouldBe([$"runs/{run}"]);
        (await Found("logged-models", null)).ShouldBeEmpty();
        (await Found(null, "churn_")).ShouldBe([$"experiments/{experiment}"]);
        (await Found(null, "churn%")).ShouldBeEmpty();
        (await _home.Client.FindInBinAsync([$"runs/{run}", "runs/none", $"experiments/{experiment}"], Cancelled)).Select(item => item.Subject).ShouldBe([$"runs/{run}", $"experiments/{experiment}"]);
        await _home.Http.GetAsync("/api/v1/bin?kind=nothing", Cancelled).ShouldBeProblem(HttpStatusCode.BadRequest, "bin.kind-invalid");
        await _home.Http.GetAsync("/api/v1/bin?" + string.Join('&', Enumerable.Range(0, 101).Select(at => $"subject=runs/{at}")), Cancelled).ShouldBeProblem(HttpStatusCode.BadRequest, "bin.subjects-invalid");

        (await _home.Client.PreviewPurgeAsync(cancellation: Cancelled)).ShouldSatisfyAllConditions(
            all => (all.DryRun, all.Experiments, all.Runs, all.Files).ShouldBe((true, 1, 2, 1)), all => all.Names.ShouldBe(["Churn_2026"]));
        (await _home.Client.PreviewPurgeAsync([$"runs/{run}"], cancellation: Cancelled)).ShouldSatisfyAllConditions(one => (one.Experiments, one.Runs).ShouldBe((0, 1)), one => one.Names!.ShouldBeEmpty());
        (await _home.Client.PreviewPurgeAsync(deletedBefore: 1, cancellation: Cancelled)).Runs.ShouldBe(0);
        await _home.Http.GetAsync("/api/v1/bin/purge?subject=runs/none", Cancelled).ShouldBeProblem(HttpStatusCode.NotFound, "bin.unknown");
        (await Bin()).Count.ShouldBe(2);
    }

    [Fact]
    public async Task The_server_purges_what_is_over_by_itself_and_no_other()
    {
        var (old, young) = (await DeletedRun(), await DeletedRun());
        var database = _home.Server.Services.GetRequiredService<Cairn.Storage.Database>();
        await database.Write(t => t.Execute("UPDATE runs SET deleted_at = deleted_at - 691200000000 WHERE run_id = @old", new { old }), Cancelled);
        var upkeep = _home.Server.Services.GetServices<IHostedService>().OfType<BinUpkeep>().Single();

        await upkeep.Run(Cancelled);
        while ((await Bin()).Count > 1) await Task.Delay(20, Cancelled);

        (await Bin()).ShouldHaveSingleItem().Subject.ShouldBe($"runs/{young}");
        (await database.Read(t => t.Query<string>("SELECT caller FROM audit_entries WHERE action = 'bin.purge'"), Cancelled)).ShouldBe(["retention"]);
    }

    [Theory]
    [InlineData("-1")]
    [InlineData("always")]
    [InlineData("36501")]
    [InlineData("")]
    public async Task A_time_that_is_none_is_refused_at_the_start(string text)
    {
        var started = await Cairn.Server.CairnServer.Start(new() { Home = TestHome.NewFolder(), KeepDeleted = text }, Cancelled);

        started.Refusal!.Code.ShouldBe("server.keep-deleted-invalid");
    }

    private async Task<string> Experiment(string name) => (await _home.Http.Mlflow("experiments/create", $$"""{"name":"{{name}}"}"""))["experiment_id"]!.GetValue<string>();

    private async Task<string> DeletedRun()
    {
        var run = (await _home.Client.StartRunAsync(new("0"), Cancelled)).RunId;
        (await _home.Http.PutAsync($"/api/v1/runs/{run}/artifacts/content/a.txt", new ByteArrayContent(Encoding.UTF8.GetBytes("the same")), Cancelled)).EnsureSuccessStatusCode();
        await _home.Client.DeleteRunAsync(run, Cancelled);
        return run;
    }

    private async Task<IReadOnlyList<BinItemWire>> Bin() => (await _home.Client.ListBinAsync(cancellation: Cancelled)).Items;

    private async Task<PurgeResult> Purge(PurgeRequest request)
    {
        var run = await _home.Client.WaitForFlowRunAsync((await _home.Client.StartPurgeAsync(request, Cancelled)).FlowRunId, cancellation: Cancelled);
        run.State.ShouldBe("succeeded", run.Message);
        return System.Text.Json.JsonSerializer.Deserialize<PurgeResult>(run.Result!.Value, CairnJson.Options)!;
    }
}
