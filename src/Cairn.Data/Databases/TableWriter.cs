using System.Data.Common;
using Cairn.Data.Engine;
using Cairn.Kernel;
using Cairn.Storage;

namespace Cairn.Data.Databases;

/// <summary>One connection that writes one table. What the two databases do alike; statements are plain SQL of both.</summary>
internal abstract class TableWriter(DbConnection connection, OutsideDatabase database, TableOrder order, CancellationToken cancellation) : IDisposable
{
    private const string BatchId = "batch_id";
    private const int Beginning = -1;

    private readonly string _table = QueryText.Table(order.Table);
    private readonly string _rejects = $"{order.Table}_rejects";
    private readonly string _ledger = order.Table.IndexOf('.', StringComparison.Ordinal) is var at and > 0 ? $"{Sql.Name(order.Table[..at])}.cairn_batches" : "cairn_batches";

    protected DbConnection Connection => connection;

    protected CancellationToken Cancellation => cancellation;

    /// <summary>The type of a column here for one of DuckDB.</summary>
    protected abstract string TypeOf(string type);

    protected abstract DbTransaction BeginTransaction();

    /// <param name="table">Quoted.</param>
    /// <param name="columns">In the order in which <paramref name="select"/> gives them.</param>
    /// <param name="select">A query of DuckDB.</param>
    protected abstract void Insert(AnalyticsJob job, string table, IReadOnlyList<RowColumn> columns, string select);

    /// <summary>Null: the table can be written.</summary>
    public Refusal? Check()
    {
        using var transaction = BeginTransaction();
        return Prepare(transaction); // undone
    }

    /// <summary>Makes what is not there; the first time it also clears the table, if that was asked.</summary>
    public Refusal? Begin()
    {
        using var transaction = BeginTransaction();
        if (Prepare(transaction) is { } refusal) return refusal;
        if (Enter(transaction, Beginning, 0) && order.Replace)
        {
            Execute(transaction, $"DELETE FROM {_table}");
            if (Exists(transaction, _rejects)) Execute(transaction, $"DELETE FROM {QueryText.Table(_rejects)}");
        }

        transaction.Commit();
        return null;
    }

    /// <returns>False: it was there.</returns>
    public bool Write(AnalyticsJob job, int part, long rows, string file, string? rejects)
    {
        using var transaction = BeginTransaction();
        if (!Enter(transaction, part, rows)) return false;
        var batch = $"{Sql.Text(order.Id)} AS {BatchId}";
        Insert(job, _table, With(order.Columns), $"SELECT {batch}, {string.Join(", ", order.Columns.Select(column => Sql.Name(column.Name)))} FROM read_parquet({file})");
        if (rejects is not null)
        {
            Create(transaction, _rejects, With(order.Rejected));
            var columns = string.Join(", ", order.Rejected.Select((column, i) => $"'c{i}': '{column.Type}'"));
            Insert(job, QueryText.Table(_rejects), With(order.Rejected), $"SELECT {batch}, * FROM read_csv({rejects}, auto_detect = false, header = false, delim = ',', quote = '\"', escape = '\"', nullstr = '', columns = {{{columns}}})");
        }

        transaction.Commit();
        return true;
    }

    public void Dispose() => connection.Dispose();

    protected void Execute(DbTransaction transaction, string sql)
    {
        using var command = Command(transaction, sql);
        command.ExecuteNonQuery();
    }

    private static IReadOnlyList<RowColumn> With(IReadOnlyList<RowColumn> columns) => [new(BatchId, "VARCHAR"), .. columns];

    private Refusal.Conflict? Prepare(DbTransaction transaction)
    {
        Execute(transaction, $"CREATE TABLE IF NOT EXISTS {_ledger} (batch_id TEXT NOT NULL, part INTEGER NOT NULL, target TEXT NOT NULL, rows BIGINT NOT NULL, written_at {TypeOf("TIMESTAMPTZ")} NOT NULL, PRIMARY KEY (batch_id, part))");
        var columns = With(order.Columns);
        Create(transaction, order.Table, columns);
        var there = Names(transaction, _table);
        var missing = columns.Where(column => !there.Contains(column.Name, StringComparer.Ordinal)).ToList();
        if (missing.Count > 0)
        {
            return new("database.table-mismatch", $"The table {order.Table} of {database} has no column {string.Join(", ", missing.Take(5).Select(column => $"{column.Name} ({TypeOf(column.Type)})"))}. It has: {string.Join(", ", there)}. Add what is missing, or name a table that is not there: it is made.");
        }

        // Nothing is inserted; whether it could be is found out.
        Execute(transaction, $"INSERT INTO {_table} ({Listed(columns)}) SELECT {string.Join(", ", columns.Select(column => $"CAST(NULL AS {TypeOf(column.Type)})"))} WHERE 1 = 0");
        if (order.Replace) Execute(transaction, $"DELETE FROM {_table} WHERE 1 = 0");
        return null;
    }

    protected static string Listed(IReadOnlyList<RowColumn> columns) => string.Join(", ", columns.Select(column => Sql.Name(column.Name)));

    private void Create(DbTransaction transaction, string table, IReadOnlyList<RowColumn> columns)
    {
        if (!Exists(transaction, table)) // who may not create may still write what is there
            Execute(transaction, $"CREATE TABLE {QueryText.Table(table)} ({string.Join(", ", columns.Select(column => $"{Sql.Name(column.Name)} {TypeOf(column.Type)}"))})");
    }

    /// <param name="table">As the user says it.</param>
    protected abstract bool Exists(DbTransaction transaction, string table);

    private List<string> Names(DbTransaction transaction, string table)
    {
        using var command = Command(transaction, $"SELECT * FROM {table} LIMIT 0");
        using var reader = command.ExecuteReader();
        return [.. Enumerable.Range(0, reader.FieldCount).Select(reader.GetName)];
    }

    /// <returns>False: it stands in the ledger already, so the part is in the table.</returns>
    private bool Enter(DbTransaction transaction, int part, long rows)
    {
        using var command = Command(transaction, $"INSERT INTO {_ledger} (batch_id, part, target, rows, written_at) VALUES (@id, @part, @target, @rows, CURRENT_TIMESTAMP) ON CONFLICT (batch_id, part) DO NOTHING");
        foreach (var (name, value) in (ReadOnlySpan<(string, object)>)[("@id", order.Id), ("@part", part), ("@target", order.Table), ("@rows", rows)])
        {
            var parameter = command.CreateParameter();
            (parameter.ParameterName, parameter.Value) = (name, value);
            command.Parameters.Add(parameter);
        }

        return command.ExecuteNonQuery() == 1;
    }

    protected DbCommand Command(DbTransaction transaction, string sql)
    {
        var command = connection.CreateCommand();
        (command.CommandText, command.Transaction) = (sql, transaction);
        return command;
    }
}
