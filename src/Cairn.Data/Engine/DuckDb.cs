using System.Runtime.InteropServices;

namespace Cairn.Data.Engine;

/// <summary>
/// One in-memory DuckDB for one job, with a folder of its own for what spills and what is written. It can reach that folder
/// and the files named when it was opened, and nothing else. Disposing gives all its memory back.
/// </summary>
internal sealed unsafe class DuckDb : IDisposable
{
    private readonly CancellationToken _cancellation;
    private readonly CancellationTokenRegistration _registration;
    private readonly Lock _gate = new();
    private nint _database;
    private readonly List<IDisposable> _registered = [];
    private nint _connection;
    private nint _second;

    private DuckDb(nint database, nint connection, nint second, string folder, CancellationToken cancellation)
    {
        (_database, _connection, _second, Folder, _cancellation) = (database, connection, second, folder, cancellation);
        _registration = cancellation.Register(Interrupt);
    }

    /// <value>Where this job may write. Deleted with it.</value>
    public string Folder { get; }

    /// <param name="home">The folder under which the job gets its own.</param>
    /// <param name="files">Absolute paths it may read; each appears as a link in <see cref="Folder"/> (see <see cref="Linked"/>).</param>
    public static DuckDb Open(string home, EngineOptions options, IReadOnlyList<string> files, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        var folder = Path.Combine(home, "job-" + Path.GetRandomFileName());
        Directory.CreateDirectory(folder);
        nint database = 0, connection = 0, second = 0;
        DuckDb? engine = null;
        try
        {
            // Links have names without quotes and wildcards, whatever the user called the file.
            for (var i = 0; i < files.Count; i++) File.CreateSymbolicLink(Path.Combine(folder, $"in{i}"), files[i]);
            database = OpenDatabase(folder, options);
            if (Native.Connect(database, out connection) != 0 || Native.Connect(database, out second) != 0) throw new InvalidOperationException("DuckDB accepts no connection.");
            engine = new DuckDb(database, connection, second, folder, cancellation);
            var allowed = files.Select((file, i) => Sql.Text(engine.Linked(i)) + ", " + Sql.Text(Resolved(file)));
            engine.Execute("SET TimeZone = 'UTC'");
            engine.Execute("SET TimeZone = 'UTC'", second); // the only setting that each connection has for itself
            // It makes a join of IN (…) with a few texts: ten times slower here, and COPY then writes the rows in any order.
            engine.Execute("SET disabled_optimizers = 'in_clause'");
            engine.Execute($"SET allowed_paths = [{string.Join(", ", allowed)}]");
            engine.Execute($"SET allowed_directories = [{Sql.Text(folder)}]");
            engine.Execute("SET enable_external_access = false");
            engine.Execute("SET lock_configuration = true");
            return engine;
        }
        catch when (engine is not null)
        {
            engine.Dispose(); // it owns both handles, and a later cancellation must not reach them
            throw;
        }
        catch
        {
            if (second != 0) Native.Disconnect(ref second);
            if (connection != 0) Native.Disconnect(ref connection);
            if (database != 0) Native.Close(ref database);
            Directory.Delete(folder, recursive: true);
            throw;
        }
    }

    /// <summary>The path by which statements name the n-th file.</summary>
    public string Linked(int file) => Path.Combine(Folder, $"in{file}");

    public void Execute(string sql) => Execute(sql, _connection);

    private void Execute(string sql, nint connection)
    {
        _cancellation.ThrowIfCancellationRequested();
        var result = default(NativeResult);
        try
        {
            if (Native.Query(connection, sql, &result) != 0) throw Failed(&result, sql);
        }
        finally
        {
            Native.DestroyResult(&result);
        }
    }

    /// <summary>The only row of a result.</summary>
    public Row Single(string sql)
    {
        using var rows = Stream(sql);
        return rows.Next() is { } chunk ? new Row(chunk) : throw new InvalidOperationException($"No row from: {sql}");
    }

    /// <summary>Rows in chunks of about 2,000, in order, without ever holding them all.</summary>
    public ChunkReader Stream(string sql) => Stream(sql, _connection);

    /// <summary>As <see cref="Stream(string)"/>, while another statement runs.</summary>
    public ChunkReader StreamBeside(string sql) => Stream(sql, _second);

