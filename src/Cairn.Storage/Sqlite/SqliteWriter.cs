using System.Diagnostics;
using System.Threading.Channels;
using Cairn.Storage.Events;
using Cairn.Storage.Sql;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;
using SQLitePCL;

namespace Cairn.Storage.Sqlite;

/// <summary>
/// The only one who writes: a thread that takes what waits, runs it piece by piece and commits all of it together. While it syncs, the next
/// ones gather, so the cost of a sync is shared by as many as there are under load.
/// </summary>
/// <remarks>
/// A savepoint copies every page that is changed after it, a seventh of the time of a small piece of work. So none is made until a piece has to be
/// undone: then the transaction begins anew, and what was in it runs again, each in a savepoint of its own.
/// </remarks>
internal sealed partial class SqliteWriter : IAsyncDisposable
{
    private static readonly TimeSpan Budget = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan LongestWork = TimeSpan.FromMilliseconds(50);

    // When this many wait, callers wait to be let in instead of filling the memory.
    private readonly Channel<QueuedWork> _queue = Channel.CreateBounded<QueuedWork>(new BoundedChannelOptions(4096) { SingleReader = true });
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<QueuedWork> _done = [], _again = [];
    private readonly SqliteConnection _connection;
    private readonly SqliteStatements _statements;
    private readonly SqliteCommand _begin, _savepoint, _release, _undo, _rollback, _commit;
    private readonly CommitSignal _signal;
    private readonly SqliteCheckpoints _checkpoints;
    private readonly TimeProvider _clock;
    private readonly ILogger _log;
    private bool _emitted;

    public SqliteWriter(SqliteConnection connection, SqliteCheckpoints checkpoints, CommitSignal signal, TimeProvider clock, ILogger log)
    {
        (_connection, _checkpoints, _signal, _clock, _log) = (connection, checkpoints, signal, clock, log);
        _statements = new(connection);
        _begin = Command("BEGIN IMMEDIATE");
        _savepoint = Command("SAVEPOINT work");
        _release = Command("RELEASE work");
        _undo = Command("ROLLBACK TO work");
        _rollback = Command("ROLLBACK");
        _commit = Command("COMMIT");
        new Thread(Loop) { Name = "cairn-writer", IsBackground = true }.Start();
    }

    /// <value>Transactions committed; each is one sync.</value>
    public long Commits { get; private set; }

    /// <value>Pieces of work made durable.</value>
    public long Writes { get; private set; }

    public async Task<T> Run<T>(Func<WriteTransaction, T> work, Func<T, bool>? keep, CancellationToken cancellation)
    {
        var queued = new QueuedWork<T>(work, keep, cancellation);
        try
        {
            await _queue.Writer.WriteAsync(queued, cancellation);
        }
        catch (ChannelClosedException e)
        {
            throw new ObjectDisposedException("The database is closed.", e);
        }

        return await queued.Completion;
    }

    public async ValueTask DisposeAsync()
    {
        _queue.Writer.TryComplete();
        await _ended.Task;
    }

    private SqliteCommand Command(string sql)
    {
        var command = _connection.CreateCommand();
        command.CommandText = sql;
        return command;
    }

    private void Loop()
    {
        while (_queue.Reader.WaitToReadAsync().AsTask().GetAwaiter().GetResult()) CommitWaiting();
        foreach (var command in (SqliteCommand[])[_begin, _savepoint, _release, _undo, _rollback, _commit]) command.Dispose();
        _statements.Dispose();
        _checkpoints.Dispose();
        _connection.Dispose();
        _ended.SetResult();
    }

#pragma warning disable CA1031 // whatever work throws belongs to its caller, and the writer must go on
    private void CommitWaiting()
    {
        QueuedWork? running = null;
        var (begun, apart) = (false, false);
        _emitted = false;
        _done.Clear();
        _again.Clear();
        try
        {
            var started = Stopwatch.GetTimestamp();
            while (Stopwatch.GetElapsedTime(started) < Budget && _queue.Reader.TryRead(out running))
            {
                if (running.WasCancelled()) continue;
                if (!begun) _begin.ExecuteNonQuery();
                begun = true;
                if (apart) RunInSavepoint(running);
                else if (!RunWithout(running)) apart = RunAgain(running);
                running = null;
            }

            running = null;
            if (!begun) return; // all who waited had given up
            _commit.ExecuteNonQuery();
        }
        catch (Exception e)
        {
            // The transaction as a whole is lost: nobody in it may believe that his part was stored.
            if (running is not null) _done.Add(running);
            _done.AddRange(_again);
            FailAll(e);
            return;
        }

        Commits++;
        Writes += _done.Count;
        StorageMeter.Commits.Add(1);
        StorageMeter.Writes.Add(_done.Count);
        foreach (var work in _done) work.Complete();
        if (_emitted) _signal.Raise();
        _checkpoints.Wake();
        _checkpoints.ShortenOn(_connection);
    }

