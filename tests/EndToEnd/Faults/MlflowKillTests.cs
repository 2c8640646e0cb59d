using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Cairn.EndToEnd.Tests.Running;
using Cairn.Unit.Tests.Storage;

namespace Cairn.EndToEnd.Tests.Faults;

/// <summary>
/// kill -9 while clients of MLflow's protocol log runs, params, metrics, tags, batches, files, models and versions at once: after each start
/// everything that was acknowledged is there, and of a batch that was not, all or nothing.
/// </summary>
[Collection("kills")]
public class MlflowKillTests
{
    private const int PointsOfBatch = 20;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Everything_acknowledged_to_an_MLflow_client_survives_the_death_of_the_process()
    {
        using var folder = new TestFolder();
        await KillWhileLogging(folder, Kills(10));
    }

    [Fact]
    public async Task Everything_acknowledged_to_an_MLflow_client_survives_the_death_of_the_process_on_PostgreSQL_too()
    {
        await using var postgres = await TestPostgres.Create();
        using var folder = new TestFolder { Environment = { ["CAIRN_POSTGRES"] = postgres.ConnectionString } };
        await KillWhileLogging(folder, Kills(4));
    }

    /// <summary>What <c>make torture</c> asks for.</summary>
    private static int Kills(int unlessAsked) => int.TryParse(Environment.GetEnvironmentVariable("TORTURE_KILLS"), CultureInfo.InvariantCulture, out var kills) ? kills : unlessAsked;

    private static async Task KillWhileLogging(TestFolder folder, int kills)
    {
        var draw = new Random(7);
        var (all, recent) = (new List<Logged>(), new List<Logged>());

        for (var kill = 0; kill <= kills; kill++)
        {
            using var server = CairnProcess.Start(folder, "up", "--port", "0", "--max-in-flight", "0");
            using var http = await ServerAddress.Connect(folder, server, Cancelled);
            await Verify(http, recent);
            all.AddRange(recent);
            if (kill == kills)
            {
                await Verify(http, all); // what survived one death survived the later ones
                break;
            }

            var acknowledged = new ConcurrentQueue<Logged>();
            var shared = await NewRun(http, acknowledged);
            var logging = new[] { Runs(http, acknowledged), Points(http, acknowledged, shared), Batches(http, acknowledged, shared, 0), Batches(http, acknowledged, shared, 1), Models(http, acknowledged, kill), Files(http, acknowledged, shared) };
            while (acknowledged.Select(one => one.GetType()).Distinct().Count() < 7 && !server.HasExited) await Task.Delay(10, Cancelled); // the first ones compile the code
            await Task.Delay(draw.Next(300), Cancelled);
            server.Kill();
            await Task.WhenAll(logging);
            recent = [.. acknowledged];
        }

        all.Count.ShouldBeGreaterThan(kills * 20);
        TestContext.Current.SendDiagnosticMessage(
            $"{kills} kills, all there: {string.Join(", ", all.GroupBy(one => one.GetType().Name, StringComparer.Ordinal).OrderBy(kind => kind.Key, StringComparer.Ordinal).Select(kind => $"{kind.Count()} {kind.Key}"))}");
    }

    private static Task Runs(HttpClient http, ConcurrentQueue<Logged> acknowledged) => UntilDead(async number =>
    {
        var run = await NewRun(http, acknowledged);
        await Post(http, "runs/log-parameter", new { run_id = run, key = "p", value = $"{number}" });
        acknowledged.Enqueue(new Param(run, "p", $"{number}"));
        await Post(http, "runs/set-tag", new { run_id = run, key = "t", value = $"{number}" });
        acknowledged.Enqueue(new Tag(run, "t", $"{number}"));
    });

    private static Task Points(HttpClient http, ConcurrentQueue<Logged> acknowledged, string run) => UntilDead(async number =>
    {
        await Post(http, "runs/log-metric", new { run_id = run, key = "single", value = number / 4.0, timestamp = 5, step = number });
        acknowledged.Enqueue(new Point(run, "single", number, number / 4.0));
    });

    private static Task Batches(HttpClient http, ConcurrentQueue<Logged> acknowledged, string run, int client) => UntilDead(async number =>
    {
        var batch = (number * 2) + client;
        await Post(http, "runs/log-batch", new
        {
            run_id = run,
            metrics = Enumerable.Range(0, PointsOfBatch).Select(step => new { key = "batched", value = batch, timestamp = 5, step }),
            @params = new[] { new { key = $"batch{batch}", value = "p" } },
            tags = new[] { new { key = $"batch{batch}", value = "t" } },
        });
        acknowledged.Enqueue(new Batch(run, batch));
    });

    private static Task Models(HttpClient http, ConcurrentQueue<Logged> acknowledged, int kill) => UntilDead(async number =>
    {
        var name = $"m{kill}-{number}";
        await Post(http, "registered-models/create", new { name });
        var source = $"s3://bucket/{name}";
        var version = (await Post(http, "model-versions/create", new { name, source }))["model_version"]!["version"]!.GetValue<string>();
        acknowledged.Enqueue(new ModelVersion(name, version, source, "None"));
        await Post(http, "model-versions/transition-stage", new { name, version, stage = "Staging", archive_existing_versions = false });
        acknowledged.Enqueue(new ModelVersion(name, version, source, "Staging"));
    });

    private static Task Files(HttpClient http, ConcurrentQueue<Logged> acknowledged, string run) => UntilDead(async number =>
    {
        var content = string.Concat(Enumerable.Repeat($"{run} {number}\n", 1 + (number * 37 % 500)));
        using var answer = await http.PutAsync($"/api/2.0/mlflow-artifacts/artifacts/0/{run}/artifacts/f/{number}.txt", new StringContent(content), Cancelled);
        answer.StatusCode.ShouldBe(HttpStatusCode.OK, await answer.Content.ReadAsStringAsync(Cancelled));
        acknowledged.Enqueue(new File(run, $"f/{number}.txt", content));
    });

