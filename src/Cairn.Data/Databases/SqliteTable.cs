using System.Data.Common;
using Cairn.Data.Engine;
using Cairn.Storage;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Cairn.Data.Databases;

internal sealed class SqliteTable : TableWriter
{
    private readonly sqlite3 _database;

    public SqliteTable(DbConnection connection, OutsideDatabase database, TableOrder order, CancellationToken cancellation)
        : base(connection, database, order, cancellation)
    {
        _database = ((SqliteConnection)connection).Handle!;
        using var command = connection.CreateCommand();
        command.CommandText = "PRAGMA busy_timeout = 30000; PRAGMA synchronous = FULL";
        command.ExecuteNonQuery();
    }

    protected override DbTransaction BeginTransaction() => ((SqliteConnection)Connection).BeginTransaction(deferred: false);

    protected override bool Exists(DbTransaction transaction, string table)
    {
        using var command = Command(transaction, $"SELECT count(*) FROM pragma_table_info({Sql.Text(table.Split('.', 2)[^1])})");
        return (long)command.ExecuteScalar()! > 0;
    }

    protected override string TypeOf(string type) => Read(type) switch
    {
        AnalyticsType.BigInt or AnalyticsType.Boolean => "INTEGER",
        AnalyticsType.Double => "REAL",
        _ => "TEXT",
    };

    protected override void Insert(AnalyticsJob job, string table, IReadOnlyList<RowColumn> columns, string select)
    {
        AnalyticsType[] types = [.. columns.Select(column => Read(column.Type))];
        var cast = string.Join(", ", types.Select((type, i) => $"c{i}::{(type == AnalyticsType.Text ? "VARCHAR" : type == AnalyticsType.Double ? "DOUBLE" : "BIGINT")}"));
        using var rows = job.Query($"SELECT {cast} FROM ({select}) AS s({string.Join(", ", types.Select((_, i) => $"c{i}"))})");
        Check(raw.sqlite3_prepare_v2(_database, $"INSERT INTO {table} ({Listed(columns)}) VALUES ({string.Join(", ", types.Select(_ => "?"))})", out var statement));
        using (statement)
        {
            while (rows.Next())
            {
                Cancellation.ThrowIfCancellationRequested();
                for (var row = 0; row < rows.Count; row++) Insert(statement, rows, types, row);
            }
        }
    }

    private void Insert(sqlite3_stmt statement, AnalyticsRows rows, AnalyticsType[] types, int row)
    {
        for (var column = 0; column < types.Length; column++)
        {
            Check(rows.IsNull(column, row) ? raw.sqlite3_bind_null(statement, column + 1) : types[column] switch
            {
                AnalyticsType.Double => raw.sqlite3_bind_double(statement, column + 1, rows.Doubles(column)[row]),
                AnalyticsType.Text when rows.Texts(column)[row] is { Length: > 0 } text => raw.sqlite3_bind_text(statement, column + 1, text),
                AnalyticsType.Text => raw.sqlite3_bind_text(statement, column + 1, ""), // no bytes would be NULL
                _ => raw.sqlite3_bind_int64(statement, column + 1, rows.BigInts(column)[row]),
            });
        }

        if (raw.sqlite3_step(statement) is var stepped && stepped != raw.SQLITE_DONE) Check(stepped);
        raw.sqlite3_reset(statement);
    }

    private static AnalyticsType Read(string type) => type switch
    {
        "BOOLEAN" => AnalyticsType.Boolean,
        "TINYINT" or "UTINYINT" or "SMALLINT" or "USMALLINT" or "INTEGER" or "UINTEGER" or "BIGINT" => AnalyticsType.BigInt,
        "FLOAT" or "DOUBLE" => AnalyticsType.Double,
        _ => AnalyticsType.Text,
    };

    private void Check(int result)
    {
        if (result != raw.SQLITE_OK) throw new SqliteException(raw.sqlite3_errmsg(_database).utf8_to_string(), result);
    }
}
