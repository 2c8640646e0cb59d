using System.Net;
using System.Text.Json.Nodes;
using Cairn.Api.Tests.Mlflow;
using Cairn.Client.Wire;

namespace Cairn.Api.Tests.Tracking;

/// <summary>Sixteen clients at the same rows at once: each is answered, what was answered is stored, and nobody is told of a fault.</summary>
public abstract class RaceTests : TrackingOn
{
    private const int Clients = 16, Rounds = 6;

    [Fact]
    public async Task Edits_of_one_run_and_of_several_are_all_there()
    {
        var run = await _host.Run();

        await AtOnce(async (client, round) =>
        {
            var tags = new Dictionary<string, string?>(StringComparer.Ordinal) { [$"c{client}-{round}"] = "x" };
            var answer = client % 4 == 0 ? _host.Post("/api/v1/runs/change", new ChangeRuns([run.RunId], ChangeRuns.Edit, new(Tags: tags))) : _host.Patch($"/api/v1/runs/{run.RunId}", new UpdateRun(Tags: tags));
            await answer.ShouldSucceed(HttpStatusCode.OK);
        });

        (await _host.Get<RunWire>($"/api/v1/runs/{run.RunId}")).Tags.Count(tag => tag.Value == "x").ShouldBe(Clients * Rounds);
    }

    [Fact]
    public async Task Edits_of_different_runs_are_all_there()
    {
        var runs = new List<RunWire>();
        for (var client = 0; client < Clients; client++) runs.Add(await _host.Run());

        await AtOnce((client, round) => _host.Patch($"/api/v1/runs/{runs[client].RunId}", new UpdateRun(Name: $"n{client}-{round}", Tags: new Dictionary<string, string?>(StringComparer.Ordinal) { [$"r{round}"] = "x" })).ShouldSucceed(HttpStatusCode.OK));

        for (var client = 0; client < Clients; client++)
        {
            var run = await _host.Get<RunWire>($"/api/v1/runs/{runs[client].RunId}");
            (run.Name, run.Tags.Count(tag => tag.Value == "x")).ShouldBe(($"n{client}-{Rounds - 1}", Rounds));
        }
    }

    [Fact]
    public async Task Batches_to_one_run_lose_no_point_and_the_latest_is_the_greatest_step()
    {
        var run = await _host.NewRun();

        await AtOnce((client, round) => _host.Mlflow(
            "runs/log-batch",
            $$"""{"run_id":"{{run}}","metrics":[{{Point("shared", client, round)}},{{Point($"m{client}", client, round)}}],"params":[{"key":"p{{client}}-{{round}}","value":"1"},{"key":"same","value":"1"}],"tags":[{"key":"t","value":"{{client}}"}]}"""));

        (await History(run, "shared")).Count.ShouldBe(Clients * Rounds);
        for (var client = 0; client < Clients; client++) (await History(run, $"m{client}")).Count.ShouldBe(Rounds);
        var stored = await _host.Get<RunWire>($"/api/v1/runs/{run}");
        stored.Metrics["shared"].ShouldBe((Clients * Rounds) - 1);
        stored.Params.Count.ShouldBe((Clients * Rounds) + 1);
    }

    [Fact]
    public async Task What_is_logged_while_the_run_is_deleted_and_restored_is_stored_when_it_was_taken()
    {
        var run = await _host.NewRun();
        var taken = 0;

        await AtOnce(async (client, round) =>
        {
            if (client < 2)
            {
                var answer = await Status(client == 0 ? _host.Http.DeleteAsync($"/api/v1/runs/{run}") : _host.Http.PostAsync($"/api/v1/runs/{run}/restore", null));
                answer.ShouldBeOneOf(HttpStatusCode.OK, HttpStatusCode.NoContent, HttpStatusCode.Conflict);
                return;
            }

            var logged = await Status(_host.Http.Send(HttpMethod.Post, "runs/log-batch", $$"""{"run_id":"{{run}}","metrics":[{{Point("m", client, round)}}]}"""));
            logged.ShouldBeOneOf(HttpStatusCode.OK, HttpStatusCode.BadRequest);
            if (logged == HttpStatusCode.OK) Interlocked.Increment(ref taken);
        });

        (await History(run, "m")).Count.ShouldBe(taken);
    }

