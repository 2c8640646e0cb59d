using System.Globalization;
using Cairn.Kernel;
using Cairn.Storage.Events;
using Cairn.Storage.Files;
using Cairn.Storage.Migrating;
using Cairn.Storage.Sql;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;

namespace Cairn.Storage.Sqlite;

/// <summary>A database file of a home in WAL mode: one writer with group commit, readers beside it.</summary>
internal sealed class SqliteDatabase : Database
{
    public const string MetadataFile = "cairn.db", LogFile = "predictions.db";

    private readonly SqliteFile _file;
    private readonly SqliteReaders _readers;

    private SqliteDatabase(SqliteFile file, SqliteConnection connection, TimeProvider clock, ILogger log)
    {
        _file = file;
        _readers = new(file);
        Writer = new(connection, new SqliteCheckpoints(file, log), Committed, clock, log);
    }

    public SqliteWriter Writer { get; }

    // All writes pass through this process, so no commit goes unnoticed.
    internal override CommitSignal Committed { get; } = new(poll: null);

    /// <summary><c>home/cairn.db</c>: the metadata.</summary>
    public static SqliteDatabase Open(string home, TimeProvider clock, ILogger log) => Open(home, Migration.OfMetadata, clock, log);

    /// <summary><c>home/predictions.db</c>: the log of predictions, with a writer of its own.</summary>
    public static SqliteDatabase OpenLog(string home, TimeProvider clock, ILogger log) => Open(home, Migration.OfLog, clock, log, LogFile);

    /// <summary>Opens the file, made when there is none, and migrates it.</summary>
    public static SqliteDatabase Open(string home, IReadOnlyList<Migration> migrations, TimeProvider clock, ILogger log, string name = MetadataFile)
    {
        Mapping.Configure();
        var file = new SqliteFile(Path.Combine(home, name));
        SqliteConnection? connection = null;
        try
        {
            Directory.CreateDirectory(home);
            connection = file.OpenWriter();
            new Migrator(migrations, Dialect.Sqlite, clock).Run(connection, () => Backup(home, file, clock));
            return new(file, connection, clock, log);
        }
        catch (Exception e)
        {
            connection?.Dispose();
            if (SqliteFaults.IsFault(e)) throw SqliteFaults.Explain(e, file.Path);
            if (FileFaults.IsFault(e)) throw FileFaults.Explain(e, home);
            throw;
        }
    }

    public override Task<T> Write<T>(Func<WriteTransaction, T> work, CancellationToken cancellation = default) => Writer.Run(work, keep: null, cancellation);

    public override Task<Answer<T>> Attempt<T>(Func<WriteTransaction, Answer<T>> work, CancellationToken cancellation = default) =>
        Writer.Run(work, keep: static answer => answer.Refusal is null, cancellation);

    public override Task<T> Read<T>(Func<ReadTransaction, T> work, CancellationToken cancellation = default) => _readers.Run(work, cancellation);

    public override async Task<Answer<Done>> BackupTo(string path, CancellationToken cancellation)
    {
        if (File.Exists(path)) return new Refusal.Conflict("storage.backup-exists", $"{path} exists already and is not overwritten. Name another file, or move it away.");
        try
        {
            await Task.Run(() => _file.CopyTo(path), cancellation);
            return default(Done);
        }
        catch (Exception e) when (SqliteFaults.IsFault(e))
        {
            throw SqliteFaults.Explain(e, path);
        }
        catch (Exception e) when (FileFaults.IsFault(e))
        {
            throw FileFaults.Explain(e, path);
        }
    }

    public override async ValueTask DisposeAsync()
    {
        // Readers first: the last connection to close folds the log back into the database file.
        _readers.Dispose();
        await Writer.DisposeAsync();
    }

    private static string Backup(string home, SqliteFile file, TimeProvider clock)
    {
        var folder = Path.Combine(home, "backups");
        Directory.CreateDirectory(folder);
        var copy = Path.Combine(folder, clock.GetUtcNow().ToString($"'before-migration-'yyyyMMdd'T'HHmmssfff'-{Path.GetFileName(file.Path)}'", CultureInfo.InvariantCulture));
        file.CopyTo(copy);
        return copy;
    }
}
