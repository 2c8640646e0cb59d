using System.Data.Common;
using System.Globalization;
using System.Text;
using System.Text.Unicode;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Cairn.Data.Databases;

/// <summary>
/// Rows of SQLite, in one read transaction. Its columns may hold anything, whatever they say: each is taken at its word, and the rows
/// are read again from the first when a value shows otherwise.
/// </summary>
internal sealed class SqliteRows : IRowStream
{
    private const long LargestExact = 1L << 53;

    private readonly sqlite3 _database;
    private readonly SqliteTransaction _transaction;
    private readonly sqlite3_stmt _statement;
    private readonly CancellationTokenRegistration _cancelled;
    private readonly CancellationToken _cancellation;
    private readonly SpoolColumn[] _columns;
    private bool _guarded = true;
    private bool _ended;

    public SqliteRows(DbConnection connection, RowQuery query, CancellationToken cancellation)
    {
        var sqlite = (SqliteConnection)connection;
        (_database, _cancellation) = (sqlite.Handle!, cancellation);
        _transaction = sqlite.BeginTransaction(deferred: true);
        _cancelled = cancellation.Register(() => raw.sqlite3_interrupt(_database));
        // Whatever stands in the query: it reads tables, and attaches and writes nothing.
        raw.sqlite3_set_authorizer(_database, (_, action, _, second, _, _) => !_guarded || MayDo(action, second) ? raw.SQLITE_OK : raw.SQLITE_DENY, null);
        try
        {
            Check(raw.sqlite3_prepare_v2(_database, $"SELECT q.* FROM {QueryText.From(query)}{QueryText.Order(query)}", out _statement, out var rest));
            if (rest.Trim().Length > 0) throw new SqliteException("one statement is read, and there is more behind it", raw.SQLITE_ERROR);
            _columns = [.. Enumerable.Range(0, raw.sqlite3_column_count(_statement)).Select(i => new SpoolColumn(raw.sqlite3_column_name(_statement, i).utf8_to_string(), Declared(raw.sqlite3_column_decltype(_statement, i).utf8_to_string())))];
        }
        catch
        {
            _cancelled.Dispose(); // the connection will be closed
            _guarded = false;
            throw;
        }
    }

    public IReadOnlyList<SpoolColumn> Columns => _columns;

    public int? Fill(AnalyticsCells cells)
    {
        _cancellation.ThrowIfCancellationRequested();
        var row = 0;
        while (!_ended && row < AnalyticsCells.Capacity)
        {
            var stepped = raw.sqlite3_step(_statement);
            if (stepped == raw.SQLITE_DONE)
            {
                _ended = true; // another step would begin with the first row again
                return row;
            }

            if (stepped != raw.SQLITE_ROW) Check(stepped);
            for (var column = 0; column < _columns.Length; column++)
            {
                if (Set(cells, column, row)) continue;
                raw.sqlite3_reset(_statement);
                return null;
            }

            row++;
        }

        return row;
    }

    public void Dispose()
    {
        _cancelled.Dispose();
        _statement.Dispose();
        _guarded = false; // the end of the transaction is ours
        _transaction.Dispose();
    }

    /// <returns>False: the column is not of the type it was taken for; now it is of another.</returns>
    private bool Set(AnalyticsCells cells, int column, int row)
    {
        var (found, type) = (raw.sqlite3_column_type(_statement, column), _columns[column].Type);
        switch (found)
        {
            case raw.SQLITE_NULL:
                cells.Null(column, row);
                return true;
            case raw.SQLITE_INTEGER:
                var whole = raw.sqlite3_column_int64(_statement, column);
                if (type == AnalyticsType.BigInt) cells.BigInts(column)[row] = whole;
                else if (type == AnalyticsType.Text) cells.Text(column, row, whole.ToString(CultureInfo.InvariantCulture));
                else if (Math.Abs(whole) <= LargestExact) cells.Doubles(column)[row] = whole;
                else return Becomes(column, AnalyticsType.Text);
                return true;
            case raw.SQLITE_FLOAT:
                var number = raw.sqlite3_column_double(_statement, column);
                if (type == AnalyticsType.Double) cells.Doubles(column)[row] = number;
                else if (type == AnalyticsType.Text) cells.Text(column, row, number.ToString("R", CultureInfo.InvariantCulture));
                else return Becomes(column, AnalyticsType.Double);
                return true;
            case raw.SQLITE_TEXT:
                if (type != AnalyticsType.Text) return Becomes(column, AnalyticsType.Text);
                var text = raw.sqlite3_column_blob(_statement, column);
                if (Utf8.IsValid(text)) cells.Bytes(column, row, text);
                else cells.Text(column, row, Encoding.UTF8.GetString(text));
                return true;
            default:
                throw new SqliteException($"column {_columns[column].Name} holds bytes (a BLOB), which are no input; leave it out of the query", raw.SQLITE_MISMATCH);
        }
    }

    private bool Becomes(int column, AnalyticsType type)
    {
        _columns[column] = _columns[column] with { Type = type };
        return false;
    }

    /// <summary>By SQLite's own rules of affinity.</summary>
    private static AnalyticsType Declared(string? type) => type?.ToUpperInvariant() switch
    {
        null or "" => AnalyticsType.BigInt,
        var t when t.Contains("INT", StringComparison.Ordinal) || t.Contains("BOOL", StringComparison.Ordinal) => AnalyticsType.BigInt,
        var t when t.Contains("CHAR", StringComparison.Ordinal) || t.Contains("CLOB", StringComparison.Ordinal) || t.Contains("TEXT", StringComparison.Ordinal) || t.Contains("DATE", StringComparison.Ordinal) || t.Contains("TIME", StringComparison.Ordinal) => AnalyticsType.Text,
        _ => AnalyticsType.Double,
    };

    private static bool MayDo(int action, string? second) => action switch
    {
        raw.SQLITE_SELECT or raw.SQLITE_READ or raw.SQLITE_RECURSIVE => true,
        raw.SQLITE_FUNCTION => !string.Equals(second, "load_extension", StringComparison.OrdinalIgnoreCase),
        _ => false,
    };

    private void Check(int result)
    {
        if (result == raw.SQLITE_OK) return;
        if (result == raw.SQLITE_INTERRUPT) _cancellation.ThrowIfCancellationRequested();
        throw new SqliteException(raw.sqlite3_errmsg(_database).utf8_to_string(), result);
    }
}
