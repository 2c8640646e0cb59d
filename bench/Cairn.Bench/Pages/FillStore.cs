using System.Diagnostics;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Cairn.Client;
using Cairn.Client.Wire;

namespace Cairn.Bench.Pages;

/// <summary>Fills a running server, which has a demo's deployment, through its API: runs, models, predictions and outcomes. What is there already is not made again.</summary>
/// <remarks><c>--server URL --runs 5000 --models 200 --predictions 1000000 --hot 50000 --outcomes 100000</c>. <c>bench/ui.py</c> makes more of them out of these.</remarks>
internal static class FillStore
{
    private const int Workers = 16, Experiments = 5, Versions = 5, MadeUpSeed = 1, RowsTogether = 10_000, HotRowsTogether = 100, MostHotRows = 1_000_000;
    private const string Prefix = "bench-";

    public static void Run(string[] arguments) => Fill(arguments).GetAwaiter().GetResult();

    private static async Task Fill(string[] arguments)
    {
        var server = new Uri(Options.Text(arguments, "--server") ?? throw new InvalidOperationException("--server URL is missing: that of a running Cairn."));
        using var http = new HttpClient { BaseAddress = server, Timeout = TimeSpan.FromMinutes(5) };
        var cairn = new CairnClient(http);
        await Timed("runs", () => Runs(cairn, Options.Number(arguments, "--runs", 5_000)));
        await Timed("versions of models", () => Models(http, cairn, Options.Number(arguments, "--models", 200)));
        await Timed("predictions in segments", () => Segments(cairn, Options.Number(arguments, "--predictions", 1_000_000)));
        await Timed("predictions in blocks", () => Predict(cairn, Options.Number(arguments, "--hot", 50_000), HotRowsTogether));
        await Timed("outcomes", () => Outcomes(cairn, Options.Number(arguments, "--outcomes", 100_000)));
    }

    /// <summary>Runs as a search for hyperparameters leaves them: six params, six metrics of which one has a history of five points, three tags.</summary>
    private static async Task<int> Runs(CairnClient cairn, int runs)
    {
        var known = (await cairn.ListExperimentsAsync(1000)).Items.ToDictionary(experiment => experiment.Name, experiment => experiment.ExperimentId, StringComparer.Ordinal);
        if (known.ContainsKey($"{Prefix}0")) return 0;
        var experiments = new List<string>();
        for (var at = 0; at < Experiments; at++) experiments.Add((await cairn.CreateExperimentAsync(new CreateExperiment($"{Prefix}{at}"))).ExperimentId);
        await Parallel.ForEachAsync(Enumerable.Range(0, runs), new ParallelOptions { MaxDegreeOfParallelism = Workers }, async (at, stop) =>
        {
            var draw = new Random(MadeUpSeed + at);
            var run = await cairn.StartRunAsync(new CreateRun(experiments[at % Experiments], $"wren-{at}", new Dictionary<string, string>(StringComparer.Ordinal) { ["team"] = $"team-{at % 7}", ["seed"] = $"{at}" }), stop);
            var auc = 0.7 + (draw.NextDouble() * 0.2);
            await cairn.LogAsync(run.RunId, new LogBatch(
                [
                    new("roc_auc", auc), new("pr_auc", auc - 0.15), new("log_loss", 1 - auc), new("brier", (1 - auc) / 2), new("train_seconds", draw.NextDouble() * 100),
                    .. Enumerable.Range(0, 5).Select(step => new MetricPoint("loss", Math.Exp(-step) * draw.NextDouble(), step)),
                ],
                new Dictionary<string, string>(StringComparer.Ordinal)
                {
                    ["algorithm"] = draw.Next(3) switch { 0 => "xgboost", 1 => "random_forest", _ => "logistic_regression" }, ["max_depth"] = $"{draw.Next(2, 10)}", ["eta"] = $"{draw.NextDouble():0.000}",
                    ["rounds"] = $"{draw.Next(1, 50) * 10}", ["subsample"] = $"{draw.NextDouble():0.00}", ["seed"] = $"{at}",
                }), stop);
            await cairn.UpdateRunAsync(run.RunId, new UpdateRun(draw.Next(50) == 0 ? "failed" : "finished"), stop);
        });
        return runs;
    }

    /// <summary>Versions trained elsewhere: of these a server keeps no package.</summary>
    private static async Task<int> Models(HttpClient http, CairnClient cairn, int models)
    {
        var present = (await cairn.ListModelsAsync(1000)).Items.Count;
        for (var at = present; at < models; at++)
            for (var version = 0; version < Versions; version++)
                (await http.PostAsJsonAsync($"api/v1/models/{Prefix}model-{at:000}/versions", new RegisterVersion($"s3://models/{at}/{version}", Description: "Trained elsewhere."), CairnJson.Options)).EnsureSuccessStatusCode();
        return Math.Max(0, models - present) * Versions;
    }

