using System.Diagnostics;
using System.Net;
using System.Text.RegularExpressions;
using Cairn.Client;
using Cairn.Client.Wire;

namespace Cairn.Bench.Pages;

/// <summary>Every page and every part of a page on a running server that <see cref="FillStore"/> filled: the time until it is whole, one request after another.</summary>
/// <remarks><c>--server URL --requests 100</c>, and <c>--only TEXT</c> for pages whose name has it.</remarks>
internal static class UiPages
{
    private const int WarmUp = 5, Compared = 20;
    private const double Target = 50;

    public static void Run(string[] arguments) => Measure(arguments).GetAwaiter().GetResult();

    private static async Task Measure(string[] arguments)
    {
        var server = new Uri(Options.Text(arguments, "--server") ?? throw new InvalidOperationException("--server URL is missing: that of a running Cairn."));
        var requests = Options.Number(arguments, "--requests", 100);
        using var http = new HttpClient { BaseAddress = server, Timeout = TimeSpan.FromMinutes(5) };
        var missed = new List<string>();
        Console.WriteLine("| page | p50 ms | p95 ms | kB |\n|---|---|---|---|");
        foreach (var (what, paths) in await Pages(http, new CairnClient(http)))
        {
            if (Options.Text(arguments, "--only") is { } only && !what.Contains(only, StringComparison.Ordinal)) continue;
            var times = new List<double>();
            long length = 0;
            for (var at = -WarmUp; at < requests; at++)
            {
                var path = paths[Math.Max(0, at) % paths.Count];
                var watch = Stopwatch.GetTimestamp();
                length = (await http.GetByteArrayAsync(path)).LongLength;
                if (at >= 0) times.Add(Stopwatch.GetElapsedTime(watch).TotalMilliseconds);
            }

            times.Sort();
            var p95 = times[(int)(times.Count * 0.95)];
            if (p95 >= Target) missed.Add(what);
            Console.WriteLine($"| {what} | {times[times.Count / 2]:0.0} | {p95:0.0} | {length / 1000.0:0} |");
        }

        Console.WriteLine(missed.Count == 0 ? $"\nAll below {Target} ms at p95." : $"\nNot below {Target} ms at p95: {string.Join("; ", missed)}.");
    }

