using System.Runtime.InteropServices;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Cairn.Storage.Sqlite;

/// <summary>
/// The row of a statement, its numbers asked of SQLite itself. The reader counts its references to the statement twice for each number, which is two thirds of the time that a row of
/// four numbers takes.
/// </summary>
internal sealed partial class SqliteRow : Row
{
    private readonly SqliteDataReader _reader;
    private readonly sqlite3_stmt _statement;
    private readonly nint _handle;

    private SqliteRow(SqliteDataReader reader) => (_reader, _statement, _handle) = (reader, reader.Handle!, reader.Handle!.DangerousGetHandle());

    public static void Each(SqliteDataReader reader, Action<Row> row)
    {
        if (!reader.Read()) return;
        var current = new SqliteRow(reader);
        do row(current);
        while (current.Step());
    }

    public override bool IsNull(int column) => _reader.IsDBNull(column);

    public override long Whole(int column) => ColumnInt64(_handle, column);

    public override double Number(int column) => ColumnDouble(_handle, column);

    public override string Text(int column) => _reader.GetString(column);

    public override object Value(int column) => _reader.GetValue(column);

    private bool Step()
    {
        var result = Step(_handle);
        if (result is not (raw.SQLITE_ROW or raw.SQLITE_DONE)) SqliteException.ThrowExceptionForRC(result, raw.sqlite3_db_handle(_statement));
        return result == raw.SQLITE_ROW;
    }

    [LibraryImport(SystemSqlite.Library, EntryPoint = "sqlite3_step")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Step(nint statement);

    // Both only copy a number: no time for the collector to wait.
    [LibraryImport(SystemSqlite.Library, EntryPoint = "sqlite3_column_int64")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    [SuppressGCTransition]
    private static partial long ColumnInt64(nint statement, int column);

    [LibraryImport(SystemSqlite.Library, EntryPoint = "sqlite3_column_double")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    [SuppressGCTransition]
    private static partial double ColumnDouble(nint statement, int column);
}
