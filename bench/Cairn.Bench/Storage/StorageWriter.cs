using System.Diagnostics;
using Cairn.Storage.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;

namespace Cairn.Bench.Storage;

/// <summary>
/// One writer under load: connections that write small rows, others that write batches of 1,000, and a purge that deletes in
/// chunks, all at once with <c>synchronous=FULL</c>. Options: <c>--seconds N</c> (20), <c>--connections N</c> (16), <c>--home DIR</c>.
/// </summary>
internal static class StorageWriter
{
    private const int BatchRows = 1000, Batchers = 2, ChunkRows = 500;

    public static void Run(string[] args)
    {
        var seconds = int.Parse(Option(args, "--seconds", "20"));
        var connections = int.Parse(Option(args, "--connections", "16"));
        var home = Option(args, "--home", Path.Combine(Path.GetTempPath(), $"cairn-bench-{Environment.ProcessId}"));
        try
        {
            Measure(home, connections, seconds).GetAwaiter().GetResult();
        }
        finally
        {
            Directory.Delete(home, recursive: true);
        }
    }

    private static async Task Measure(string home, int connections, int seconds)
    {
        await using var database = SqliteDatabase.Open(home, TimeProvider.System, NullLogger.Instance);
        await database.Write(t => t.Execute("CREATE TABLE bench_rows (kind BIGINT NOT NULL, id BIGINT NOT NULL, key TEXT NOT NULL, value DOUBLE PRECISION NOT NULL, time BIGINT NOT NULL, PRIMARY KEY (kind, id))"));
        var purgeable = await Fill(database);
        Console.WriteLine($"{purgeable:N0} old rows, {connections} connections with small rows, {Batchers} with batches of {BatchRows:N0}, 1 purge in chunks of {ChunkRows:N0}, {seconds} s");

        await Timed(database, "small rows alone", connections, seconds / 4.0, withOthers: false);
        await Timed(database, "all at once", connections, seconds, withOthers: true);
        var log = new FileInfo(Path.Combine(home, "cairn.db-wal"));
        Console.WriteLine($"log file {log.Length / 1048576.0:F1} MiB");
    }

    private static async Task<long> Fill(SqliteDatabase database)
    {
        const long Rows = 600_000;
        for (var from = 0L; from < Rows; from += 5000)
        {
            var start = from;
            await database.Write(t => t.Execute(
                "WITH RECURSIVE n(i) AS (SELECT @start UNION ALL SELECT i + 1 FROM n WHERE i + 1 < @start + 5000) INSERT INTO bench_rows SELECT 0, i, 'loss', i * 0.5, i FROM n", new { start }));
        }

        return Rows;
    }

    private static async Task Timed(SqliteDatabase database, string title, int connections, double seconds, bool withOthers)
    {
        using var stop = new CancellationTokenSource();
        var (commits, writes, id) = (database.Writer.Commits, database.Writer.Writes, database.Writer.Writes * 100_000);
        var started = Stopwatch.GetTimestamp();

        var small = Enumerable.Range(0, connections).Select(_ => Repeat(() =>
        {
            var row = Interlocked.Increment(ref id);
            return database.Write(t => t.Execute("INSERT INTO bench_rows (kind, id, key, value, time) VALUES (1, @row, @key, @value, @row)", new { row, key = "auc", value = row * 0.25 }));
        }, stop.Token)).ToList();
        var batches = Enumerable.Range(0, withOthers ? Batchers : 0).Select(_ => Repeat(() =>
        {
            var first = Interlocked.Add(ref id, BatchRows) - BatchRows;
            return database.Write(t => t.Execute(
                "INSERT INTO bench_rows (kind, id, key, value, time) VALUES (2, @row, @key, @value, @row)",
                Enumerable.Range(0, BatchRows).Select(i => new { row = first + i, key = "loss", value = i * 0.5 })));
        }, stop.Token)).ToList();
        // How long each chunk holds the writer; written by the writer's thread only.
        var chunks = new List<double>(100_000);
        var purge = withOthers
            ? Repeat(() => database.Write(t =>
            {
                var begun = Stopwatch.GetTimestamp();
                // A stretch of the primary key, found by its first row: no list of ids to make and look up again.
                var deleted = t.Execute(
                    "DELETE FROM bench_rows WHERE kind = 0 AND id < (SELECT id FROM bench_rows WHERE kind = 0 ORDER BY id LIMIT 1) + @ChunkRows", new { ChunkRows });
                chunks.Add(Stopwatch.GetElapsedTime(begun).TotalMilliseconds);
                return deleted;
            }), stop.Token)
            : Task.FromResult<List<double>>([]);

        await Task.Delay(TimeSpan.FromSeconds(seconds));
        await stop.CancelAsync();
        await Task.WhenAll([.. small, .. batches, purge]);
        var elapsed = Stopwatch.GetElapsedTime(started).TotalSeconds;

        Console.WriteLine();
        Console.WriteLine($"{title}: {(database.Writer.Commits - commits) / elapsed:N0} commits/s, {(database.Writer.Writes - writes) / elapsed:N0} writes/s, {(double)(database.Writer.Writes - writes) / (database.Writer.Commits - commits):F1} writes per commit");
        Console.WriteLine("| kind | writes | per second | p50 ms | p99 ms | max ms |");
        Console.WriteLine("|---|---|---|---|---|---|");
        Print("small row", (await Task.WhenAll(small)).SelectMany(times => times), elapsed);
        if (!withOthers) return;
        Print($"batch of {BatchRows:N0}", (await Task.WhenAll(batches)).SelectMany(times => times), elapsed);
        Print($"purge of {ChunkRows:N0}", await purge, elapsed);
        Print("of it, holding the writer", chunks, elapsed);
    }

    /// <summary>One connection: the next write when the last is acknowledged.</summary>
    /// <returns>Milliseconds of each.</returns>
    private static Task<List<double>> Repeat(Func<Task> write, CancellationToken stop) => Task.Run(async () =>
    {
        var times = new List<double>(100_000);
        while (!stop.IsCancellationRequested)
        {
            var started = Stopwatch.GetTimestamp();
            await write();
            times.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
        }

        return times;
    });

    private static void Print(string kind, IEnumerable<double> milliseconds, double elapsed)
    {
        var sorted = milliseconds.Order().ToArray();
        if (sorted.Length == 0) return;
        double At(double share) => sorted[Math.Min(sorted.Length - 1, (int)(share * sorted.Length))];
        Console.WriteLine($"| {kind} | {sorted.Length:N0} | {sorted.Length / elapsed:N0} | {At(0.5):F2} | {At(0.99):F2} | {sorted[^1]:F2} |");
    }

    private static string Option(string[] args, string name, string otherwise) =>
        Array.IndexOf(args, name) is var at and >= 0 && at + 1 < args.Length ? args[at + 1] : otherwise;
}
