using System.Buffers.Binary;
using System.Diagnostics;
using System.Text;
using System.Text.Json;
using Cairn.Data;
using Cairn.Kernel;
using Cairn.Serving;
using Cairn.Serving.Log;
using Cairn.Serving.Queries;
using Cairn.Serving.Segments;
using Cairn.Storage;
using Cairn.Storage.Blobs;
using Cairn.Storage.Sqlite;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Cairn.Bench.Serving;

/// <summary>
/// The prediction log with many rows in blocks and many segments: how long a page, a prediction and a question take, and how long it
/// takes to roll the blocks into segments, while others write. Options: <c>--rows N</c> (1,000,000), <c>--segments N</c> (1,000),
/// <c>--block N</c> rows of a block (16), <c>--home DIR</c>.
/// </summary>
internal static class PredictionLogSuite
{
    private const int Features = 45, Entities = 50_000, SegmentRows = 2_000;
    private const long Start = 1_790_000_000_000 / Block.Hour * Block.Hour;

    private static readonly WorkspaceId Workspace = new("main");

    public static void Run(string[] args)
    {
        var home = Option(args, "--home", Path.Combine(Path.GetTempPath(), $"cairn-bench-{Environment.ProcessId}"));
        try
        {
            Measure(home, int.Parse(Option(args, "--rows", "1000000")), int.Parse(Option(args, "--segments", "1000")), int.Parse(Option(args, "--block", "16"))).GetAwaiter().GetResult();
        }
        finally
        {
            Directory.Delete(home, recursive: true);
        }
    }

    private static async Task Measure(string home, int rows, int segments, int blockRows)
    {
        var clock = new SetClock();
        await using var database = new LogDatabase(() => SqliteDatabase.OpenLog(home, TimeProvider.System, new Warnings()), owned: true, clock);
        var blobs = FolderBlobStore.Open(home);
        var analytics = new Analytics(new() { Home = home });
        var reader = new SegmentReader(blobs, analytics);
        await using var metadata = SqliteDatabase.Open(home, TimeProvider.System, new Warnings());
        var personal = new PersonalData(new EntityKeys(metadata, clock));
        var log = new PredictionLog(database, personal, NullLogger<PredictionLog>.Instance);
        var predictions = new Predictions(database, reader, log, personal);
        var search = new PredictionSearch(database, reader);
        var sealer = new Sealer(database, blobs, analytics, clock, new(), NullLogger<Sealer>.Instance);
        using var query = new LogQuery(predictions, new(predictions, database, reader), clock);
        var source = new LogSource(new(Workspace, 7, "churn", "champion", "churn", 1, Digest.Of("package"u8), 1, 0.4, "Yes", "No", JsonSerializer.Serialize(Enumerable.Range(0, Features).Select(i => $"f{i}")), "[]"));

        Console.WriteLine($"{segments:N0} segments of {SegmentRows:N0} rows, {rows:N0} rows in blocks of {blockRows}, {Features} features");
        var started = Stopwatch.GetTimestamp();
        for (var hour = 0; hour < segments; hour++)
        {
            await Append(log, source, Start + (hour * Block.Hour), SegmentRows, SegmentRows, step: Block.Hour / SegmentRows, seed: hour);
            clock.Ms = Start + ((hour + 2) * Block.Hour);
            await sealer.Run(default);
        }

        Console.WriteLine($"made {segments:N0} segments in {Stopwatch.GetElapsedTime(started).TotalSeconds:F1} s");
        var last = Start + ((segments + 10) * Block.Hour);
        started = Stopwatch.GetTimestamp();
        var ids = await Append(log, source, last, rows, blockRows, step: 3, seed: -1);
        Console.WriteLine($"logged {rows:N0} rows in {Stopwatch.GetElapsedTime(started).TotalSeconds:F1} s, database {new FileInfo(Path.Combine(home, "predictions.db")).Length >> 20} MiB");
        clock.Ms = last + (rows * 3L) + 1;

        var all = new PredictionFilter(null, null, 0, long.MaxValue, null, null, null);
        var churn = all with { Deployment = "churn" };
        var middle = Guid.ParseExact(ids[rows / 2], "N");
        var old = (await search.Page(Workspace, churn with { ToMs = Start + (segments / 2 * Block.Hour) }, null, 1, default)).Items[0].PredictionId;
        Console.WriteLine("\n| with the rows in blocks | p50 ms | max ms | processor ms |\n|---|---|---|---|");
        await Time("newest page of 50", 30, () => search.Page(Workspace, churn, null, 50, default));
        await Time("the same, all deployments", 30, () => search.Page(Workspace, all, null, 50, default));
        await Time("a page in the middle of the blocks", 30, () => search.Page(Workspace, churn, middle, 50, default));
        await Time("a page out of a segment", 10, () => search.Page(Workspace, churn, Guid.ParseExact(old, "N"), 50, default));
        await Time("a prediction by id, in a block", 30, i => predictions.Find(Workspace, ids[(int)((long)i * 7919 * 104_729 % rows)], default));
        await Time("a prediction by id, in a segment", 10, () => predictions.Find(Workspace, old, default));
        await Time("one entity, all blocks and segments", 3, () => search.Page(Workspace, churn with { Entity = "C-none" }, null, 50, default));
        await Time("SELECT count(*), avg(probability), all blocks", 3, () => query.Run(Workspace, new("SELECT count(*), avg(probability) FROM predictions", From: last * 1000), default));

        await Seal(log, source, sealer, rows, last, clock);
        Console.WriteLine("\n| with the rows in segments | p50 ms | max ms | processor ms |\n|---|---|---|---|");
        await Time("newest page of 50", 10, () => search.Page(Workspace, churn with { ToMs = last + (rows * 3L) + 1 }, null, 50, default));
        await Time("a page in the middle", 10, () => search.Page(Workspace, churn, middle, 50, default));
        await Time("a prediction by id", 10, i => predictions.Find(Workspace, ids[(int)((long)i * 7919 * 104_729 % rows)], default));
        await Time("one entity, all segments", 3, () => search.Page(Workspace, churn with { Entity = "C-none" }, null, 50, default));
        await Time("SELECT count(*), avg(probability), all of these rows", 3, () => query.Run(Workspace, new("SELECT count(*), avg(probability) FROM predictions", From: last * 1000), default));
        await Time("scan of all these rows", 1, () => Scan(predictions, last));
    }

