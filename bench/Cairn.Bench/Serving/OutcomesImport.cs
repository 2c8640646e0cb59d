using System.Diagnostics;
using System.Globalization;
using System.Text;
using Cairn.Access;
using Cairn.Client;
using Cairn.Kernel;
using Cairn.Serving;
using Cairn.Serving.Live;
using Cairn.Serving.Log;
using Cairn.Serving.Segments;
using Cairn.Storage;
using Cairn.Tracking;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Cairn.Bench.Serving;

/// <summary>
/// A file of outcomes by entity against as many predictions, through the API: imported, imported again, scanned, summed up. Options:
/// <c>--rows N</c> (1,000,000), <c>--hot</c> (predictions in blocks, not in segments), <c>--home DIR</c>, <c>--postgres CONNECTION</c>.
/// </summary>
internal static class OutcomesImport
{
    private const int Days = 30;

    private static readonly DateTimeOffset Start = new(2026, 9, 1, 0, 0, 0, TimeSpan.Zero);

    public static void Run(string[] args)
    {
        var rows = int.Parse(Option(args, "--rows", "1000000"), CultureInfo.InvariantCulture);
        var home = Option(args, "--home", Path.Combine(Path.GetTempPath(), $"cairn-bench-{Environment.ProcessId}"));
        var postgres = Option(args, "--postgres", "");
        try
        {
            Measure(args, rows, home, postgres.Length > 0 ? postgres : null).GetAwaiter().GetResult();
        }
        finally
        {
            Directory.Delete(home, recursive: true);
        }
    }

    private static async Task Measure(string[] args, int rows, string home, string? postgres)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.ConfigureHttpJsonOptions(json => CairnJson.Configure(json.SerializerOptions));
        builder.Services.AddStorage(new() { Home = home, PostgreSql = postgres }).AddAccess().AddTracking().AddServing();
        await using var app = builder.Build();
        app.UseProblems();
        app.UseRouting();
        app.UseAccess();
        app.MapServing();
        await app.StartAsync();
        app.Services.GetRequiredService<LiveDeployments>().Add(new(WorkspaceId.Default, "churn", "churn", IsDefault: true, 0)).Choose(new() { Outcome = new() { WithinDays = 30, NegativeAfterDays = 30 } });

        using var connection = CairnConnection.Open(new Uri(app.Urls.Single()));
        var file = Path.Combine(home, "outcomes.csv");
        var ids = await Time($"{rows:N0} predictions logged", rows, () => Log(app.Services, rows));
        if (!args.Contains("--hot")) await Time("rolled into segments", rows, () => app.Services.GetRequiredService<Sealer>().Run(default));
        await Time($"{rows:N0} outcomes written as CSV", rows, () => Write(file, rows));
        for (var round = 1; round <= 2; round++)
        {
            var done = await Time(round == 1 ? "imported" : "imported again", rows, async () =>
            {
                await using var stream = File.OpenRead(file);
                return await connection.Client.ImportOutcomesAsync(stream, new("Churn", Entity: "customerID", Time: "date"));
            });
            Console.WriteLine($"    {string.Join(", ", done.Counts.Where(count => count.Value > 0).Select(count => $"{count.Value:N0} {count.Key}"))}");
        }

