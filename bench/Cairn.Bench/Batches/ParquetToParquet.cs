using System.Diagnostics;
using System.Globalization;
using Cairn.Access;
using Cairn.Bench.Learning;
using Cairn.Client;
using Cairn.Data;
using Cairn.Kernel;
using Cairn.Learning.Splits;
using Cairn.Server;
using Cairn.Serving;
using Cairn.Tracking;
using Microsoft.Extensions.DependencyInjection;

namespace Cairn.Bench.Batches;

/// <summary>
/// A Parquet file of many rows and 20 columns through 100 trees of depth 6 into Parquet, on a real server in this process, asked over
/// its socket. Options: --rows, --folder (kept: the peer reads what is in it), --repeat, --output (a name without an extension is a folder), --explain.
/// </summary>
internal static class ParquetToParquet
{
    private const int Columns = 20, TrainingRows = 20_000;

    public static void Run(string[] options)
    {
        var rows = int.Parse(Option(options, "--rows") ?? "1000000", CultureInfo.InvariantCulture);
        var repeat = int.Parse(Option(options, "--repeat") ?? "5", CultureInfo.InvariantCulture);
        var folder = Path.GetFullPath(Option(options, "--folder") ?? Path.Combine(Path.GetTempPath(), "cairn-bench-batch"));
        Directory.CreateDirectory(folder);
        Measure(folder, rows, repeat, Option(options, "--output"), int.Parse(Option(options, "--explain") ?? "0", CultureInfo.InvariantCulture)).GetAwaiter().GetResult();
    }

    private static async Task Measure(string folder, int rows, int repeat, string? only, int explain)
    {
        var model = Train();
        await File.WriteAllBytesAsync(Path.Combine(folder, "model.ubj"), model.Files["model.ubj"]);
        await Source(folder, rows);

        var home = Directory.CreateTempSubdirectory("cairn-bench-home-").FullName;
        await using (var server = (await CairnServer.Start(new ServerOptions { Home = home, LogFile = Path.Combine(home, "server.log") }, default)).Value)
        {
            await Deploy(server.Services, model);
            using var connection = CairnConnection.OpenSocket(server.Socket);
            Console.WriteLine($"{rows:N0} rows x {Columns} columns, xgboost with 100 trees of depth 6, {Environment.ProcessorCount} processors");
            Console.WriteLine("output | seconds from request to end, each time | of which scoring | CPU seconds");
            foreach (var output in only is null ? (string[])["scored", "scored.parquet", "scored.csv"] : [only])
            {
                var (whole, scoring, cpu) = (new List<double>(), new List<double>(), new List<double>());
                for (var i = 0; i < repeat; i++)
                {
                    var (clock, before) = (Stopwatch.StartNew(), Process.GetCurrentProcess().TotalProcessorTime);
                    var started = await connection.Client.StartBatchAsync("churn", new(folder, new("source.parquet"), new(output), Explain: explain, Overwrite: true));
                    var ended = await connection.Client.WaitForFlowRunAsync(started.FlowRunId);
                    whole.Add(clock.Elapsed.TotalSeconds);
                    cpu.Add((Process.GetCurrentProcess().TotalProcessorTime - before).TotalSeconds);
                    if (ended.State != "succeeded") throw new InvalidOperationException(ended.Message);
                    scoring.Add(ended.Tasks.Where(t => t.Name == "score").Sum(t => (t.EndedAt!.Value - t.StartedAt!.Value) / 1e6));
                }

                Console.WriteLine($"{output} | {List(whole)} | {List(scoring)} | {List(cpu)}");
            }
        }

        Directory.Delete(home, recursive: true);
        Console.WriteLine($"largest resident set of this process: {Resident("VmHWM"):0} MB");
    }

