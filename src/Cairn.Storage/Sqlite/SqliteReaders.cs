using System.Collections.Concurrent;
using Cairn.Storage.Sql;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Cairn.Storage.Sqlite;

/// <summary>Connections that only read, reused; each read sees one snapshot and waits for no writer.</summary>
internal sealed class SqliteReaders(SqliteFile file) : IDisposable
{
    private readonly ConcurrentBag<SqliteConnection> _idle = [];
    private readonly SemaphoreSlim _free = new(16);
    private volatile bool _disposed;

    public async Task<T> Run<T>(Func<ReadTransaction, T> work, CancellationToken cancellation)
    {
        await _free.WaitAsync(cancellation);
        try
        {
            ObjectDisposedException.ThrowIf(_disposed, typeof(Database));
            var connection = _idle.TryTake(out var idle) ? idle : file.OpenReader();
            return Run(connection, work);
        }
        catch (SqliteException e) when (SqliteFaults.IsFault(e))
        {
            throw SqliteFaults.Explain(e, file.Path);
        }
        finally
        {
            _free.Release();
        }
    }

    public void Dispose()
    {
        _disposed = true;
        while (_idle.TryTake(out var connection)) connection.Dispose();
        _free.Dispose();
    }

    private T Run<T>(SqliteConnection connection, Func<ReadTransaction, T> work)
    {
        var transaction = new ReadTransaction(connection);
        var reusable = false;
        try
        {
            connection.Run("BEGIN");
            try
            {
                return work(transaction);
            }
            finally
            {
                transaction.End();
                // An I/O error may have ended the transaction; a complaint about that must not take the place of the error.
                if (raw.sqlite3_get_autocommit(connection.Handle) == 0) connection.Run("ROLLBACK");
                reusable = true;
            }
        }
        finally
        {
            if (reusable && !_disposed) _idle.Add(connection);
            else connection.Dispose();
        }
    }
}
