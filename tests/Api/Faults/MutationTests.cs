using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Cairn.Access;
using Cairn.Api.Tests.Server;
using Cairn.Api.Tests.Serving;
using Cairn.Client;
using Cairn.Client.Wire;
using Cairn.Serving;
using Cairn.Tracking;
using Cairn.Unit.Tests.Storage;
using Microsoft.Extensions.DependencyInjection;

namespace Cairn.Api.Tests.Faults;

/// <summary>
/// Mutated bodies against the real server: whatever comes is answered, and never with a fault of the server. CAIRN_MUTATIONS says how many
/// (10,000), CAIRN_SEED which; a failure names the number that makes the body again. bench/torture/mutations.sh sends a million.
/// </summary>
public class MutationTests
{
    private const int Clients = 4;

    private static readonly int Count = Number("CAIRN_MUTATIONS", 10_000);
    private static readonly int Seed = Number("CAIRN_SEED", 20261121);

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_prediction_answers_every_body_with_predictions_or_with_what_is_wrong_with_it()
    {
        await using var home = await TestHome.Start();
        await Deploy(home);
        var mutator = new BodyMutator(Seed,
        [
            CoffeeModel.Row, $$"""{"rows": [{{CoffeeModel.Row}}, {{CoffeeModel.Row}}]}""", $"[{CoffeeModel.Row},{CoffeeModel.Row},{CoffeeModel.Row}]",
            """{"age": 61, "cups": null, "roast": "light", "member": false, "note": {"of": ["no", "interest"]}}""",
        ]);
        string[] paths = ["/api/v1/predict", "/api/v1/deployments/coffee/predict", "/api/v1/predict?explain=true"];
        int answered = 0, refused = 0;

        await ForEach(Count, async number =>
        {
            var body = mutator.Make(number);
            var answer = await Send(home.Http, HttpMethod.Post, paths[number % paths.Length], body);
            var text = await answer.Content.ReadAsStringAsync(Cancelled);
            Sound(text, answer.StatusCode, number, body);
            if (answer.StatusCode == HttpStatusCode.OK) Interlocked.Increment(ref answered);
            else Interlocked.Increment(ref refused);
        });

        // Both happen, so the bodies are neither all noise nor all good.
        answered.ShouldBeGreaterThan(Count / 100);
        refused.ShouldBeGreaterThan(Count / 10);
        await StaysWell(home);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Every_endpoint_that_takes_JSON_answers_every_body_without_a_fault(bool postgres)
    {
        await using var database = postgres ? await TestPostgres.Create() : null;
        await using var home = await TestHome.Start(options => options with { PostgreSql = database?.ConnectionString });
        await Deploy(home);
        var run = (await home.Client.ListRunsAsync()).Items[0].RunId;
        var document = JsonNode.Parse(await home.Http.GetStringAsync("/openapi/v1.json"))!;
        var targets = (
            from path in document["paths"]!.AsObject()
            from operation in path.Value!.AsObject()
            let schema = operation.Value!["requestBody"]?["content"]?["application/json"]?["schema"]
            where schema is not null && !path.Key.EndsWith("/predict", StringComparison.Ordinal)
            select (Method: new HttpMethod(operation.Key.ToUpperInvariant()), Path: Filled(path.Key, run), Mutator: new BodyMutator(Seed, Bodies(path.Key, document, schema)))).ToList();
        targets.Count.ShouldBeGreaterThan(15);

        await ForEach(Count / 4, async number =>
        {
            var (method, path, mutator) = targets[number % targets.Count];
            var body = mutator.Make(number);
            var answer = await Send(home.Http, method, path, body);
            var text = await answer.Content.ReadAsStringAsync(Cancelled);
            if ((int)answer.StatusCode >= 400) IsProblem(text, answer.StatusCode, $"{method} {path} {Told(number, body)}");
        });

        await StaysWell(home);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Every_read_answers_whatever_stands_in_its_path_and_query(bool postgres)
    {
        await using var database = postgres ? await TestPostgres.Create() : null;
        await using var home = await TestHome.Start(options => options with { PostgreSql = database?.ConnectionString });
        await Deploy(home);
        var run = (await home.Client.ListRunsAsync()).Items[0].RunId;
        var document = JsonNode.Parse(await home.Http.GetStringAsync("/openapi/v1.json"))!;
        var reads = (
            from path in document["paths"]!.AsObject()
            let read = path.Value!["get"]
            where read is not null && path.Key.StartsWith("/api/v1", StringComparison.Ordinal) && path.Key != "/api/v1/backup"
            select (path.Key, Names: (read["parameters"]?.AsArray() ?? []).Where(parameter => parameter!["in"]!.ToString() == "query").Select(parameter => parameter!["name"]!.ToString()).ToList())).ToList();

        await ForEach(Count / 4, async number =>
        {
            var draw = BodyMutator.Draw(Seed, number);
            var (path, names) = reads[number % reads.Count];
            var filled = draw.Next(2) == 0 ? Filled(path, run) : string.Join('/', path.Split('/').Select(part => part.StartsWith('{') ? Uri.EscapeDataString(BodyMutator.Odd(draw)) : part));
            var query = string.Join('&', names.Where(_ => draw.Next(2) == 0).Select(name => $"{name}={Uri.EscapeDataString(BodyMutator.Odd(draw))}"));
            var address = $"{filled}?{query}";

            using var answer = await home.Http.GetAsync(address, HttpCompletionOption.ResponseHeadersRead, Cancelled);

            if (answer.Content.Headers.ContentType?.MediaType == "text/event-stream") return; // as long as the run goes on
            var text = await answer.Content.ReadAsStringAsync(Cancelled);
            if (text.Length == 0 && answer.StatusCode is HttpStatusCode.BadRequest or HttpStatusCode.RequestUriTooLong) return; // of the web server itself: a path that is none, or too long, does not get as far as us
            if ((int)answer.StatusCode >= 400) IsProblem(text, answer.StatusCode, $"GET {address} CAIRN_SEED={Seed}, number {number}");
        });

        await StaysWell(home);
    }

    [Fact]
    public void A_number_makes_the_same_body_again_and_another_seed_another_one()
    {
        BodyMutator one = new(1, CoffeeModel.Row), same = new(1, CoffeeModel.Row), other = new(2, CoffeeModel.Row);

        Enumerable.Range(0, 100).ShouldAllBe(number => one.Make(number).SequenceEqual(same.Make(number)));
        Enumerable.Range(0, 100).Count(number => one.Make(number).SequenceEqual(other.Make(number))).ShouldBeLessThan(5);
        Enumerable.Range(0, 1000).Select(number => Convert.ToHexString(one.Make(number))).Distinct(StringComparer.Ordinal).Count().ShouldBeGreaterThan(900);
    }

    /// <summary>A prediction in full, or a problem that a caller can act on.</summary>
    private static void Sound(string text, HttpStatusCode status, int number, byte[] body)
    {
        if (status != HttpStatusCode.OK)
        {
            IsProblem(text, status, Told(number, body));
            return;
        }

        using var json = JsonDocument.Parse(text);
        var predictions = json.RootElement.TryGetProperty("predictions", out var many) ? [.. many.EnumerateArray()] : new[] { json.RootElement };
        foreach (var prediction in predictions) prediction.GetProperty("probability").GetDouble().ShouldBeInRange(0, 1, Told(number, body));
    }

    private static void IsProblem(string text, HttpStatusCode status, string told)
    {
        ((int)status).ShouldBeInRange(400, 499, $"{text}\n{told}");
        text.ShouldNotBeEmpty($"{status} {told}");
        JsonSerializer.Deserialize<Problem>(text, CairnJson.Options)!.Code.ShouldNotBeNullOrEmpty(told);
    }

    private static async Task StaysWell(TestHome home)
    {
        (await home.Http.GetAsync("/health/ready", Cancelled)).StatusCode.ShouldBe(HttpStatusCode.OK);
        var log = await File.ReadAllLinesAsync(Path.Combine(home.Home, "logs", "server.log"), Cancelled);
        log.Where(line => line.Contains("\"level\":\"error\"", StringComparison.Ordinal)).ShouldBeEmpty();
    }

    private static async Task<HttpResponseMessage> Send(HttpClient http, HttpMethod method, string path, byte[] body)
    {
        using var request = new HttpRequestMessage(method, path) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        return await http.SendAsync(request, Cancelled);
    }

    private static Task ForEach(int count, Func<int, Task> act) =>
        Parallel.ForEachAsync(Enumerable.Range(0, count), new ParallelOptions { MaxDegreeOfParallelism = Clients, CancellationToken = Cancelled }, async (number, _) => await act(number));

    private static string Told(int number, byte[] body) =>
        $"CAIRN_SEED={Seed}, number {number}: {Encoding.Latin1.GetString(body.AsSpan(0, Math.Min(body.Length, 2000)))} ({body.Length} bytes)";

    private static string Filled(string path, string run) => path
        .Replace("{run}", run, StringComparison.Ordinal).Replace("{experiment}", "0", StringComparison.Ordinal).Replace("{version}", "1", StringComparison.Ordinal)
        .Replace("{alias}", "trial", StringComparison.Ordinal).Replace("{variant}", "trial", StringComparison.Ordinal).Replace("{model}", "coffee", StringComparison.Ordinal).Replace("{name}", "coffee", StringComparison.Ordinal);

    /// <summary>What the schema allows; and where text has a grammar of its own, text of that grammar.</summary>
    private static IEnumerable<string> Bodies(string path, JsonNode document, JsonNode schema)
    {
        if (SchemaSample.Of(document, schema) is { } sample) yield return sample.ToJsonString();
        if (path == "/api/v1/deployments/{name}") yield return """{"log": {"sample": 0.5, "keep_days": 90, "when_unavailable": "answer"}, "entity": "guest"}""";
        if (path is not ("/api/v1/projects/plan" or "/api/v1/projects/run")) yield break;

        var files = new JsonObject();
        foreach (var file in Directory.GetFiles(Path.Combine(Repository.Root, "samples", "churn"), "*.yaml")) files[Path.GetFileName(file)] = File.ReadAllText(file);
        // In a folder without data: read and checked to the last line, and not run.
        var project = new JsonObject { ["folder"] = "/nowhere/churn", ["files"] = files };
        yield return (path.EndsWith("plan", StringComparison.Ordinal) ? project : new JsonObject { ["project"] = project }).ToJsonString();
    }

    private static async Task Deploy(TestHome home)
    {
        var (services, caller) = (home.Server.Services, Caller.LocalAdmin);
        var (runs, packages, models) = (services.GetRequiredService<Runs>(), services.GetRequiredService<ModelPackages>(), services.GetRequiredService<Models>());
        var run = await runs.Start(caller, new((await runs.EnsureExperiment(caller, "coffee", Cancelled)).Value), Cancelled);
        var package = await packages.Seal(caller.Workspace, CoffeeModel.Package(1), Cancelled);
        var version = await models.Register(caller, "coffee", run.Value, package.Value.Digest, new Dictionary<string, string>(StringComparer.Ordinal), Cancelled);
        (await models.Promote(caller, "coffee", new(version.Value, "test", Override: true), Cancelled)).Refusal.ShouldBeNull();
        (await services.GetRequiredService<Deployments>().Ensure(caller, "coffee", "coffee", settings: null, Cancelled)).Value.Version.ShouldBe(1);
    }

    private static int Number(string variable, int otherwise) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } text ? int.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture) : otherwise;
}
