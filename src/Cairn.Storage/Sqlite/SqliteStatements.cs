using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Cairn.Storage.Sqlite;

/// <summary>Inserts of one connection, prepared once: to prepare one takes longer than to insert a row.</summary>
/// <remarks>Tables and columns are constants of the callers, so there are no more statements than places in the code.</remarks>
internal sealed class SqliteStatements(SqliteConnection connection) : IDisposable
{
    private readonly Dictionary<string, sqlite3_stmt> _prepared = new(StringComparer.Ordinal);

    public sqlite3_stmt Insert(string table, string conflict, ReadOnlySpan<(string Name, Array Values)> columns)
    {
        var names = new string[columns.Length];
        for (var column = 0; column < columns.Length; column++) names[column] = columns[column].Name;
        var sql = $"INSERT INTO {table} ({string.Join(", ", names)}) VALUES (?{string.Concat(Enumerable.Repeat(", ?", names.Length - 1))}) {conflict}";
        if (_prepared.TryGetValue(sql, out var known)) return known;
        Check(raw.sqlite3_prepare_v2(connection.Handle, sql, out var statement));
        _prepared[sql] = statement;
        return statement;
    }

    /// <summary>Runs a statement that answers no rows, and makes it ready for the next.</summary>
    public void Step(sqlite3_stmt statement)
    {
        var result = raw.sqlite3_step(statement);
        if (result != raw.SQLITE_DONE) SqliteException.ThrowExceptionForRC(result, connection.Handle);
        Check(raw.sqlite3_reset(statement));
    }

    public void Check(int result)
    {
        if (result != raw.SQLITE_OK) SqliteException.ThrowExceptionForRC(result, connection.Handle);
    }

    public void Dispose()
    {
        foreach (var statement in _prepared.Values) statement.Dispose();
        _prepared.Clear();
    }
}