    [Fact]
    public async Task A_name_that_many_take_belongs_to_one_experiment()
    {
        var mine = new List<string>();
        for (var client = 0; client < Clients; client++) mine.Add(await _host.NewExperiment($"mine-{client}"));

        var answers = await AtOnce((client, round) => Status((client % 4) switch
        {
            0 => _host.Patch($"/api/v1/experiments/{mine[client]}", new RenameExperiment($"wanted-{round}")),
            1 => _host.Http.Send(HttpMethod.Post, "experiments/update", $$"""{"experiment_id":"{{mine[client]}}","new_name":"wanted-{{round}}"}"""),
            2 => _host.Post("/api/v1/experiments", new CreateExperiment($"wanted-{round}")),
            _ => _host.Http.Send(HttpMethod.Post, "experiments/create", $$"""{"name":"wanted-{{round}}"}"""),
        }));

        answers.ShouldAllBe(answer => answer == HttpStatusCode.OK || answer == HttpStatusCode.Created || answer == HttpStatusCode.BadRequest || answer == HttpStatusCode.Conflict);
        answers.Count(answer => answer is HttpStatusCode.OK or HttpStatusCode.Created).ShouldBeGreaterThanOrEqualTo(Rounds);
        var names = (await _host.Database.Read(t => t.Query<string>("SELECT name FROM experiments"))).ToList();
        names.Count(name => name.StartsWith("wanted-", StringComparison.Ordinal)).ShouldBe(names.Where(name => name.StartsWith("wanted-", StringComparison.Ordinal)).Distinct(StringComparer.Ordinal).Count());
    }

    [Fact]
    public async Task A_model_that_many_make_is_made_once_and_its_versions_have_numbers_of_their_own()
    {
        var made = await AtOnce((_, round) => Status(_host.Http.Send(HttpMethod.Post, "registered-models/create", $$"""{"name":"model-{{round}}"}""")));
        var versions = await AtOnce((client, round) => _host.Mlflow("model-versions/create", $$"""{"name":"model-{{round}}","source":"s3://b/{{client}}"}"""));

        made.Count(answer => answer == HttpStatusCode.OK).ShouldBe(Rounds);
        made.Count(answer => answer == HttpStatusCode.BadRequest).ShouldBe((Clients - 1) * Rounds);
        versions.GroupBy(version => version["model_version"]!["name"]!.GetValue<string>(), StringComparer.Ordinal)
            .ShouldAllBe(model => model.Select(version => int.Parse(version["model_version"]!["version"]!.GetValue<string>())).Order().SequenceEqual(Enumerable.Range(1, Clients)));
    }

    /// <summary>Each client one round after the other, all clients at the same time.</summary>
    private static async Task<IReadOnlyList<T>> AtOnce<T>(Func<int, int, Task<T>> act) => [.. (await Task.WhenAll(Enumerable.Range(0, Clients).Select(client => Task.Run(async () =>
    {
        var answers = new List<T>();
        for (var round = 0; round < Rounds; round++) answers.Add(await act(client, round));
        return answers;
    })))).SelectMany(answers => answers)];

    private static async Task AtOnce(Func<int, int, Task> act) => await AtOnce(async (client, round) =>
    {
        await act(client, round);
        return true;
    });

    private static async Task<HttpStatusCode> Status(Task<HttpResponseMessage> asked)
    {
        using var answer = await asked;
        ((int)answer.StatusCode).ShouldBeLessThan(500, await answer.Content.ReadAsStringAsync());
        return answer.StatusCode;
    }

    private static string Point(string key, int client, int round) => $$"""{"key":"{{key}}","value":{{(round * Clients) + client}},"step":{{(round * Clients) + client}},"timestamp":1}""";

    private async Task<JsonArray> History(string run, string key) => (await _host.Http.MlflowGet($"metrics/get-history?run_id={run}&metric_key={key}"))["metrics"]?.AsArray() ?? [];
}

public sealed class SqliteRaceTests : RaceTests
{
    protected override bool Postgres => false;
}

public sealed class PostgresRaceTests : RaceTests
{
    protected override bool Postgres => true;
}