    /// <returns>False: what it wrote has to be undone, and the caller knows nothing yet.</returns>
    private bool RunWithout(QueuedWork work)
    {
        var changes = raw.sqlite3_total_changes(_connection.Handle);
        var (keep, failure, transaction) = Run(work);
        if (!keep && (transaction.HasExecuted || raw.sqlite3_total_changes(_connection.Handle) != changes)) return false;
        Settle(work, keep, failure, transaction);
        return true;
    }

    /// <summary>The transaction anew: what was done in it, and the piece that has to be undone.</summary>
    private bool RunAgain(QueuedWork last)
    {
        _rollback.ExecuteNonQuery();
        _begin.ExecuteNonQuery();
        _again.AddRange(_done);
        _again.Add(last);
        _done.Clear();
        _emitted = false;
        foreach (var work in _again) RunInSavepoint(work);
        _again.Clear();
        return true;
    }

    private void RunInSavepoint(QueuedWork work)
    {
        _savepoint.ExecuteNonQuery();
        var (keep, failure, transaction) = Run(work);
        if (!keep) _undo.ExecuteNonQuery();
        _release.ExecuteNonQuery();
        Settle(work, keep, failure, transaction);
    }

    private (bool Keep, Exception? Failure, SqliteWriteTransaction Transaction) Run(QueuedWork work)
    {
        var started = Stopwatch.GetTimestamp();
        var transaction = new SqliteWriteTransaction(_connection, _statements, _clock);
        var keep = false;
        Exception? failure = null;
        try
        {
            keep = work.Run(transaction);
        }
        catch (Exception e)
        {
            failure = e;
        }

        transaction.End();
        // A full disk or an I/O error may have ended the whole transaction inside a statement.
        if (IsIdle) throw failure ?? new InvalidOperationException("Work ended the transaction it was given.");

        var elapsed = Stopwatch.GetElapsedTime(started);
        if (elapsed > LongestWork) LogLongWork(_log, elapsed.TotalMilliseconds);
        return (keep, failure, transaction);
    }

    private void Settle(QueuedWork work, bool keep, Exception? failure, SqliteWriteTransaction transaction)
    {
        if (failure is null) _done.Add(work);
        else work.Fail(Translate(failure));
        _emitted |= keep && transaction.HasEmitted;
    }

    private void FailAll(Exception exception)
    {
        var failure = Translate(exception);
        if (failure is StorageException) LogFault(_log, failure);
        try
        {
            if (!IsIdle) Command("ROLLBACK").ExecuteNonQuery();
        }
        catch (Exception e)
        {
            LogFault(_log, e);
        }

        foreach (var work in _done) work.Fail(failure);
    }
#pragma warning restore CA1031

    private bool IsIdle => raw.sqlite3_get_autocommit(_connection.Handle) != 0;

    private Exception Translate(Exception exception) => SqliteFaults.IsFault(exception) ? SqliteFaults.Explain(exception, _connection.DataSource) : exception;

    [LoggerMessage(Level = LogLevel.Warning, Message = "One piece of work held the writer for {Milliseconds:F0} ms; split it, everybody else waits for it")]
    private static partial void LogLongWork(ILogger logger, double milliseconds);

    [LoggerMessage(Level = LogLevel.Error, Message = "The database did not take a transaction")]
    private static partial void LogFault(ILogger logger, Exception exception);
}
