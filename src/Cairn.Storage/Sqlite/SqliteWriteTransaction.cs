using Cairn.Kernel;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Cairn.Storage.Sqlite;

/// <summary>What one piece of work sees: its own savepoint inside the shared transaction.</summary>
internal sealed class SqliteWriteTransaction(SqliteConnection connection, SqliteCommand insertEvent, TimeProvider clock) : WriteTransaction(connection)
{
    public const string InsertEvent =
        "INSERT INTO events (workspace_id, time, type, subject, cause_id, payload) VALUES (@workspace, @time, @type, @subject, @cause, @payload)";

    public bool HasEmitted { get; private set; }

    public override void TakeTurn(string name) => _ = Connection;

    public override long Emit(NewEvent happened)
    {
        ArgumentNullException.ThrowIfNull(happened);
        _ = Connection; // an ended transaction throws here
        var values = insertEvent.Parameters;
        values.Clear();
        values.AddWithValue("@workspace", happened.Workspace.Value);
        values.AddWithValue("@time", clock.Micros());
        values.AddWithValue("@type", happened.Type);
        values.AddWithValue("@subject", happened.Subject);
        values.AddWithValue("@cause", (object?)happened.CauseId ?? DBNull.Value);
        values.AddWithValue("@payload", happened.Payload);
        insertEvent.ExecuteNonQuery();
        HasEmitted = true;
        return raw.sqlite3_last_insert_rowid(connection.Handle);
    }
}
