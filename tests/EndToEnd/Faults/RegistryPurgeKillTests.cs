using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using Cairn.EndToEnd.Tests.Running;
using Cairn.Kernel;
using Cairn.Unit.Tests.Storage;

namespace Cairn.EndToEnd.Tests.Faults;

/// <summary>
/// kill -9 of the server again and again while it purges models, versions, and the runs they came from: whatever is left is whole after each death, what has
/// begun is finished by the next server unasked, and in the end nothing is gone that was not deleted, and nothing left of what was.
/// </summary>
[Collection("kills")]
public class RegistryPurgeKillTests
{
    private const int Gone = 60, VersionsOfGone = 4, Stay = 5, VersionsOfStay = 20, DeletedOfStay = 15;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_purge_of_models_killed_again_and_again_loses_nothing_else_and_gets_to_its_end()
    {
        using var folder = new TestFolder();
        await KillWhilePurging(folder, Kills(6));
    }

    [Fact]
    public async Task A_purge_of_models_killed_again_and_again_loses_nothing_else_and_gets_to_its_end_on_PostgreSQL_too()
    {
        await using var postgres = await TestPostgres.Create();
        using var folder = new TestFolder { Environment = { ["CAIRN_POSTGRES"] = postgres.ConnectionString } };
        await KillWhilePurging(folder, Kills(4));
    }

    /// <summary>What <c>make torture</c> asks for: fifty at most, for each waits until some more is gone.</summary>
    private static int Kills(int unlessAsked) => int.TryParse(Environment.GetEnvironmentVariable("TORTURE_KILLS"), CultureInfo.InvariantCulture, out var kills) ? Math.Min(kills, 50) : unlessAsked;

    private static async Task KillWhilePurging(TestFolder folder, int kills)
    {
        await folder.Project(Tables.Bank(1000));
        var prediction = "";
        await Serve(folder, async http =>
        {
            (await CairnProcess.Run(folder, "run", "bank")).ShouldSucceed();
            prediction = await Predict(http);
        });
        await Make(folder);
        await Serve(folder, Delete);

        foreach (var file in Directory.EnumerateFiles(Path.Combine(folder.Home, "blobs"), "*", SearchOption.AllDirectories)) File.SetLastWriteTimeUtc(file, DateTime.UtcNow.AddDays(-2));
        var stay = StoredRows.Of(folder, Staying);
        stay.Count.ShouldBe(Stay * (VersionsOfStay - DeletedOfStay));
        var answered = StoredRows.Of(folder, "SELECT v.package_digest FROM model_versions v JOIN deleted_models d ON v.model = ':' || d.model_id WHERE d.name = 'bank'").ShouldHaveSingleItem();

        // Each kill waits until its share of the versions is gone, so that they fall all over the purge.
        var (all, midway) = (StoredRows.Count(folder, "model_versions"), 0);
        for (var kill = 1; kill <= kills; kill++)
        {
            await Kill(folder, all - ((all - stay.Count) * kill / (kills + 1)));
            if (StoredRows.Count(folder, "purges") > 0) midway++;
            ShouldBeWhole(folder, $"after kill {kill}");
        }

        midway.ShouldBeGreaterThan(0, "no kill fell between a model's vanishing and the end of its rows");
        await Serve(folder, async _ =>
        {
            await Until(() => StoredRows.Count(folder, "purges") == 0); // nobody asked for it
            ShouldBeWhole(folder, "after the server went on by itself");
            await Purge(folder);
        });

        StoredRows.Of(folder, Staying).ShouldBe(stay, ignoreOrder: true);
        StoredRows.Count(folder, "model_versions").ShouldBe(stay.Count);
        foreach (var table in (string[])["deleted_models", "purges", "unnamed_blobs", "model_aliases", "model_tags", "model_version_tags WHERE model NOT LIKE 'stays-%'", "gate_verdicts WHERE model NOT LIKE 'stays-%'", "registered_models WHERE name NOT LIKE 'stays-%'"])
            StoredRows.Count(folder, table).ShouldBe(0, table);
        StoredRows.Count(folder, "gate_verdicts").ShouldBe(stay.Count);
        await Verify(folder, stay, answered, prediction);
        TestContext.Current.SendDiagnosticMessage($"{kills} kills, {midway} of them with a purge begun: {all - stay.Count} versions purged, {stay.Count} stay");
    }

    private const string Staying = "SELECT model || ' ' || CAST(version AS VARCHAR(20)) || ' ' || package_digest FROM model_versions WHERE model LIKE 'stays-%' AND deleted_at IS NULL";

