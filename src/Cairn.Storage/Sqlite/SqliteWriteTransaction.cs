using Cairn.Kernel;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Cairn.Storage.Sqlite;

/// <summary>What one piece of work sees: its own savepoint inside the shared transaction.</summary>
internal sealed class SqliteWriteTransaction(SqliteConnection connection, SqliteStatements statements, TimeProvider clock) : WriteTransaction(connection)
{
    public bool HasEmitted { get; private set; }

    public override void TakeTurn(string name) => _ = Connection;

    // Straight to SQLite: a command looks every parameter up by its name again for every row, which costs more than the row.
    public override void InsertOr(string table, string conflict, params ReadOnlySpan<(string Name, Array Values)> columns)
    {
        _ = Connection;
        var statement = statements.Insert(table, conflict, columns);
        var rows = columns[0].Values.Length;
        try
        {
            for (var row = 0; row < rows; row++)
            {
                for (var column = 0; column < columns.Length; column++) statements.Check(Bind(statement, column + 1, columns[column].Values, row));
                statements.Step(statement);
            }
        }
        finally
        {
            raw.sqlite3_reset(statement);
        }
    }

    public override long Emit(NewEvent happened)
    {
        ArgumentNullException.ThrowIfNull(happened);
        Insert(
            "events", ("workspace_id", new[] { happened.Workspace.Value }), ("time", new[] { clock.Micros() }), ("type", new[] { happened.Type }), ("subject", new[] { happened.Subject }),
            ("cause_id", new[] { happened.CauseId }), ("payload", new[] { happened.Payload }));
        HasEmitted = true;
        return raw.sqlite3_last_insert_rowid(connection.Handle);
    }

    private static int Bind(sqlite3_stmt statement, int place, Array values, int row) => values switch
    {
        string?[] texts when row > 0 && ReferenceEquals(texts[row], texts[row - 1]) => raw.SQLITE_OK, // it is bound still
        string?[] texts => texts[row] is { } text ? raw.sqlite3_bind_text(statement, place, text) : raw.sqlite3_bind_null(statement, place),
        long[] numbers => raw.sqlite3_bind_int64(statement, place, numbers[row]),
        long?[] numbers => numbers[row] is { } number ? raw.sqlite3_bind_int64(statement, place, number) : raw.sqlite3_bind_null(statement, place),
        double[] numbers => raw.sqlite3_bind_double(statement, place, numbers[row]),
        _ => throw new ArgumentException($"A column of {values.GetType().GetElementType()} cannot be inserted.", nameof(values)),
    };
}