    /// <summary>While the rows are rolled, somebody else logs one after the other: how long do they wait?</summary>
    private static async Task Seal(PredictionLog log, LogSource source, Sealer sealer, int rows, long last, SetClock clock)
    {
        using var stop = new CancellationTokenSource();
        var (waits, peak) = (new List<double>(), 0L);
        var before = Environment.WorkingSet;
        clock.Ms = last + (rows * 3L) + (2 * Block.Hour);
        var writing = Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
            {
                var begun = Stopwatch.GetTimestamp();
                await Append(log, source, clock.Ms, 1, 1, 1, waits.Count);
                waits.Add(Stopwatch.GetElapsedTime(begun).TotalMilliseconds);
                peak = Math.Max(peak, Environment.WorkingSet);
                await Task.Delay(1);
            }
        });
        await Task.Delay(1000);
        var quiet = waits.Count;
        var (started, processor) = (Stopwatch.GetTimestamp(), Environment.CpuUsage.TotalTime);
        var made = await sealer.Run(default);
        var took = Stopwatch.GetElapsedTime(started);
        processor = Environment.CpuUsage.TotalTime - processor;
        await stop.CancelAsync();
        await writing;

        Console.WriteLine($"\nsealed {rows:N0} rows into {made} segments and deleted their blocks in {took.TotalSeconds:F1} s ({processor.TotalSeconds:F1} s of processor time); working set {before >> 20} MiB before, {peak >> 20} MiB at most");
        foreach (var (name, some) in ((string, IEnumerable<double>)[])[("before", waits.Take(quiet)), ("meanwhile", waits.Skip(quiet))])
        {
            var sorted = some.Order().ToList();
            Console.WriteLine($"who logs one row waits p50 {sorted[sorted.Count / 2]:F2} ms, p99 {sorted[sorted.Count * 99 / 100]:F2} ms, at most {sorted[^1]:F2} ms {name}");
        }
    }

    private static async Task<long> Scan(Predictions predictions, long fromMs)
    {
        var rows = 0L;
        await foreach (var piece in predictions.Scan(Workspace, "churn", fromMs, long.MaxValue, default)) rows += piece.Count;
        return rows;
    }

    private static async Task<List<string>> Append(PredictionLog log, LogSource source, long ms, int rows, int blockRows, long step, int seed)
    {
        var draw = new Random(seed);
        var ids = new List<string>(rows);
        var features = new float[Features];
        for (var first = 0; first < rows; first += blockRows)
        {
            var records = new LogRecords();
            for (var row = first; row < Math.Min(rows, first + blockRows); row++)
            {
                // As a telco customer: mostly indicators, a few numbers.
                for (var i = 0; i < Features; i++) features[i] = i < 5 ? MathF.Round(draw.NextSingle() * 8000) / 100 : draw.Next(2);
                var id = IdAt(ms + (row * step), draw);
                ids.Add(id.ToString("N"));
                records.Add(id, (ms + (row * step)) * 1000, draw.Next(100, 3000), source, RecordFlags.None, draw.NextDouble(), features, Encoding.UTF8.GetBytes($"C-{draw.Next(Entities)}"), "local-admin"u8);
            }

            // Each as a block of its own, as from as many requests one after the other.
            await log.Append(source, records);
        }

        return ids;
    }

    private static Guid IdAt(long ms, Random draw)
    {
        var bytes = new byte[16];
        draw.NextBytes(bytes);
        BinaryPrimitives.WriteInt64BigEndian(bytes, (ms << 16) | 0x7000 | (uint)draw.Next(4096));
        bytes[8] = (byte)((bytes[8] & 0x3F) | 0x80);
        return new(bytes, bigEndian: true);
    }

    private static Task Time<T>(string what, int times, Func<Task<T>> run) => Time(what, times, _ => run());

    private static async Task Time<T>(string what, int times, Func<int, Task<T>> run)
    {
        if (times > 1) await run(0);
        var taken = new List<double>();
        var before = Environment.CpuUsage.TotalTime;
        for (var i = 0; i < times; i++)
        {
            var started = Stopwatch.GetTimestamp();
            await run(i);
            taken.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
        }

        taken.Sort();
        Console.WriteLine($"| {what} | {taken[taken.Count / 2]:F1} | {taken[^1]:F1} | {(Environment.CpuUsage.TotalTime - before).TotalMilliseconds / times:F1} |");
    }

    private static string Option(string[] args, string name, string otherwise) => Array.IndexOf(args, name) is >= 0 and var at && at + 1 < args.Length ? args[at + 1] : otherwise;

    /// <summary>The writer warns when a piece of work holds it for more than 50 ms.</summary>
    private sealed class Warnings : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) => Console.WriteLine($"! {formatter(state, exception)}");
    }

    private sealed class SetClock : TimeProvider
    {
        public long Ms { get; set; } = Start;

        public override DateTimeOffset GetUtcNow() => DateTimeOffset.FromUnixTimeMilliseconds(Ms);
    }
}
