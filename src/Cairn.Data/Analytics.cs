using Cairn.Data.Engine;
using Cairn.Data.Sources;
using Cairn.Storage;

namespace Cairn.Data;

/// <summary>One DuckDB for one question over named files. It can read those and its own folder, and nothing else.</summary>
/// <remarks>Each call runs a DuckDB of its own, off the caller's thread, and closes it; cancellation interrupts it.</remarks>
public sealed class Analytics
{
    private readonly Jobs _jobs;

    public Analytics(StorageOptions storage)
    {
        ArgumentNullException.ThrowIfNull(storage);
        _jobs = new Jobs(Path.Combine(storage.Home, "tmp"));
    }

    /// <param name="files">Absolute paths: whoever calls has decided that they may be read.</param>
    /// <exception cref="InvalidDataException">DuckDB declined a statement; the message is its own.</exception>
    /// <exception cref="IOException">The machine failed: memory, disk.</exception>
    public Task<T> Run<T>(IReadOnlyList<string> files, Func<AnalyticsJob, Task<T>> work, CancellationToken cancellation, AnalyticsOptions? options = null) =>
        _jobs.Run(
            files,
            async engine =>
            {
                try
                {
                    return await work(new AnalyticsJob(engine));
                }
                catch (DuckDbException e)
                {
                    throw Explained(e);
                }
            },
            options ?? new(),
            cancellation);

    /// <inheritdoc cref="Run{T}(IReadOnlyList{string}, Func{AnalyticsJob, Task{T}}, CancellationToken, AnalyticsOptions)"/>
    public Task<T> Run<T>(IReadOnlyList<string> files, Func<AnalyticsJob, T> work, CancellationToken cancellation, AnalyticsOptions? options = null) =>
        _jobs.RunAside(
            files,
            engine =>
            {
                try
                {
                    return work(new AnalyticsJob(engine));
                }
                catch (DuckDbException e)
                {
                    throw Explained(e);
                }
            },
            options ?? new(),
            cancellation);

    private static Exception Explained(DuckDbException e) => e.Resources ? new IOException(e.Summary, e) : new InvalidDataException(e.Summary, e);
}

/// <summary>What one job may use of the machine, and where it works.</summary>
public sealed record AnalyticsOptions
{
    /// <value>Null: all processors, at most 8.</value>
    public int? Threads { get; init; }

    /// <value>Beyond it DuckDB spills to disk; null: 1024.</value>
    public int? MemoryMegabytes { get; init; }

    /// <value>Beyond it the job fails; null: the disk is the limit.</value>
    public int? SpillMegabytes { get; init; }

    /// <value>Where the job's own folder is made: in the file system where its files shall end up. Null: in the home.</value>
    public string? Folder { get; init; }
}

public enum AnalyticsType
{
    Boolean,
    Integer,
    BigInt,
    Float,
    Double,
    Text,
    Blob,

    /// <summary>A list of floats, as feature vectors are.</summary>
    FloatList,
}

public sealed record AnalyticsColumn(string Name, AnalyticsType Type);

/// <summary>A DuckDB while its question is worked on. One statement at a time.</summary>
public sealed class AnalyticsJob
{
    /// <summary>Behind <c>COPY … TO …</c>: every float comes back in all its bits. A dictionary would make one NaN of all NaNs, and 0 of -0.</summary>
    public const string ExactParquet = "(FORMAT parquet, COMPRESSION zstd, DICTIONARY_SIZE_LIMIT 0)";

    private readonly DuckDb _engine;

    internal AnalyticsJob(DuckDb engine) => _engine = engine;

    /// <value>Where statements may write files. Deleted when the job ends: move what shall stay.</value>
    public string Folder => _engine.Folder;

    /// <summary>The path of the n-th file as it stands in a statement, quotes included: <c>read_parquet({job.File(0)})</c>.</summary>
    public string File(int file) => Sql.Text(_engine.Linked(file));

    /// <summary>A value inside a statement, quotes included.</summary>
    public static string Text(string value) => Sql.Text(value);

    /// <summary>A name inside a statement, quotes included.</summary>
    public static string Name(string name) => Sql.Name(name);

    public void Execute(string sql) => _engine.Execute(sql);

    /// <summary>The rows of a result, in order, without ever holding them all. Read to the end or dispose before the next statement.</summary>
    public AnalyticsRows Query(string sql) => new(_engine.Stream(sql));

    /// <summary>Makes a table in memory and takes rows for it, at several million a second.</summary>
    public AnalyticsTable Append(string table, IReadOnlyList<AnalyticsColumn> columns) => new(_engine.Append(table, columns));

    /// <summary>Makes the table function <c>name()</c>, whose columns are computed from a query while a statement reads it.</summary>
    /// <param name="compute">Fills all columns of all rows of the current chunk.</param>
    public AnalyticsComputation Compute(string name, IReadOnlyList<AnalyticsColumn> columns, Action<AnalyticsRows, AnalyticsCells> compute)
    {
        ArgumentNullException.ThrowIfNull(compute);
        AnalyticsCells? ours = null;
        return new(_engine.Compute(name, columns, (rows, cells) => compute(rows, ours ??= new AnalyticsCells(cells))));
    }
}

/// <summary>See <see cref="AnalyticsJob.Compute"/>.</summary>
public sealed class AnalyticsComputation
{
    private readonly ComputedTable _table;

    internal AnalyticsComputation(ComputedTable table) => _table = table;

    /// <param name="source">The query to compute from.</param>
    /// <param name="keepFrom">Its first column that is taken along as it is; all behind it are too. They stand before the computed ones, under their names.</param>
    /// <param name="sql">What reads <c>name()</c>, once. What the computation throws comes out of it.</param>
    public void Execute(string source, int keepFrom, string sql) => _table.Execute(source, keepFrom, sql);
}