    private static BenchModel Train()
    {
        var random = new SplitMix64(7);
        var values = Enumerable.Range(0, Columns).Select(_ => new double[TrainingRows]).ToArray();
        var label = new int[TrainingRows];
        for (var row = 0; row < TrainingRows; row++)
        {
            var sum = 0.0;
            for (var column = 0; column < Columns; column++)
            {
                values[column][row] = random.Unit() * (column + 1);
                sum += Math.Sin(values[column][row] * 3) * (column % 5);
            }

            label[row] = random.Unit() < 1 / (1 + Math.Exp(-sum)) ? 1 : 0;
        }

        var frame = new Frame(TrainingRows,
        [
            new TextColumn("id", [.. Enumerable.Range(0, TrainingRows).Select(i => $"c{i}")]), .. values.Select((v, i) => new NumberColumn($"f{i}", v)),
            new CategoryColumn("left", label, ["No", "Yes"]),
        ]);
        var schema = new Schema(
            [new("id", ColumnType.Text), .. Enumerable.Range(0, Columns).Select(i => new ColumnContract($"f{i}", ColumnType.Number)), new("left", ColumnType.Category, Categories: ["No", "Yes"])],
            Key: "id", Target: new("left", "Yes"));
        return new(frame, schema, "xgboost", ("rounds", 100), ("max_depth", 6));
    }

    /// <summary>Twice the same: as Parquet for Cairn, and as the columns themselves for a peer that has no Parquet reader.</summary>
    private static Task Source(string folder, int rows)
    {
        var (parquet, columns) = (Path.Combine(folder, "source.parquet"), Path.Combine(folder, "source.f64"));
        if (File.Exists(parquet) && File.Exists(columns) && new FileInfo(columns).Length == (long)rows * Columns * sizeof(double)) return Task.CompletedTask;
        return new Analytics(new() { Home = folder }).Run(
            [],
            job =>
            {
                var written = Path.Combine(job.Folder, "source");
                job.Execute("SELECT setseed(0.5)");
                job.Execute($"COPY (SELECT 'c' || i AS id, {string.Join(", ", Enumerable.Range(0, Columns).Select(k => $"random() * {k + 1} AS f{k}"))} FROM range({rows}) r(i)) TO {AnalyticsJob.Text(written)} (FORMAT parquet)");
                using var file = File.Create(columns);
                for (var column = 0; column < Columns; column++)
                {
                    using var read = job.Query($"SELECT f{column} FROM read_parquet({AnalyticsJob.Text(written)})");
                    while (read.Next()) file.Write(System.Runtime.InteropServices.MemoryMarshal.AsBytes(read.Doubles(0)));
                }

                File.Move(written, parquet, overwrite: true);
                return true;
            },
            default);
    }

    private static async Task Deploy(IServiceProvider services, BenchModel model)
    {
        var runs = services.GetRequiredService<Runs>();
        var run = await runs.Start(Caller.LocalAdmin, new((await runs.EnsureExperiment(Caller.LocalAdmin, "churn", default)).Value), default);
        var package = await services.GetRequiredService<ModelPackages>().Seal(WorkspaceId.Default, model.Files, default);
        var models = services.GetRequiredService<Models>();
        var version = await models.Register(Caller.LocalAdmin, "churn", run.Value, package.Value.Digest, new Dictionary<string, string>(StringComparer.Ordinal), default);
        _ = (await models.Promote(Caller.LocalAdmin, "churn", new(version.Value, "bench", Override: true), default)).Value;
        _ = (await services.GetRequiredService<Deployments>().Ensure(Caller.LocalAdmin, "churn", "churn", null, default)).Value;
    }

    private static string List(IEnumerable<double> seconds) => string.Join(" ", seconds.Select(s => s.ToString("0.00", CultureInfo.InvariantCulture)));

    private static double Resident(string what) => double.Parse(
        File.ReadLines("/proc/self/status").First(line => line.StartsWith(what, StringComparison.Ordinal)).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) / 1024;

    private static string? Option(string[] options, string name) => Array.IndexOf(options, name) is var at and >= 0 && at + 1 < options.Length ? options[at + 1] : null;
}