    /// <summary>What a row of the report is called, and its addresses: asked in turn.</summary>
    private static async Task<IReadOnlyList<(string What, IReadOnlyList<string> Paths)>> Pages(HttpClient http, CairnClient cairn)
    {
        var experiments = (await cairn.ListExperimentsAsync(1000)).Items.Where(experiment => experiment.Name.StartsWith("bench-", StringComparison.Ordinal)).Select(experiment => experiment.ExperimentId).ToList();
        var runs = (await cairn.ListRunsAsync(new RunListing(Experiment: experiments[0]), Compared)).Items;
        var deployment = (await cairn.ListDeploymentsAsync()).Items[0];
        var project = (await cairn.ListProjectsAsync()).Items[0];
        var trained = project.LastResult!.RunId;
        var flow = (await cairn.ListFlowRunsAsync($"projects/{project.Name}", 1)).Items[0].FlowRunId;
        var dataset = project.Dataset!;
        var hot = (await cairn.ListPredictionsAsync(null, 200)).Items;
        var segments = (await cairn.ListPredictionSegmentsAsync(limit: 1000)).Items;
        // Ids out of every segment, of its beginning, middle and end.
        var cold = new List<LoggedPredictionWire>();
        foreach (var segment in segments)
            for (var part = 1; part <= 5; part++)
                cold.AddRange((await cairn.ListPredictionsAsync(new(To: segment.From + ((segment.To - segment.From) * part / 5)), 3)).Items);
        var middle = segments[segments.Count / 2];
        var half = middle.From + ((middle.To - middle.From) / 2);
        // Each is asked for once: the log remembers what it just found.
        var unseen = (await cairn.ListPredictionsAsync(new(To: half), 1000)).Items.Where(one => cold.TrueForAll(seen => seen.PredictionId != one.PredictionId)).ToList();
        var compare = $"/runs/compare?ids={string.Join(',', runs.Select(run => run.RunId))}";
        var log = $"/deployments/{deployment.Name}/predictions";
        return
        [
            ("overview", ["/"]),
            ("search: pages only", ["/search"]),
            ("search: a name that many runs have", ["/search?q=wren-1"]),
            ("search: a name that one run has", ["/search?q=wren-4711&part=hits", "/search?q=wren-1234-7&part=hits", "/search?q=wren-999-1&part=hits"]),
            ("search: a name that nothing has", ["/search?q=nobody", "/search?q=noone&part=hits"]),
            ("search: typed letter by letter", ["/search?q=w&part=hits", "/search?q=wr&part=hits", "/search?q=wre&part=hits", "/search?q=wren&part=hits", "/search?q=zz&part=hits", "/search?q=x9&part=hits"]),
            ("part: predictions about what is searched", [.. cold.Where(one => one.Entity is not null).Select(one => $"/search?part=about&q={one.Entity}")]),
            ("search: an id of a run", [.. runs.Select(run => $"/search?q={run.RunId}")]),
            ("search: an id of a prediction in a segment", [.. cold.Select(one => $"/search?q={one.PredictionId}")]),
            ("projects", ["/projects"]),
            ("project", [$"/projects/{project.Name}"]),
            ("datasets", ["/datasets"]),
            ("dataset", [$"/datasets/{dataset}"]),
            ("dataset version", [$"/datasets/{dataset}/versions/1"]),
            ("its rows", [$"/datasets/{dataset}/versions/1/rows"]),
            ("its rows, second page", [await Second(http, $"/datasets/{dataset}/versions/1/rows")]),
            ("its schema", [$"/datasets/{dataset}/versions/1/schema"]),
            ("part: its profile", [$"/datasets/{dataset}/versions/1?part=profile"]),
            ("dataset of 20 versions", ["/datasets/bench-00"]),
            ("two versions of it compared", ["/datasets/bench-00/compare?a=1&b=2"]),
            ("flow runs", ["/flow-runs"]),
            ("flow runs, second page", [await Second(http, "/flow-runs")]),
            ("flow runs of a project", [$"/flow-runs?subject=projects/{project.Name}"]),
            ("flow run", [$"/flow-runs/{flow}"]),
            ("runs, newest first", ["/runs"]),
            ("runs, second page", [await Second(http, "/runs")]),
            ("runs by name", ["/runs?sort=name", "/runs?sort=-name"]),
            ("runs by their end", ["/runs?sort=-ended_at"]),
            ("runs by status", ["/runs?sort=status", "/runs?sort=-status"]),
            ("runs by a metric, all experiments, second page", [await Second(http, "/runs?sort=-metrics.roc_auc")]),
            ("runs by a param, all experiments, second page", [await Second(http, "/runs?sort=params.max_depth")]),
            ("runs by a metric, all experiments", ["/runs?sort=-metrics.roc_auc"]),
            ("runs by a metric, one experiment", [$"/runs?experiment={experiments[0]}&sort=-metrics.roc_auc"]),
            ("runs by a param, all experiments", ["/runs?sort=params.max_depth"]),
            ("runs by a param, one experiment", [$"/runs?experiment={experiments[0]}&sort=params.max_depth"]),
            ("runs by a param, downwards", [$"/runs?experiment={experiments[0]}&sort=-params.eta"]),
            ("runs that failed, by a metric", ["/runs?status=failed&sort=-metrics.roc_auc"]),
            ("runs that failed, one experiment", [$"/runs?experiment={experiments[0]}&status=failed"]),
            ("runs that failed, all experiments", ["/runs?status=failed"]),
            ("runs of a status that none has", ["/runs?status=killed"]),
            ("runs, part of a name that many have", ["/runs?name=wren-1"]),
            ("runs, part of a name that none has", ["/runs?name=nobody"]),
            ("runs, part of a name, by a metric", ["/runs?name=nobody&sort=-metrics.roc_auc"]),
            ("runs deleted", ["/runs?view=deleted"]),
            ("20 runs compared", [compare]),
            ("part: 20 curves overlaid", [$"{compare}&curve=loss&part=curves"]),
            ("20 runs to be deleted", [$"/runs/delete?{string.Join('&', runs.Select(run => $"id={run.RunId}"))}"]),
            ("20 runs to be tagged", [$"/runs/tag?{string.Join('&', runs.Select(run => $"id={run.RunId}"))}"]),
            ("run", [.. runs.Select(run => $"/runs/{run.RunId}")]),
            ("run of a project, with its evaluation", [$"/runs/{trained}"]),
            ("it, to be edited", [$"/runs/{trained}/edit"]),
            ("its values", [$"/runs/{trained}/values"]),
            ("its curves", [$"/runs/{trained}/curves"]),
            ("part: its curves", [$"/runs/{trained}/curves?part=curves"]),
            ("its artifacts", [$"/runs/{trained}/artifacts"]),
            ("models", ["/models"]),
            ("models, second page", [await Second(http, "/models")]),
            ("model", [$"/models/{deployment.Model}"]),
            ("model trained elsewhere", ["/models/bench-model-007"]),
            ("model version", [$"/models/{deployment.Model}/versions/1"]),
            ("deployments", ["/deployments"]),
            ("deployment", [$"/deployments/{deployment.Name}"]),
            ("part: its live numbers", [$"/deployments/{deployment.Name}?part=live"]),
            ("its canary", [$"/deployments/{deployment.Name}/canary"]),
            ("its settings", [$"/deployments/{deployment.Name}/settings"]),
            ("its outcomes", [$"/deployments/{deployment.Name}/outcomes"]),
            ("part: how well it did, counted in the last five minutes", [$"/deployments/{deployment.Name}/outcomes?part=summary"]),
            ("part: how well it did, counted now", [$"/deployments/{deployment.Name}/outcomes?part=summary&summary=anew"]),
            ("predictions, newest", ["/predictions"]),
            ("predictions, second page", [await Second(http, "/predictions")]),
            ("predictions, out of segments", [$"/predictions?to={Moment(half)}"]),
            ("predictions of a deployment, out of segments", [$"{log}?to={Moment(half)}"]),
            ("part: predictions about somebody", [.. cold.Where(one => one.Entity is not null).Select(one => $"{log}?entity={one.Entity}&part=rows")]),
            ("part: predictions about nobody", [$"{log}?entity=nobody&part=rows"]),
            ("prediction in a block", [.. hot.Select(one => $"/predictions/{one.PredictionId}")]),
            ("prediction in a segment, not looked at before", [.. unseen.Select(one => $"/predictions/{one.PredictionId}")]),
            ("prediction in a segment", [.. cold.Select(one => $"/predictions/{one.PredictionId}")]),
            ("part: why it was answered so", [.. cold.Select(one => $"/predictions/{one.PredictionId}?part=why")]),
            ("predict", ["/predict"]),
            ("predict with a deployment", [$"/predict/{deployment.Name}"]),
            ("predict in a batch", [$"/predict/{deployment.Name}/batch"]),
            ("health", ["/system"]),
            ("part: its checks, what takes long made in the last hour", ["/system?part=checks"]),
            ("part: its checks, all made now", ["/system?part=checks&checks=anew"]),
            ("storage", ["/system/storage"]),
            ("part: its use", ["/system/storage?part=use"]),
            ("audit", ["/system/audit"]),
            ("audit, second page", [await Second(http, "/system/audit")]),
            ("about", ["/system/about"]),
        ];
    }

    /// <summary>Where the page's link to the next one leads.</summary>
    private static async Task<string> Second(HttpClient http, string path)
    {
        var link = Regex.Match(await http.GetStringAsync(path), "href=\"(?<path>[^\"]*page_token=[^\"]*)\"", RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(1));
        return link.Success ? WebUtility.HtmlDecode(link.Groups["path"].Value) : throw new InvalidOperationException($"{path} has no second page.");
    }

    private static string Moment(long micros) => Uri.EscapeDataString(DateTimeOffset.UnixEpoch.AddMicroseconds(micros).ToString("yyyy-MM-ddTHH:mm:ss", System.Globalization.CultureInfo.InvariantCulture));
}
