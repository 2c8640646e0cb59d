using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using Cairn.Access;
using Cairn.Bench.Learning;
using Cairn.Client;
using Cairn.Client.Wire;
using Cairn.Data;
using Cairn.Flows;
using Cairn.Serving;
using Cairn.Storage;
using Cairn.Tracking;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Cairn.Bench.Serving;

/// <summary>
/// Many deployments in one process. <c>many-models make HOME CSV COUNT ROUNDS DEPTH</c> fills a home with them: ten XGBoost models that were
/// trained, and packages of them that differ in their description, so that each is a package of its own. <c>many-models ask URL PID PASSES</c>
/// asks one after the other, over and over, and says what it took.
/// </summary>
internal static class ManyModels
{
    private const int Trained = 10;
    private const string RowFile = "row.json";

    public static void Run(string[] args) => (args[0] == "make" ? Make(args[1..]) : Ask(args[1..])).GetAwaiter().GetResult();

    private static async Task Make(string[] args)
    {
        var (home, csv, count) = (args[0], args[1], int.Parse(args[2], CultureInfo.InvariantCulture));
        var (rounds, depth) = (double.Parse(args[3], CultureInfo.InvariantCulture), double.Parse(args[4], CultureInfo.InvariantCulture));
        var (frame, schema) = CustomerCsv.Read(csv);
        var models = new List<BenchModel>();
        for (var i = 0; i < Trained; i++) models.Add(new(frame, schema, "xgboost", ("rounds", rounds), ("max_depth", depth), ("subsample", 0.7 + (i * 0.02))));
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddStorage(new() { Home = home }).AddAccess().AddData().AddTracking().AddFlows().AddServing();
        await using var app = builder.Build();
        await app.StartAsync();
        var (runs, packages, registry, deployments) = (Get<Runs>(app), Get<ModelPackages>(app), Get<Models>(app), Get<Deployments>(app));
        var caller = Caller.LocalAdmin;
        var experiment = await runs.EnsureExperiment(caller, "many", default);
        for (var i = 0; i < count; i++)
        {
            var (name, model) = ($"churn-{i:000}", models[i % Trained]);
            var run = await runs.Start(caller, new(experiment.Value), default);
            var package = await packages.Seal(caller.Workspace, model.Write(name, run.Value), default);
            var version = await registry.Register(caller, name, run.Value, package.Value.Digest, new Dictionary<string, string>(StringComparer.Ordinal), default);
            await registry.Promote(caller, name, new(version.Value, "bench", Override: true), default);
            await deployments.Ensure(caller, name, name, settings: null, default);
        }

        await app.StopAsync();
        await File.WriteAllBytesAsync(Path.Combine(home, RowFile), models[0].Request(0)); // last: it says that the home is full
    }

    private static async Task Ask(string[] args)
    {
        var (url, process, passes) = (new Uri(args[0]), int.Parse(args[1], CultureInfo.InvariantCulture), int.Parse(args[2], CultureInfo.InvariantCulture));
        var row = await File.ReadAllBytesAsync(args[3]);
        using var http = new HttpClient { BaseAddress = url };
        var names = (await http.GetFromJsonAsync<Page<DeploymentWire>>("api/v1/deployments?limit=1000", CairnJson.Options))!.Items.Select(deployment => deployment.Name).ToList();
        for (var pass = 1; pass <= passes; pass++)
        {
            var (times, answered) = (new List<double>(), 0);
            foreach (var name in names)
            {
                using var body = new ByteArrayContent(row) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };
                var started = Stopwatch.GetTimestamp();
                using var response = await http.PostAsync(new Uri($"api/v1/deployments/{name}/predict", UriKind.Relative), body);
                await response.Content.ReadAsByteArrayAsync();
                times.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
                if (response.IsSuccessStatusCode) answered++;
            }

            times.Sort();
            var memory = (await http.GetFromJsonAsync<ModelMemoryWire>("api/v1/model-memory", CairnJson.Options))!;
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"pass {pass}: {answered} of {names.Count} answered   p50 {times[times.Count / 2],6:0.00} ms   p99 {times[(int)(times.Count * 0.99)],6:0.00} ms   {memory.Loaded,3} packages, {memory.Bytes / 1e6,6:0.0} MB   {memory.Loads,4} loads, {memory.Evictions,4} evictions   resident {Resident(process) / 1e3,5:0} MB"));
        }
    }

    private static T Get<T>(WebApplication app) where T : notnull => app.Services.GetRequiredService<T>();

    /// <summary>In kB.</summary>
    private static double Resident(int process) =>
        double.Parse(File.ReadLines($"/proc/{process}/status").First(line => line.StartsWith("VmRSS:", StringComparison.Ordinal))[6..^3], CultureInfo.InvariantCulture);
}