        await Time("scanned", rows, async () =>
        {
            var count = 0L;
            await foreach (var piece in app.Services.GetRequiredService<Outcomes>().Scan(WorkspaceId.Default, "churn", 0, long.MaxValue, default)) count += piece.Count;
            return count;
        });
        var summary = await Time("summed up and judged", rows, () => connection.Client.GetOutcomeSummaryAsync("churn"));
        Console.WriteLine($"    {summary.Counts.Predictions:N0} predictions, {summary.Counts.MaturedShare:P1} matured, roc_auc {summary.Performance!.Metrics["roc_auc"].Value:F4}");
        await Single(connection.Client, ids);
        Console.WriteLine($"working set {Environment.WorkingSet / 1048576.0:F0} MiB{(postgres is null ? $", predictions.db {new FileInfo(Path.Combine(home, "predictions.db")).Length / 1048576.0:F0} MiB" : "")}");
    }

    /// <summary>Each entity once, a share of them every hour of thirty days, rolled into segments as a server leaves them.</summary>
    private static async Task<IReadOnlyList<Guid>> Log(IServiceProvider services, int rows)
    {
        var database = services.GetRequiredService<LogDatabase>();
        var row = new LogSourceRow(WorkspaceId.Default, 1, "churn", "champion", "churn", 1, Digest.Of("package"u8), 1, 0.5, "Yes", "No", "[]", "{}");
        var source = new LogSource(row, null!, () => null);
        var (draw, features, ids) = (new Random(1), new float[20], new List<Guid>(rows));
        var entities = Enumerable.Range(0, rows).ToArray();
        draw.Shuffle(entities);
        for (var hour = 0; hour < Days * 24; hour++)
        {
            var records = new LogRecords();
            var (from, to) = ((int)((long)rows * hour / (Days * 24)), (int)((long)rows * (hour + 1) / (Days * 24)));
            for (var i = from; i < to; i++)
            {
                var ms = Start.AddHours(hour).ToUnixTimeMilliseconds() + (4000L * (i - from) / (to - from));
                var id = Guid.ParseExact($"{ms:x12}7000{0x8000_0000_0000_0000 + (ulong)i:x16}", "N");
                ids.Add(id);
                records.Add(id, ms * 1000, 100, source, RecordFlags.None, draw.NextDouble(), features, Encoding.UTF8.GetBytes(Name(entities[i])), "bench"u8, [], []);
            }

            await database.Write(transaction =>
            {
                source.Insert(transaction);
                Block.Insert(transaction, WorkspaceId.Default, "churn", records);
                return true;
            });
        }

        return ids;
    }

    private static async Task<int> Write(string file, int rows)
    {
        var draw = new Random(2);
        await using var writer = new StreamWriter(file);
        await writer.WriteLineAsync("customerID,Churn,date");
        // Nine in ten are known; all became true after the last prediction and within the window of most.
        for (var i = 0; i < rows; i++)
            await writer.WriteLineAsync($"{Name(i + (rows / 10))},{(draw.Next(4) == 0 ? "Yes" : "No")},{Start.AddDays(Days).AddSeconds(draw.Next(600)):yyyy-MM-ddTHH:mm:ssZ}");
        return rows;
    }

    private static async Task Single(CairnClient client, IReadOnlyList<Guid> ids)
    {
        var took = new List<double>();
        foreach (var id in ids.Where((_, i) => i % (ids.Count / 500) == 0).Take(500))
        {
            var started = Stopwatch.GetTimestamp();
            await client.AddOutcomeAsync(new() { PredictionId = id.ToString("N"), Value = "Yes", Correction = true });
            took.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
        }

        took.Sort();
        Console.WriteLine($"one outcome by id, one after the other: p50 {took[took.Count / 2]:F2} ms, p99 {took[took.Count * 99 / 100]:F2} ms");
    }

    private static async Task<T> Time<T>(string what, int rows, Func<Task<T>> work)
    {
        using var process = Process.GetCurrentProcess();
        var (started, before) = (Stopwatch.GetTimestamp(), process.TotalProcessorTime);
        var result = await work();
        var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        process.Refresh();
        Console.WriteLine($"{what}: {seconds:F2} s, {rows / seconds:N0} rows/s, {(process.TotalProcessorTime - before).TotalSeconds:F2} s of processor time");
        return result;
    }

    private static string Name(int i) => $"C{i:D9}";

    private static string Option(string[] args, string name, string otherwise) => Array.IndexOf(args, name) is var at and >= 0 && at + 1 < args.Length ? args[at + 1] : otherwise;
}
