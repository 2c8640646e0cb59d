using Cairn.Kernel;

namespace Cairn.Storage;

/// <summary>
/// The database of the prediction log: a file and a writer of its own on SQLite, so that predictions and metadata do not wait
/// for each other; the same database on PostgreSQL.
/// </summary>
/// <remarks>A log that cannot be opened stops no server: every use says why, and it is tried again after a while.</remarks>
public sealed class LogDatabase : IAsyncDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);

    private readonly Func<Database> _open;
    private readonly bool _owned;
    private readonly TimeProvider _clock;
    private readonly Lock _gate = new();
    private volatile Database? _database;
    private StorageException? _failure;
    private long _triedAt;

    /// <param name="owned">True: closed with this object.</param>
    internal LogDatabase(Func<Database> open, bool owned, TimeProvider clock) => (_open, _owned, _clock) = (open, owned, clock);

    /// <value>True on SQLite: a backup of the home holds a copy of it.</value>
    public bool IsFile => _owned;

    /// <exception cref="StorageException">As from <see cref="Database.Write{T}"/>; or the log could not be opened.</exception>
    public Task<T> Write<T>(Func<WriteTransaction, T> work, CancellationToken cancellation = default) => Open().Write(work, cancellation);

    public Task<Answer<T>> Attempt<T>(Func<WriteTransaction, Answer<T>> work, CancellationToken cancellation = default) => Open().Attempt(work, cancellation);

    public Task<T> Read<T>(Func<ReadTransaction, T> work, CancellationToken cancellation = default) => Open().Read(work, cancellation);

    public Task<Answer<Done>> BackupTo(string path, CancellationToken cancellation) => Open().BackupTo(path, cancellation);

    public ValueTask DisposeAsync() => _owned && _database is { } database ? database.DisposeAsync() : ValueTask.CompletedTask;

    private Database Open()
    {
        if (_database is { } open) return open;
        lock (_gate)
        {
            if (_database is { } meanwhile) return meanwhile;
            if (_failure is { } failure && _clock.GetElapsedTime(_triedAt) < Pause) throw failure;
            try
            {
                (_database, _failure) = (_open(), null);
                return _database;
            }
            catch (StorageException e)
            {
                (_failure, _triedAt) = (e, _clock.GetTimestamp());
                throw;
            }
        }
    }
}
