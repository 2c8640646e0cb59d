using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using Cairn.Access;
using Cairn.Bench.Pages;
using Cairn.Client;
using Cairn.Storage;
using Cairn.Tracking;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Cairn.Bench.Tracking;

/// <summary>Searches of MLflow's protocol over HTTP, a page of 100 runs each, in stores of growing size: shape by size, p50 and p95.</summary>
/// <remarks>
/// <c>run-search 1000,10000,100000 --requests 40</c>; with <c>--postgres CONNECTION</c> in an empty database. <c>--home FOLDER</c> keeps the store, and uses one that is there;
/// <c>--only TEXT</c> for shapes whose name has it.
/// </remarks>
internal static class RunSearches
{
    private const int WarmUp = 3, Enough = 10;
    private static readonly TimeSpan _mostOfShape = TimeSpan.FromSeconds(8);

    public static void Run(string[] arguments) => Measure(arguments).GetAwaiter().GetResult();

    private static async Task Measure(string[] arguments)
    {
        var sizes = (arguments.Length > 0 ? arguments[0] : "1000,10000").Split(',').Select(text => long.Parse(text, CultureInfo.InvariantCulture)).ToList();
        var table = new SortedDictionary<int, (string What, List<string> Cells)>();
        foreach (var size in sizes)
        {
            var at = 0;
            await foreach (var (what, cell) in OfSize(size, arguments))
            {
                if (!table.TryGetValue(at, out var row)) table[at] = row = (what, []);
                row.Cells.Add(cell);
                at++;
            }
        }

        Console.WriteLine($"\n| p50; p95 in ms | {string.Join(" | ", sizes.Select(size => $"{size:N0} runs"))} |\n|---|{string.Concat(sizes.Select(_ => "---|"))}");
        foreach (var (what, cells) in table.Values) Console.WriteLine($"| {what} | {string.Join(" | ", cells)} |");
    }