    /// <summary>Of what is left; the run that the server took up again may still be at its end.</summary>
    private static async Task Purge(TestFolder folder)
    {
        for (var left = 100; ; left--)
        {
            var purged = await CairnProcess.Run(folder, "bin", "purge", "--all");
            if (left > 0 && purged.Error.Contains("flow.busy", StringComparison.Ordinal)) continue;
            purged.ShouldSucceed();
            return;
        }
    }

    private static async Task Make(TestFolder folder)
    {
        await using var home = new StoppedHome(folder);
        var models = Enumerable.Range(0, Gone).Select(model => ($"gone-{model}", VersionsOfGone)).Concat(Enumerable.Range(0, Stay).Select(model => ($"stays-{model}", VersionsOfStay)));
        await Parallel.ForEachAsync(models, new ParallelOptions { MaxDegreeOfParallelism = 8, CancellationToken = Cancelled }, async (model, cancellation) =>
        {
            for (var version = 0; version < model.Item2; version++) await home.Version(model.Item1, cancellation);
        });
    }

    private static async Task<string> Predict(HttpClient http)
    {
        using var content = new StringContent(Tables.Customer, Encoding.UTF8, "application/json");
        using var answer = await http.PostAsync("/api/v1/predict", content, Cancelled);
        var text = await answer.Content.ReadAsStringAsync(Cancelled);
        answer.StatusCode.ShouldBe(HttpStatusCode.OK, text);
        return JsonNode.Parse(text)!["prediction_id"]!.GetValue<string>();
    }

    /// <summary>Two by two the models that go were copied from each other.</summary>
    private static async Task Delete(HttpClient http)
    {
        for (var model = 0; model < Gone; model++)
        {
            var name = $"gone-{model}";
            await Send(http, HttpMethod.Post, "/api/2.0/mlflow/model-versions/create", new { name, source = $"models:/gone-{model ^ 1}/1" });
            await Send(http, HttpMethod.Post, "/api/2.0/mlflow/registered-models/alias", new { name, alias = "blue", version = "2" });
            await Send(http, HttpMethod.Post, "/api/2.0/mlflow/registered-models/set-tag", new { name, key = "team", value = "crm" });
            await Send(http, HttpMethod.Post, "/api/2.0/mlflow/model-versions/set-tag", new { name, version = "3", key = "team", value = "crm" });
        }

        await Send(http, HttpMethod.Delete, "/api/v1/models/bank/aliases/champion", new { });
        foreach (var name in Enumerable.Range(0, Gone).Select(model => $"gone-{model}").Append("bank"))
        {
            foreach (var version in (await Send(http, HttpMethod.Get, $"/api/2.0/mlflow/model-versions/search?filter={Uri.EscapeDataString($"name='{name}'")}", null))["model_versions"]!.AsArray())
                if (name != "bank" && version!["run_id"]?.GetValue<string>() is { Length: > 0 } run_id) await Send(http, HttpMethod.Post, "/api/2.0/mlflow/runs/delete", new { run_id });
            await Send(http, HttpMethod.Delete, "/api/2.0/mlflow/registered-models/delete", new { name });
        }

        for (var model = 0; model < Stay; model++)
        {
            for (var version = 1; version <= DeletedOfStay; version++)
            {
                var of = new { name = $"stays-{model}", version = $"{version}" };
                var run_id = (await Send(http, HttpMethod.Get, $"/api/2.0/mlflow/model-versions/get?name={of.name}&version={of.version}", null))["model_version"]!["run_id"]!.GetValue<string>();
                await Send(http, HttpMethod.Post, "/api/2.0/mlflow/runs/delete", new { run_id });
                await Send(http, HttpMethod.Delete, "/api/2.0/mlflow/model-versions/delete", of);
            }
        }
    }

    private static async Task<JsonNode> Send(HttpClient http, HttpMethod method, string path, object? body)
    {
        using var request = new HttpRequestMessage(method, path) { Content = body is null ? null : JsonContent.Create(body) };
        using var answer = await http.SendAsync(request, Cancelled);
        var text = await answer.Content.ReadAsStringAsync(Cancelled);
        answer.IsSuccessStatusCode.ShouldBeTrue($"{method} {path} {text}");
        return text.Length == 0 ? new JsonObject() : JsonNode.Parse(text)!;
    }

