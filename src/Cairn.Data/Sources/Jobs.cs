using System.Diagnostics;
using System.Globalization;
using Cairn.Data.Engine;
using Cairn.Kernel;

namespace Cairn.Data.Sources;

/// <summary>One engine for each job, off the caller's thread, closed and its folder removed whatever happens.</summary>
internal sealed class Jobs
{
    private static readonly EngineOptions Options = new();
    private readonly string _home;

    /// <param name="home">Folders of jobs that a killed process left behind are removed: one process owns a home.</param>
    public Jobs(string home)
    {
        _home = Path.Combine(home, $"data-{Environment.ProcessId.ToString(CultureInfo.InvariantCulture)}");
        if (!Directory.Exists(home)) return;
        foreach (var left in Directory.GetDirectories(home, "data-*").Where(d => d != _home))
        {
            try
            {
                Directory.Delete(left, recursive: true);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                Debug.WriteLine($"{left} stays: {e.Message}"); // it costs disk space, nothing else
            }
        }
    }

    public Task<Answer<T>> Run<T>(string path, Func<DuckDb, Source, Answer<T>> work, CancellationToken cancellation) =>
        Run(path, (engine, source) => Task.FromResult(work(engine, source)), cancellation);

    public Task<Answer<T>> Run<T>(string path, Func<DuckDb, Source, Task<Answer<T>>> work, CancellationToken cancellation) => Task.Run(
        async () =>
        {
            if (Source.Unreadable(path) is { } refusal) return refusal;
            CsvLayout? layout = null;
            if (!Source.IsParquet(path))
            {
                var scanned = CsvScan.Read(path, cancellation);
                if (scanned.Refusal is { } malformed) return malformed;
                layout = scanned.Value;
            }

            using var engine = DuckDb.Open(_home, Options, [path], cancellation);
            var source = layout is null ? Source.OfParquet(engine, path) : Source.OfCsv(engine, path, layout);
            if (source.Refusal is { } unreadable) return unreadable;
            try
            {
                return await work(engine, source.Value);
            }
            catch (DuckDbException e) when (e.Resources)
            {
                throw new IOException($"{Path.GetFileName(path)} cannot be processed: {e.Summary}", e);
            }
        },
        cancellation);

    public Task<T> Run<T>(IReadOnlyList<string> paths, Func<DuckDb, T> work, CancellationToken cancellation) => Task.Run(
        () =>
        {
            using var engine = DuckDb.Open(_home, Options, paths, cancellation);
            return work(engine);
        },
        cancellation);

    public Task<T> Run<T>(IReadOnlyList<string> paths, Func<DuckDb, Task<T>> work, AnalyticsOptions options, CancellationToken cancellation) => Task.Run(
        async () =>
        {
            using var engine = Open(paths, options, cancellation);
            return await work(engine);
        },
        cancellation);

    /// <summary>On a thread of its own: the pool's belong to requests.</summary>
    public Task<T> RunAside<T>(IReadOnlyList<string> paths, Func<DuckDb, T> work, AnalyticsOptions options, CancellationToken cancellation) => Task.Factory.StartNew(
        () =>
        {
            using var engine = Open(paths, options, cancellation);
            return work(engine);
        },
        cancellation, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    private DuckDb Open(IReadOnlyList<string> paths, AnalyticsOptions options, CancellationToken cancellation) => DuckDb.Open(
        options.Folder ?? _home, new() { Threads = options.Threads ?? Options.Threads, MemoryMegabytes = options.MemoryMegabytes ?? Options.MemoryMegabytes, SpillMegabytes = options.SpillMegabytes }, paths, cancellation);
}
