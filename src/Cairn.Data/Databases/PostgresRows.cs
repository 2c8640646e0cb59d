using System.Data;
using System.Data.Common;
using Npgsql;
using NpgsqlTypes;

namespace Cairn.Data.Databases;

/// <summary>Rows of PostgreSQL, in one read-only transaction with one snapshot. The server sends them as they are read: nothing is held.</summary>
internal sealed class PostgresRows : IRowStream
{
    private readonly NpgsqlConnection _connection;
    private readonly NpgsqlTransaction _transaction;
    private readonly NpgsqlBatch _batch;
    private readonly NpgsqlDataReader _reader;
    private readonly CancellationTokenRegistration _cancelled;
    private readonly AnalyticsType[] _types;
    private readonly CancellationToken _cancellation;

    public PostgresRows(DbConnection connection, RowQuery query, CancellationToken cancellation)
    {
        (_connection, _cancellation) = ((NpgsqlConnection)connection, cancellation);
        _transaction = _connection.BeginTransaction(IsolationLevel.RepeatableRead);
        using (var settings = new NpgsqlCommand("SET TRANSACTION READ ONLY; SET LOCAL datestyle = 'ISO, YMD'; SET LOCAL timezone = 'UTC'", _connection)) settings.ExecuteNonQuery();
        var columns = Describe(QueryText.From(query));
        Columns = [.. columns.Select(column => column.Column)];
        _types = [.. Columns.Select(column => column.Type)];
        _batch = Batch($"SELECT {string.Join(", ", columns.Select(column => column.Read))} FROM {QueryText.From(query)}{QueryText.Order(query)}");
        _cancelled = cancellation.Register(_batch.Cancel);
        try
        {
            _reader = _batch.ExecuteReader(CommandBehavior.SingleResult);
        }
        catch
        {
            _cancelled.Dispose(); // the connection will be closed
            _batch.Dispose();
            throw;
        }
    }

    public IReadOnlyList<SpoolColumn> Columns { get; }

    public int? Fill(AnalyticsCells cells)
    {
        _cancellation.ThrowIfCancellationRequested();
        var row = 0;
        while (row < AnalyticsCells.Capacity && _reader.Read())
        {
            for (var column = 0; column < _types.Length; column++)
            {
                if (_reader.IsDBNull(column))
                {
                    cells.Null(column, row);
                    continue;
                }

                switch (_types[column])
                {
                    case AnalyticsType.Boolean: cells.Booleans(column)[row] = _reader.GetBoolean(column) ? (byte)1 : (byte)0; break;
                    case AnalyticsType.Integer: cells.Integers(column)[row] = _reader.GetInt32(column); break;
                    case AnalyticsType.BigInt: cells.BigInts(column)[row] = _reader.GetInt64(column); break;
                    case AnalyticsType.Float: cells.Floats(column)[row] = _reader.GetFloat(column); break;
                    case AnalyticsType.Double: cells.Doubles(column)[row] = _reader.GetDouble(column); break;
                    default: cells.Text(column, row, _reader.GetString(column)); break;
                }
            }

            row++;
        }

        return row;
    }

    public void Dispose()
    {
        _cancelled.Dispose();
        _batch.Cancel(); // what was not read is not sent
        try
        {
            _reader.Dispose();
            _transaction.Dispose();
        }
        catch (DbException)
        {
            // the connection is broken, and closed by whoever opened it
        }

        _batch.Dispose();
    }

    /// <summary>A batch, not a command: one text is one statement, whatever stands in it.</summary>
    private NpgsqlBatch Batch(string sql) => new(_connection, _transaction) { BatchCommands = { new NpgsqlBatchCommand(sql) }, Timeout = 0 };

    private List<(SpoolColumn Column, string Read)> Describe(string from)
    {
        using var batch = Batch($"SELECT * FROM {from} LIMIT 0");
        using var reader = batch.ExecuteReader();
        return [.. reader.GetColumnSchema().Select(column => Typed(column.ColumnName, column.NpgsqlDbType, column.NumericPrecision, column.NumericScale))];
    }

    private static (SpoolColumn Column, string Read) Typed(string name, NpgsqlDbType? type, int? precision, int? scale)
    {
        var quoted = $"q.{Engine.Sql.Name(name)}";
        return type switch
        {
            NpgsqlDbType.Boolean => (new(name, AnalyticsType.Boolean), quoted),
            NpgsqlDbType.Smallint or NpgsqlDbType.Integer => (new(name, AnalyticsType.Integer), $"{quoted}::int4"),
            NpgsqlDbType.Bigint or NpgsqlDbType.Oid => (new(name, AnalyticsType.BigInt), $"{quoted}::int8"),
            NpgsqlDbType.Real => (new(name, AnalyticsType.Float), quoted),
            NpgsqlDbType.Double => (new(name, AnalyticsType.Double), quoted),
            NpgsqlDbType.Numeric when precision is > 0 and <= 38 && scale is >= 0 && scale <= precision => (new(name, AnalyticsType.Text, $"DECIMAL({precision}, {scale})"), $"{quoted}::text"),
            NpgsqlDbType.Numeric => (new(name, AnalyticsType.Double), $"{quoted}::float8"),
            NpgsqlDbType.Date => (new(name, AnalyticsType.Text, "DATE"), $"{quoted}::text"),
            NpgsqlDbType.Timestamp => (new(name, AnalyticsType.Text, "TIMESTAMP"), $"{quoted}::text"),
            NpgsqlDbType.TimestampTz => (new(name, AnalyticsType.Text, "TIMESTAMPTZ"), $"{quoted}::text"),
            _ => (new(name, AnalyticsType.Text), $"{quoted}::text"),
        };
    }
}
