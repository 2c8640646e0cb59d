using Dapper;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;

namespace Cairn.Storage.Sqlite;

/// <summary>
/// Carries the log over into the database file beside the writer. SQLite would do it inside a commit, and everybody in that
/// commit, and behind it, would wait for a thousand pages and two more syncs.
/// </summary>
internal sealed partial class SqliteCheckpoints : IDisposable
{
    private const long LongLog = 16_384; // pages of 4 KiB
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    private readonly AutoResetEvent _committed = new(false);
    private readonly ManualResetEventSlim _stop = new();
    private readonly SqliteConnection _connection;
    private readonly Thread _thread;
    private readonly ILogger _log;
    private volatile bool _isLogLong;

    public SqliteCheckpoints(SqliteFile file, ILogger log)
    {
        _log = log;
        _connection = file.OpenReader();
        // What a killed process left: one that is killed again and again before its first round would add to it for ever, and each start reads it all.
        Checkpoint(_connection);
        _thread = new Thread(Loop) { Name = "cairn-checkpoint", IsBackground = true };
        _thread.Start();
    }

    /// <summary>The writer tells of every commit.</summary>
    public void Wake() => _committed.Set();

    /// <summary>
    /// The log starts over only when it was carried over to its end, which never happens beside a writer that does not rest. So
    /// when it is long the writer carries over the little that came since.
    /// </summary>
    public void ShortenOn(SqliteConnection writer)
    {
        if (!_isLogLong) return;
        _isLogLong = false;
        Checkpoint(writer);
    }

    public void Dispose()
    {
        _stop.Set();
        _committed.Set();
        _thread.Join();
        _connection.Dispose();
        _committed.Dispose();
        _stop.Dispose();
    }

    private void Loop()
    {
        while (_committed.WaitOne() && !_stop.Wait(Pause)) _isLogLong = Checkpoint(_connection) > LongLog;
    }

    /// <returns>Pages in the log.</returns>
    private long Checkpoint(SqliteConnection connection)
    {
        try
        {
            return connection.QueryFirst<Progress>("PRAGMA wal_checkpoint(PASSIVE)").Log;
        }
        catch (SqliteException e)
        {
            LogFailed(_log, e); // nothing is lost: what was committed is in the log, and the next round tries again
            return 0;
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "The log could not be carried over into the database file; it grows until that works")]
    private static partial void LogFailed(ILogger logger, Exception exception);

    private sealed record Progress(long Busy, long Log, long Checkpointed);
}