    /// <summary>Kills the server that purges as soon as so few versions are left, whatever it is doing then.</summary>
    private static Task Kill(TestFolder folder, long left) => Serve(folder, async http =>
    {
        await Send(http, HttpMethod.Post, "/api/v1/bin/purge", new { });
        await Until(() => StoredRows.Count(folder, "model_versions") <= left);
    });

    private static async Task Until(Func<bool> condition)
    {
        for (var left = 40_000; left > 0; left--)
        {
            if (condition()) return;
            await Task.Delay(3, Cancelled);
        }

        throw new TimeoutException("It never came.");
    }

    private static void ShouldBeWhole(TestFolder folder, string when)
    {
        const string there = "model_versions v WHERE (v.model NOT LIKE ':%' OR v.model IN (SELECT ':' || d.model_id FROM deleted_models d))";
        StoredRows.Of(folder, $"SELECT v.model FROM {there} AND v.package_digest IS NOT NULL AND NOT EXISTS (SELECT 1 FROM model_package_files f WHERE f.package_digest = v.package_digest)").ShouldBeEmpty($"no package, {when}");
        StoredRows.Of(folder, $"SELECT v.model FROM {there} AND v.package_digest IS NOT NULL AND NOT EXISTS (SELECT 1 FROM runs r WHERE r.run_id = v.run_id)").ShouldBeEmpty($"no run, {when}");
        StoredRows.Of(folder, $"SELECT d.name FROM deleted_models d WHERE d.name <> 'bank' AND (SELECT COUNT(*) FROM model_versions v WHERE v.model = ':' || d.model_id) <> {VersionsOfGone + 1}").ShouldBeEmpty($"a version is missing, {when}");
        StoredRows.Of(folder, "SELECT d.name FROM deleted_models d WHERE d.name <> 'bank' AND NOT EXISTS (SELECT 1 FROM model_aliases a WHERE a.model = ':' || d.model_id)").ShouldBeEmpty($"an alias is missing, {when}");
        StoredRows.Of(folder, $"SELECT v.model FROM {there} AND v.source LIKE 'models:/%' AND NOT EXISTS (SELECT 1 FROM deleted_models d WHERE v.source = 'models:/' || d.name || '/1')").ShouldBeEmpty($"half of a ring, {when}");
    }

    /// <summary>Packages and files of what stays and of what answered are there and can be read; all others are gone. The names can be had again.</summary>
    private static async Task Verify(TestFolder folder, IReadOnlyList<string> stay, string answered, string prediction)
    {
        await using (var home = new StoppedHome(folder))
        {
            var packages = stay.Select(version => version.Split(' ')[2]).Append(answered).ToList();
            StoredRows.Of(folder, "SELECT digest FROM model_packages").Order(StringComparer.Ordinal).ShouldBe(packages.Order(StringComparer.Ordinal));
            foreach (var package in packages) (await home.Packages.Open(WorkspaceId.Default, Digest.Parse(package), Cancelled)).Refusal.ShouldBeNull();
        }

        var named = StoredRows.Of(folder, "SELECT digest FROM model_package_files UNION SELECT digest FROM run_artifacts").ToHashSet(StringComparer.Ordinal);
        var files = Directory.EnumerateFiles(Path.Combine(folder.Home, "blobs"), "*", SearchOption.AllDirectories).Select(file => Path.GetFileName(file)!).ToHashSet(StringComparer.Ordinal);
        named.Except(files, StringComparer.Ordinal).ShouldBeEmpty();
        files.Count.ShouldBeLessThan(named.Count + 50, "those of the project, but not the hundreds of the models that went");
        await Serve(folder, async http =>
        {
            (await CairnProcess.Run(folder, "replay", prediction)).ShouldSucceed();
            foreach (var name in (string[])["gone-0", $"gone-{Gone - 1}"])
            {
                await Send(http, HttpMethod.Post, "/api/2.0/mlflow/registered-models/create", new { name });
                var made = await Send(http, HttpMethod.Post, "/api/2.0/mlflow/model-versions/create", new { name, source = "s3://bucket/new" });
                made["model_version"]!["version"]!.GetValue<string>().ShouldBe($"{VersionsOfGone + 2}", "a number is never given out again");
            }
        });
    }

    /// <summary>PostgreSQL is the server's: commands beside it use it, and it is killed in the end too.</summary>
    private static async Task Serve(TestFolder folder, Func<HttpClient, Task> use)
    {
        using var server = CairnProcess.Start(folder, "up", "--port", "0");
        using var http = await ServerAddress.Connect(folder, server, Cancelled);
        await use(http);
        server.Kill();
    }
}
