using System.Diagnostics;
using Cairn.Client;
using Cairn.Client.Wire;

namespace Cairn.Bench.Pages;

/// <summary>The pages of runs on a running server, after as many runs as asked are there: the time until a page is whole, one request after another.</summary>
/// <remarks><c>--server URL --runs 100000 --requests 200</c>. Runs are made through the API, so a second call with the same number makes none.</remarks>
internal static class RunPages
{
    private const int Workers = 16, Experiments = 5, MadeUpSeed = 1, WarmUp = 20;
    private const string Prefix = "bench-";

    public static void Run(string[] arguments) => Measure(arguments).GetAwaiter().GetResult();

    private static async Task Measure(string[] arguments)
    {
        var server = new Uri(Option(arguments, "--server") ?? throw new InvalidOperationException("--server URL is missing: that of a running Cairn."));
        var (runs, requests) = (int.Parse(Option(arguments, "--runs") ?? "100000"), int.Parse(Option(arguments, "--requests") ?? "200"));
        using var http = new HttpClient { BaseAddress = server, Timeout = TimeSpan.FromMinutes(5) };
        var cairn = new CairnClient(http);
        var experiments = await Seed(cairn, runs);

        var twenty = await cairn.ListRunsAsync(new RunListing(Experiment: experiments[0]), 20);
        (string What, string Path)[] pages =
        [
            ("newest first", "/runs"),
            ("sorted by a metric, all experiments", "/runs?sort=-metrics.roc_auc"),
            ("sorted by a metric, one experiment", $"/runs?experiment={experiments[0]}&sort=-metrics.roc_auc"),
            ("sorted by a param, one experiment", $"/runs?experiment={experiments[0]}&sort=params.max_depth"),
            ("of one experiment, failed", $"/runs?experiment={experiments[0]}&status=failed"),
            ("failed, all experiments", "/runs?status=failed"),
            ("part of a name that many have", "/runs?name=wren-1"),
            ("part of a name that none has", "/runs?name=nobody"),
            ("20 runs compared", $"/runs/compare?ids={string.Join(',', twenty.Items.Select(run => run.RunId))}"),
            ("20 curves overlaid", $"/runs/compare?ids={string.Join(',', twenty.Items.Select(run => run.RunId))}&curve=loss&part=curves"),
            ("one run", $"/runs/{twenty.Items[0].RunId}"),
            ("its values", $"/runs/{twenty.Items[0].RunId}/values"),
        ];
        Console.WriteLine($"{runs:N0} runs, {requests} requests each, one after another\n");
        Console.WriteLine("| page | p50 ms | p95 ms | kB |\n|---|---|---|---|");
        foreach (var (what, path) in pages)
        {
            var times = new List<double>();
            long length = 0;
            for (var at = -WarmUp; at < requests; at++)
            {
                var watch = Stopwatch.GetTimestamp();
                length = (await http.GetByteArrayAsync(path)).LongLength;
                if (at >= 0) times.Add(Stopwatch.GetElapsedTime(watch).TotalMilliseconds);
            }

            times.Sort();
            Console.WriteLine($"| {what} | {times[times.Count / 2]:0.0} | {times[(int)(times.Count * 0.95)]:0.0} | {length / 1000.0:0} |");
        }
    }

    /// <summary>Runs as a search for hyperparameters leaves them: six params, six metrics of which one has a history of five points, three tags.</summary>
    private static async Task<IReadOnlyList<string>> Seed(CairnClient cairn, int runs)
    {
        var known = (await cairn.ListExperimentsAsync(1000)).Items.ToDictionary(experiment => experiment.Name, experiment => experiment.ExperimentId, StringComparer.Ordinal);
        var experiments = new List<string>();
        for (var at = 0; at < Experiments; at++)
            experiments.Add(known.TryGetValue($"{Prefix}{at}", out var id) ? id : (await cairn.CreateExperimentAsync(new CreateExperiment($"{Prefix}{at}"))).ExperimentId);

        var present = 0;
        foreach (var experiment in experiments)
            for (string? token = null; ;)
            {
                var page = await cairn.ListRunsAsync(experiment, 1000, token);
                present += page.Items.Count;
                if ((token = page.NextPageToken) is null) break;
            }

        if (present >= runs) return experiments;
        var watch = Stopwatch.StartNew();
        await Parallel.ForEachAsync(Enumerable.Range(present, runs - present), new ParallelOptions { MaxDegreeOfParallelism = Workers }, async (at, stop) =>
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
        Console.Error.WriteLine($"made {runs - present:N0} runs in {watch.Elapsed.TotalSeconds:0} s");
        return experiments;
    }

    private static string? Option(string[] arguments, string name) => Array.IndexOf(arguments, name) is var at and >= 0 && at + 1 < arguments.Length ? arguments[at + 1] : null;
}
