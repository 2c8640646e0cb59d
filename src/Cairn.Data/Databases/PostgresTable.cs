using System.Data.Common;
using Cairn.Storage;
using Npgsql;

namespace Cairn.Data.Databases;

/// <summary>DuckDB writes CSV, PostgreSQL takes it with COPY: both know how every type is written.</summary>
internal sealed class PostgresTable(DbConnection connection, OutsideDatabase database, TableOrder order, CancellationToken cancellation) : TableWriter(connection, database, order, cancellation)
{
    protected override DbTransaction BeginTransaction() => Connection.BeginTransaction();

    protected override bool Exists(DbTransaction transaction, string table)
    {
        using var command = Command(transaction, "SELECT to_regclass(@name) IS NOT NULL");
        ((NpgsqlCommand)command).Parameters.AddWithValue("name", QueryText.Table(table));
        return (bool)command.ExecuteScalar()!;
    }

    protected override string TypeOf(string type) => type switch
    {
        "BOOLEAN" => "boolean",
        "TINYINT" or "UTINYINT" or "SMALLINT" => "smallint",
        "USMALLINT" or "INTEGER" => "integer",
        "UINTEGER" or "BIGINT" => "bigint",
        "UBIGINT" or "HUGEINT" or "UHUGEINT" => "numeric",
        "FLOAT" => "real",
        "DOUBLE" => "double precision",
        "DATE" => "date",
        "TIMESTAMP WITH TIME ZONE" or "TIMESTAMPTZ" => "timestamptz",
        "UUID" => "uuid",
        _ when type.StartsWith("TIMESTAMP", StringComparison.Ordinal) && !type.EndsWith(']') => "timestamp",
        _ when type.StartsWith("DECIMAL", StringComparison.Ordinal) && !type.EndsWith(']') => type.Replace("DECIMAL", "numeric", StringComparison.Ordinal),
        _ => "text",
    };

    protected override void Insert(AnalyticsJob job, string table, IReadOnlyList<RowColumn> columns, string select)
    {
        var path = Path.Combine(job.Folder, "outgoing.csv");
        job.Execute($"COPY ({select}) TO {AnalyticsJob.Text(path)} (FORMAT csv, HEADER false)");
        using (var import = ((NpgsqlConnection)Connection).BeginTextImport($"COPY {table} ({Listed(columns)}) FROM STDIN (FORMAT csv)"))
        using (var file = File.OpenText(path))
        {
            var buffer = new char[1 << 16];
            while (file.Read(buffer) is var read and > 0)
            {
                Cancellation.ThrowIfCancellationRequested();
                import.Write(buffer, 0, read);
            }
        }

        File.Delete(path);
    }
}
