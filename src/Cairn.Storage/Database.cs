using Cairn.Kernel;
using Cairn.Storage.Events;

namespace Cairn.Storage;

/// <summary>
/// The metadata store: SQLite or PostgreSQL behind the same SQL. One method call is one transaction. A completed write has
/// survived power loss (<c>synchronous=FULL</c>); on SQLite one writer shares a single sync among all requests that wait.
/// </summary>
/// <remarks>
/// Writes behave as if they ran one after the other, on both databases. Work does not catch a database exception and go on
/// (PostgreSQL has ended the transaction by then): it asks first, or writes <c>ON CONFLICT</c>.
/// </remarks>
public abstract class Database : IAsyncDisposable
{
    private protected Database() { }

    /// <value>Raised after each commit that wrote an event.</value>
    internal abstract CommitSignal Committed { get; }

    /// <summary>
    /// Runs <paramref name="work"/> as one transaction of its own: all or nothing, durable when the task completes. An exception rolls it back.
    /// Work is short (below 50 ms), synchronous, and may run again after a serialization failure: it has no effect outside the transaction.
    /// </summary>
    /// <exception cref="StorageException">The disk is full, the home read-only, the database damaged or out of reach. Nothing was stored.</exception>
    public abstract Task<T> Write<T>(Func<WriteTransaction, T> work, CancellationToken cancellation = default);

    /// <summary>As <see cref="Write{T}"/>; a refusal rolls the transaction back too.</summary>
    public abstract Task<Answer<T>> Attempt<T>(Func<WriteTransaction, Answer<T>> work, CancellationToken cancellation = default);

    /// <summary>Reads from one consistent snapshot. Never waits for a writer.</summary>
    public abstract Task<T> Read<T>(Func<ReadTransaction, T> work, CancellationToken cancellation = default);

    /// <summary>Writes a consistent copy of the database to a new file while work goes on; durable when the task completes.</summary>
    /// <returns>The refusal <c>storage.backup-elsewhere</c> on PostgreSQL, whose own tools do it.</returns>
    public abstract Task<Answer<Done>> BackupTo(string path, CancellationToken cancellation);

    /// <summary>Finishes the writes that were accepted, then closes.</summary>
    public abstract ValueTask DisposeAsync();
}
