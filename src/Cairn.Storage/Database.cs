using Cairn.Kernel;

namespace Cairn.Storage;

/// <summary>
/// The metadata store: SQLite or PostgreSQL behind the same SQL. One method call is one transaction. A completed write has
/// survived power loss (<c>synchronous=FULL</c>); on SQLite one writer shares a single sync among all requests that wait.
/// </summary>
public abstract class Database : IAsyncDisposable
{
    /// <summary>
    /// Runs <paramref name="work"/> as one transaction of its own: all or nothing, durable when the task completes. An exception rolls it back.
    /// Work is short (below 50 ms), synchronous, and may run again after a serialization failure: it has no effect outside the transaction.
    /// </summary>
    public abstract Task<T> Write<T>(Func<WriteTransaction, T> work, CancellationToken cancellation = default);

    /// <summary>As <see cref="Write{T}"/>; a refusal rolls the transaction back too.</summary>
    public abstract Task<Answer<T>> Attempt<T>(Func<WriteTransaction, Answer<T>> work, CancellationToken cancellation = default);

    /// <summary>Reads from one consistent snapshot. Never waits for a writer.</summary>
    public abstract Task<T> Read<T>(Func<ReadTransaction, T> work, CancellationToken cancellation = default);

    public abstract ValueTask DisposeAsync();
}