    /// <summary>More rows than a server keeps in blocks: it rolls all of them into segments, and this waits for it.</summary>
    private static async Task<int> Segments(CairnClient cairn, int rows)
    {
        if (rows <= MostHotRows) rows = MostHotRows + 1; // fewer would stay in blocks until their hour is over
        var present = await SegmentRows(cairn);
        if (present >= rows) return 0;
        await Predict(cairn, rows, RowsTogether);
        for (var patience = Stopwatch.StartNew(); await SegmentRows(cairn) < present + rows;)
        {
            if (patience.Elapsed > TimeSpan.FromMinutes(5)) throw new InvalidOperationException($"Only {await SegmentRows(cairn):N0} predictions are in segments after five minutes.");
            await Task.Delay(TimeSpan.FromSeconds(1));
        }

        return rows;
    }

    private static async Task<long> SegmentRows(CairnClient cairn) => (await cairn.ListPredictionSegmentsAsync(limit: 1000)).Items.Sum(segment => segment.Rows);

    /// <summary>Rows that the contract allows, each about somebody else.</summary>
    private static async Task<int> Predict(CairnClient cairn, int rows, int together)
    {
        var deployment = await cairn.GetDeploymentAsync((await cairn.ListDeploymentsAsync()).Items[0].Name);
        for (var first = 0; first < rows; first += together)
            await cairn.PredictManyAsync(deployment.Name, Rows(deployment, first, Math.Min(together, rows - first)));
        return rows;
    }

    private static byte[] Rows(DeploymentWire deployment, int first, int count)
    {
        using var body = new MemoryStream();
        using (var json = new Utf8JsonWriter(body))
        {
            json.WriteStartObject();
            json.WriteStartArray("rows");
            for (var row = first; row < first + count; row++)
            {
                var draw = new Random(MadeUpSeed + row);
                json.WriteStartObject();
                if (deployment.EntityInput is { } entity) json.WriteString(entity, Entity(row));
                foreach (var field in deployment.Inputs!)
                {
                    var (low, high) = (field.Min ?? 0, field.Max ?? 1);
                    if (field.Categories is { Count: > 0 } categories) json.WriteString(field.Name, categories[draw.Next(categories.Count)]);
                    else if (field.Type == "boolean") json.WriteBoolean(field.Name, draw.Next(2) == 0);
                    else if (field.Type == "integer") json.WriteNumber(field.Name, (long)Math.Floor(low + (draw.NextDouble() * (high - low))));
                    else json.WriteNumber(field.Name, low + (draw.NextDouble() * (high - low)));
                }

                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        return body.ToArray();
    }

    private static string Entity(int row) => $"B-{row:0000000}";

    private static async Task<int> Outcomes(CairnClient cairn, int outcomes)
    {
        var deployment = await cairn.GetDeploymentAsync((await cairn.ListDeploymentsAsync()).Items[0].Name);
        if (outcomes == 0 || (await cairn.ListOutcomesAsync(deployment.Name, limit: 1)).Items.Count > 0) return 0;
        var now = TimeProvider.System.GetUtcNow().ToString("O", System.Globalization.CultureInfo.InvariantCulture);
        var file = new StringBuilder("entity,value,time\n");
        for (var row = 0; row < outcomes; row++) file.Append(Entity(row * 7)).Append(',').Append(row % 4 == 0 ? deployment.Output!.Positive : deployment.Output!.Negative).Append(',').Append(now).Append('\n');
        using var csv = new MemoryStream(Encoding.UTF8.GetBytes(file.ToString()));
        await cairn.ImportOutcomesAsync(csv, new("value", Entity: "entity", Time: "time", Deployment: deployment.Name));
        return outcomes;
    }

    private static async Task Timed(string what, Func<Task<int>> make)
    {
        var watch = Stopwatch.StartNew();
        var made = await make();
        Console.Error.WriteLine($"{made:N0} {what} made in {watch.Elapsed.TotalSeconds:0} s");
    }
}

internal static class Options
{
    public static string? Text(string[] arguments, string name) => Array.IndexOf(arguments, name) is var at and >= 0 && at + 1 < arguments.Length ? arguments[at + 1] : null;

    public static int Number(string[] arguments, string name, int otherwise) => Text(arguments, name) is { } text ? int.Parse(text, System.Globalization.CultureInfo.InvariantCulture) : otherwise;
}