    private static async IAsyncEnumerable<(string What, string Cell)> OfSize(long runs, string[] arguments)
    {
        var kept = Options.Text(arguments, "--home");
        var folder = kept is null ? Directory.CreateTempSubdirectory("cairn-bench-").FullName : Path.Combine(kept, runs.ToString(CultureInfo.InvariantCulture));
        try
        {
            await using var app = await Serve(folder, Options.Text(arguments, "--postgres"));
            using var http = new HttpClient { BaseAddress = new(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First()), Timeout = TimeSpan.FromMinutes(5) };
            await Fill(app.Services.GetRequiredService<Database>(), runs, sqlite: Options.Text(arguments, "--postgres") is null);
            foreach (var (what, search) in Shapes(runs))
            {
                if (Options.Text(arguments, "--only") is { } only && !what.Contains(only, StringComparison.Ordinal)) continue;
                var cell = await Timed(http, search, Options.Number(arguments, "--requests", 40));
                Console.Error.WriteLine($"{runs,9:N0}  {what,-60} {cell}");
                yield return (what, cell);
            }
        }
        finally
        {
            if (kept is null) Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<WebApplication> Serve(string folder, string? postgres)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddStorage(new() { Home = folder, PostgreSql = postgres }).AddAccess().AddTracking().ConfigureHttpJsonOptions(json => CairnJson.Configure(json.SerializerOptions));
        var app = builder.Build();
        app.UseProblems();
        app.UseRouting();
        app.UseAccess();
        app.MapTracking();
        await app.StartAsync();
        return app;
    }

    private static async Task Fill(Database database, long runs, bool sqlite)
    {
        var present = await database.Read(transaction => transaction.Scalar<long>("SELECT COUNT(*) FROM runs"));
        if (present == runs) return;
        if (present > 0) throw new InvalidOperationException($"The store has {present:N0} runs, not {runs:N0}. Give an empty one.");
        var watch = Stopwatch.StartNew();
        await new FilledRuns(database, runs).Fill(sqlite);
        Console.Error.WriteLine($"{runs:N0} runs made in {watch.Elapsed.TotalSeconds:0} s");
    }

    private static async Task<string> Timed(HttpClient http, Search search, int requests)
    {
        var times = new List<double>();
        long found = 0;
        var token = (string?)null;
        for (var page = 0; page < search.SkippedPages; page++) token = (await Ask(http, search with { Most = 1000 }, token)).Node["next_page_token"]?.GetValue<string>() ?? token;
        var began = Stopwatch.GetTimestamp();
        for (var at = -WarmUp; at < requests && (at < Enough || Stopwatch.GetElapsedTime(began) < _mostOfShape); at++)
        {
            var watch = Stopwatch.GetTimestamp();
            var bytes = await (await Send(http, search, token)).Content.ReadAsByteArrayAsync();
            if (at >= 0) times.Add(Stopwatch.GetElapsedTime(watch).TotalMilliseconds);
            else if (at == -1) found = JsonNode.Parse(bytes)!["runs"]?.AsArray().Count ?? 0;
        }

        times.Sort();
        return string.Create(CultureInfo.InvariantCulture, $"{times[times.Count / 2]:0.0}; {times[(int)(times.Count * 0.95)]:0.0}{(found == search.Most ? "" : $" ({found} found)")}");
    }

    private static async Task<(JsonNode Node, long Length)> Ask(HttpClient http, Search search, string? token)
    {
        var bytes = await (await Send(http, search, token)).Content.ReadAsByteArrayAsync();
        return (JsonNode.Parse(bytes)!, bytes.Length);
    }

    private static async Task<HttpResponseMessage> Send(HttpClient http, Search search, string? token)
    {
        var experiments = search.Everywhere ? Enumerable.Range(0, FilledRuns.Experiments + 1).Select(id => $"{id}") : ["1"];
        var answer = await http.PostAsJsonAsync(
            "/api/2.0/mlflow/runs/search", new { experiment_ids = experiments, filter = search.Filter, order_by = search.Order is null ? [] : search.Order.Split(';'), max_results = search.Most, page_token = token });
        return answer.IsSuccessStatusCode ? answer : throw new InvalidOperationException(Encoding.UTF8.GetString(await answer.Content.ReadAsByteArrayAsync()));
    }

    /// <summary>Each is asked of the experiment with nine of ten runs unless it says otherwise.</summary>
    private static IEnumerable<(string What, Search Search)> Shapes(long runs)
    {
        var middle = runs / 2 / 10 * 10;
        var deep = (int)Math.Min(50, runs / 2000);
        yield return ("order: newest", new());
        yield return ("order: oldest", new(Order: "start_time"));
        yield return ("order: metric", new(Order: "metrics.loss"));
        yield return ("order: metric, downwards", new(Order: "metrics.loss DESC"));
        yield return ("order: metric, then another", new(Order: "metrics.loss;metrics.acc DESC"));
        yield return ("order: param of 4 values", new(Order: "params.lr"));
        yield return ("order: param of 4 values, downwards", new(Order: "params.lr DESC"));
        yield return ("order: param, all different", new(Order: "params.seed DESC"));
        yield return ("order: tag", new(Order: "tags.commit"));
        yield return ("order: name", new(Order: "run_name"));
        yield return ("order: end", new(Order: "end_time DESC"));
        yield return ("order: status", new(Order: "status"));
        yield return ("order: id", new(Order: "run_id"));
        yield return ("metric above, half", new("metrics.acc > 0.5"));
        yield return ("metric above, one of 1,000", new("metrics.acc > 0.999"));
        yield return ("metric above, none", new("metrics.acc > 2"));
        yield return ("metric that no run has", new("metrics.nothing > 0"));
        yield return ("param equal, one of 4", new("params.lr = '0.1'"));
        yield return ("param equal, one run", new($"params.seed = '{middle}'"));
        yield return ("param equal, none", new("params.seed = 'x'"));
        yield return ("param unequal", new("params.lr != '0.1'"));
        yield return ("param like, beginning", new($"params.seed LIKE '{middle.ToString(CultureInfo.InvariantCulture)[..Math.Min(3, middle.ToString(CultureInfo.InvariantCulture).Length)]}%'"));
        yield return ("param like, a part", new("params.seed LIKE '%77%'"));
        yield return ("tag equal, one of 7", new("tags.team = 'team-3'"));
        yield return ("tag equal, one of 1,000", new("tags.stage = 'release'"));
        yield return ("tag equal, none", new("tags.stage = 'x'"));
        yield return ("tag like, a part, none", new("tags.team LIKE '%nobody%'"));
        yield return ("status, nearly all", new("status = 'FINISHED'"));
        yield return ("status, one of 5,000", new("status = 'FAILED'"));
        yield return ("status, none", new("status = 'KILLED'"));
        yield return ("name equal", new($"run_name = 'wren-{middle * 7919 % 1_000_003}'"));
        yield return ("name like, beginning", new("run_name LIKE 'wren-12%'"));
        yield return ("name like, a part, none", new("run_name LIKE '%nobody%'"));
        yield return ("started after, newest tenth", new($"start_time > {(1_750_000_000_000_000 + (runs * 9 / 10 * 60_000_000)) / 1000}"));
        yield return ("20 ids", new($"run_id IN ({string.Join(", ", Enumerable.Range(0, 20).Select(at => $"'{FilledRuns.RunId(runs * at / 20 / 10 * 10)}'"))})"));
        yield return ("metric above, half, by another metric", new("metrics.acc > 0.5", "metrics.loss"));
        yield return ("metric above, one of 100, by another metric", new("metrics.acc > 0.99", "metrics.loss DESC"));
        yield return ("metric above, none, by another metric", new("metrics.acc > 2", "metrics.loss"));
        yield return ("param equal, one of 4, by a metric", new("params.lr = '0.1'", "metrics.loss DESC"));
        yield return ("param equal, one run, by a metric", new($"params.seed = '{middle}'", "metrics.loss"));
        yield return ("tag, one of 1,000, by a metric", new("tags.stage = 'release'", "metrics.loss"));
        yield return ("tag and metric, one of 14, by another metric", new("tags.team = 'team-3' and metrics.acc > 0.5", "metrics.loss"));
        yield return ("tag and metric, one of 100,000, by another metric", new("tags.stage = 'release' and metrics.acc > 0.99", "metrics.loss"));
        yield return ("two of 100 together, by a third", new("metrics.acc > 0.99 and metrics.auc > 0.99", "metrics.loss"));
        yield return ("param and metric, by a param", new("params.opt = 'adam' and metrics.auc >= 0.9", "params.depth DESC"));
        yield return ("metric above, half, by name", new("metrics.acc > 0.5", "run_name"));
        yield return ("metric above, half, by two keys", new("metrics.acc > 0.5", "params.depth;metrics.loss"));
        yield return ($"page {deep * 10 + 1}, newest", new(SkippedPages: deep));
        yield return ($"page {deep * 10 + 1}, by a metric", new(Order: "metrics.loss", SkippedPages: deep));
        yield return ($"page {deep * 10 + 1}, by a param of 4 values", new(Order: "params.lr DESC", SkippedPages: deep));
        yield return ($"page {deep * 5 + 1}, half, by another metric", new("metrics.acc > 0.5", "metrics.loss", SkippedPages: deep / 2));
        yield return ("60 experiments: newest", new(Everywhere: true));
        yield return ("60 experiments: by a metric", new(Order: "metrics.loss DESC", Everywhere: true));
        yield return ("60 experiments: half, by another metric", new("metrics.acc > 0.5", "metrics.loss", Everywhere: true));
        yield return ("60 experiments: param, one run", new($"params.seed = '{middle}'", Everywhere: true));
        yield return ("60 experiments: tag, one of 1,000, by a metric", new("tags.stage = 'release'", "metrics.loss", Everywhere: true));
    }

    /// <param name="SkippedPages">Of a thousand runs.</param>
    private sealed record Search(string? Filter = null, string? Order = null, bool Everywhere = false, int SkippedPages = 0, int Most = 100);
}