    private ChunkReader Stream(string sql, nint connection)
    {
        _cancellation.ThrowIfCancellationRequested();
        if (Native.Prepare(connection, sql, out var statement) != 0)
        {
            var message = Utf8(Native.PrepareError(statement));
            Native.DestroyPrepare(ref statement);
            throw Failed(message, 0, sql);
        }

        var pending = (nint)0;
        var result = default(NativeResult);
        try
        {
            if (Native.PendingStreaming(statement, out pending) != 0) throw Failed(Utf8(Native.PendingError(pending)), 0, sql);
            if (Native.ExecutePending(pending, &result) != 0) throw Failed(&result, sql);
            return new ChunkReader(this, result, sql);
        }
        catch
        {
            Native.DestroyResult(&result);
            throw;
        }
        finally
        {
            Native.DestroyPending(ref pending);
            Native.DestroyPrepare(ref statement);
        }
    }

    /// <summary>Makes a table and takes rows for it.</summary>
    public ChunkWriter Append(string table, IReadOnlyList<AnalyticsColumn> columns)
    {
        Execute($"CREATE TABLE {Sql.Name(table)} ({string.Join(", ", columns.Select(c => $"{Sql.Name(c.Name)} {ChunkCells.SqlType(c.Type)}"))})");
        return new ChunkWriter(this, _connection, table, [.. columns.Select(c => c.Type)]);
    }

    /// <summary>Makes a table whose rows our code computes while a statement reads them.</summary>
    public ComputedTable Compute(string name, IReadOnlyList<AnalyticsColumn> columns, ComputedTable.Compute compute)
    {
        var table = new ComputedTable(this, _connection, name, columns, compute);
        _registered.Add(table);
        return table;
    }

    public void Dispose()
    {
        _registration.Dispose();
        lock (_gate)
        {
            if (_second != 0) Native.Disconnect(ref _second);
            if (_connection != 0) Native.Disconnect(ref _connection);
            if (_database != 0) Native.Close(ref _database);
        }

        foreach (var table in _registered) table.Dispose();
        if (Directory.Exists(Folder)) Directory.Delete(Folder, recursive: true);
    }

    internal Exception Failed(NativeResult* result, string sql) => Failed(Utf8(Native.ResultError(result)), Native.ResultErrorType(result), sql);

    /// <summary>An interrupted statement fails at whatever step it had reached: that is a cancellation, not an error.</summary>
    private Exception Failed(string message, int kind, string sql) =>
        _cancellation.IsCancellationRequested ? new OperationCanceledException(_cancellation) : new DuckDbException(message, kind, sql);

    internal Exception Failed(byte* message, string what) => Failed(Utf8(message), 0, what);

    internal void ThrowIfCancelled() => _cancellation.ThrowIfCancellationRequested();

    private static string Utf8(byte* text) => Marshal.PtrToStringUTF8((nint)text) ?? "";

    private static string Resolved(string file) => File.ResolveLinkTarget(file, returnFinalTarget: true)?.FullName ?? file;

    private static nint OpenDatabase(string folder, EngineOptions options)
    {
        if (Native.CreateConfig(out var config) != 0) throw new InvalidOperationException("DuckDB gives no configuration.");
        try
        {
            Set("threads", $"{options.Threads}");
            Set("memory_limit", $"{options.MemoryMegabytes}MiB");
            Set("temp_directory", Path.Combine(folder, "spill"));
            if (options.SpillMegabytes is { } spill) Set("max_temp_directory_size", $"{spill}MiB");
            Set("autoinstall_known_extensions", "false");
            Set("autoload_known_extensions", "false");
            Set("preserve_insertion_order", "true");
            if (Native.Open(null, out var database, config, out var error) == 0) return database;
            var message = Utf8(error);
            Native.Free(error);
            throw new InvalidOperationException($"DuckDB does not open: {message}");
        }
        finally
        {
            Native.DestroyConfig(ref config);
        }

        void Set(string name, string value)
        {
            if (Native.SetConfig(config, name, value) != 0) throw new InvalidOperationException($"DuckDB knows no setting {name} = {value}.");
        }
    }

    private void Interrupt()
    {
        lock (_gate)
        {
            if (_connection != 0) Native.Interrupt(_connection);
            if (_second != 0) Native.Interrupt(_second);
        }
    }
}