    private static async Task UntilDead(Func<int, Task> log)
    {
        try
        {
            for (var number = 0; ; number++) await log(number);
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            // The server is dead. What was not answered was not promised.
        }
    }

    private static async Task<string> NewRun(HttpClient http, ConcurrentQueue<Logged> acknowledged)
    {
        var info = (await Post(http, "runs/create", new { experiment_id = "0", start_time = 1 }))["run"]!["info"]!;
        var run = info["run_id"]!.GetValue<string>();
        acknowledged.Enqueue(new Run(run, info["run_name"]!.GetValue<string>()));
        return run;
    }

    private static async Task Verify(HttpClient http, IReadOnlyList<Logged> acknowledged)
    {
        var options = new ParallelOptions { MaxDegreeOfParallelism = 4, CancellationToken = Cancelled };
        await Parallel.ForEachAsync(acknowledged.OfType<OfRun>().GroupBy(one => one.Id, StringComparer.Ordinal), options, async (logged, _) => await VerifyRun(http, logged.Key, [.. logged]));
        await Parallel.ForEachAsync(acknowledged.OfType<ModelVersion>().GroupBy(version => version.Name, StringComparer.Ordinal).Select(version => version.Last()), options, async (version, _) =>
        {
            var found = (await Get(http, $"model-versions/get?name={version.Name}&version={version.Number}"))["model_version"]!;
            found["source"]!.GetValue<string>().ShouldBe(version.Source);
            if (version.Stage == "Staging") found["current_stage"]!.GetValue<string>().ShouldBe(version.Stage, $"{version} was acknowledged");
        });
    }

    private static async Task VerifyRun(HttpClient http, string id, IReadOnlyList<OfRun> acknowledged)
    {
        var run = (await Get(http, $"runs/get?run_id={id}"))["run"]!;
        var (parameters, tags) = (Texts(run["data"]!["params"]), Texts(run["data"]!["tags"]));
        var (single, batched) = (await History(http, id, "single"), await History(http, id, "batched"));
        foreach (var logged in acknowledged)
        {
            var there = logged switch
            {
                Run(_, var name) => run["info"]!["run_name"]!.GetValue<string>() == name,
                Param(_, var key, var value) => parameters.GetValueOrDefault(key) == value,
                Tag(_, var key, var value) => tags.GetValueOrDefault(key) == value,
                Point(_, _, var step, var value) => single.Contains((step, value)),
                Batch(_, var batch) => batched.Contains((0, batch)), // the rest of it: below
                File(_, var path, var content) => await http.GetStringAsync($"/api/2.0/mlflow-artifacts/artifacts/0/{id}/artifacts/{path}", Cancelled) == content,
                _ => false,
            };
            there.ShouldBeTrue($"{logged} was acknowledged");
        }

        foreach (var batch in batched.GroupBy(point => point.Value))
        {
            batch.Count().ShouldBe(PointsOfBatch, $"batch {batch.Key} of run {id} is there in part");
            (parameters.GetValueOrDefault($"batch{batch.Key}"), tags.GetValueOrDefault($"batch{batch.Key}")).ShouldBe(("p", "t"));
        }

        parameters.Keys.Count(key => key.StartsWith("batch", StringComparison.Ordinal)).ShouldBe(batched.Count / PointsOfBatch);
    }

    private static Dictionary<string, string> Texts(JsonNode? list) =>
        (list?.AsArray() ?? []).ToDictionary(one => one!["key"]!.GetValue<string>(), one => one!["value"]!.GetValue<string>(), StringComparer.Ordinal);

    private static async Task<HashSet<(int Step, double Value)>> History(HttpClient http, string run, string key) =>
        [.. ((await Get(http, $"metrics/get-history?run_id={run}&metric_key={key}"))["metrics"]?.AsArray() ?? []).Select(point => (point!["step"]!.GetValue<int>(), point["value"]!.GetValue<double>()))];

    private static async Task<JsonNode> Post<T>(HttpClient http, string path, T body)
    {
        using var content = new StringContent(JsonSerializer.Serialize(body), Encoding.UTF8, "application/json");
        using var answer = await http.PostAsync($"/api/2.0/mlflow/{path}", content, Cancelled);
        return await Read(answer);
    }

    private static async Task<JsonNode> Get(HttpClient http, string path)
    {
        using var answer = await http.GetAsync($"/api/2.0/mlflow/{path}", Cancelled);
        return await Read(answer);
    }

    private static async Task<JsonNode> Read(HttpResponseMessage answer)
    {
        var text = await answer.Content.ReadAsStringAsync(Cancelled);
        answer.StatusCode.ShouldBe(HttpStatusCode.OK, $"{answer.RequestMessage!.RequestUri} {text}");
        return JsonNode.Parse(text)!;
    }

    /// <summary>What the server said it keeps.</summary>
    private abstract record Logged;

    private abstract record OfRun(string Id) : Logged;

    private sealed record Run(string Id, string Name) : OfRun(Id);

    private sealed record Param(string Id, string Key, string Value) : OfRun(Id);

    private sealed record Tag(string Id, string Key, string Value) : OfRun(Id);

    private sealed record Point(string Id, string Key, int Step, double Value) : OfRun(Id);

    /// <summary>Points of one value, with a param and a tag.</summary>
    private sealed record Batch(string Id, int Number) : OfRun(Id);

    private sealed record File(string Id, string Path, string Content) : OfRun(Id);

    private sealed record ModelVersion(string Name, string Number, string Source, string Stage) : Logged;
}
