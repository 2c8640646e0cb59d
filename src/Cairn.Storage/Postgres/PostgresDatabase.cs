using Cairn.Kernel;
using Cairn.Storage.Events;
using Cairn.Storage.Migrating;
using Cairn.Storage.Sql;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Cairn.Storage.Postgres;

/// <summary>The same work on PostgreSQL: many writers, serializable, so that it means what it means on SQLite's single writer.</summary>
internal sealed class PostgresDatabase : Database
{
    private const int Threads = 32;

    private readonly NpgsqlDataSource _source;
    private readonly SemaphoreSlim _threads = new(Threads);
    private readonly PostgresTurns _turns = new();
    private readonly PostgresListener _listener;
    private readonly TimeProvider _clock;
    private readonly string _where;

    private PostgresDatabase(NpgsqlDataSource source, string where, TimeProvider clock, ILogger log)
    {
        (_source, _where, _clock) = (source, where, clock);
        _listener = new(source, Committed, log);
    }

    // The signal is raised by commits here and by notifications of other processes; polling covers a broken listener.
    internal override CommitSignal Committed { get; } = new(poll: TimeSpan.FromSeconds(1));

    public static PostgresDatabase Open(string connectionString, TimeProvider clock, ILogger log) => Open(connectionString, Migration.BuiltIn, clock, log);

    public static PostgresDatabase Open(string connectionString, IReadOnlyList<Migration> migrations, TimeProvider clock, ILogger log)
    {
        Mapping.Configure();
        var text = new NpgsqlConnectionStringBuilder(connectionString) { ApplicationName = "cairn", MaxAutoPrepare = 200 };
        var where = $"PostgreSQL at {text.Host}:{text.Port}, database {text.Database},";
        var source = new NpgsqlDataSourceBuilder(text.ToString()).Build();
        try
        {
            Migrate(source, migrations, clock);
            return new(source, where, clock, log);
        }
        catch (Exception e)
        {
            source.Dispose();
            if (PostgresFaults.IsFault(e)) throw PostgresFaults.Explain(e, where);
            throw;
        }
    }

    public override Task<T> Write<T>(Func<WriteTransaction, T> work, CancellationToken cancellation = default) => RunWrite(work, keep: null, cancellation);

    public override Task<Answer<T>> Attempt<T>(Func<WriteTransaction, Answer<T>> work, CancellationToken cancellation = default) =>
        RunWrite(work, keep: static answer => answer.Refusal is null, cancellation);

    public override Task<T> Read<T>(Func<ReadTransaction, T> work, CancellationToken cancellation = default) => OnThread(() =>
    {
        using var connection = _source.OpenConnection();
        connection.Run("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
        var transaction = new ReadTransaction(connection, ListParameters.Translate);
        try
        {
            return work(transaction);
        }
        finally
        {
            transaction.End();
            connection.Run("ROLLBACK");
        }
    }, cancellation);

    public override Task<Answer<Done>> BackupTo(string path, CancellationToken cancellation) => Task.FromResult<Answer<Done>>(new Refusal.Conflict(
        "storage.backup-elsewhere", $"The metadata is in {_where} whose own tools back it up: pg_dump, or a base backup. Files are in home/blobs."));

    public override async ValueTask DisposeAsync()
    {
        await _listener.DisposeAsync();
        for (var thread = 0; thread < Threads; thread++) await _threads.WaitAsync(); // until what was accepted is done
        await _source.DisposeAsync();
        _threads.Dispose();
        _turns.Dispose();
    }

    private static void Migrate(NpgsqlDataSource source, IReadOnlyList<Migration> migrations, TimeProvider clock)
    {
        using var connection = source.OpenConnection();
        connection.Run("SELECT pg_advisory_lock(4848108)"); // two servers that start at once migrate one after the other
        try
        {
            new Migrator(migrations, Dialect.PostgreSql, clock).Run(connection, backup: null);
        }
        finally
        {
            connection.Run("SELECT pg_advisory_unlock(4848108)");
        }
    }

    private Task<T> RunWrite<T>(Func<WriteTransaction, T> work, Func<T, bool>? keep, CancellationToken cancellation) =>
        OnThread(() => _turns.Run(() => RunOnce(work, keep), cancellation), cancellation);

    private T RunOnce<T>(Func<WriteTransaction, T> work, Func<T, bool>? keep)
    {
        using var connection = _source.OpenConnection();
        connection.Run("BEGIN ISOLATION LEVEL SERIALIZABLE");
        var transaction = new PostgresWriteTransaction(connection, _clock);
        var kept = false;
        T result;
        try
        {
            result = work(transaction);
            kept = keep is null || keep(result);
        }
        finally
        {
            transaction.End();
            if (!kept) connection.Run("ROLLBACK");
        }

        if (!kept) return result;
        connection.Run("COMMIT");
        StorageMeter.Commits.Add(1);
        StorageMeter.Writes.Add(1);
        if (transaction.HasEmitted) Committed.Raise();
        return result;
    }

    private async Task<T> OnThread<T>(Func<T> work, CancellationToken cancellation)
    {
        await _threads.WaitAsync(cancellation);
        try
        {
            // A thread of its own: work waits for its answers, and the driver needs threads of the pool to give some of them. With the pool full of
            // waiting work eight clients made seven runs a second.
            return await Task.Factory.StartNew(work, cancellation, TaskCreationOptions.LongRunning | TaskCreationOptions.DenyChildAttach, TaskScheduler.Default);
        }
        catch (Exception e) when (PostgresFaults.IsFault(e))
        {
            throw PostgresFaults.Explain(e, _where);
        }
        finally
        {
            _threads.Release();
        }
    }
}
