using System.Data.Common;
using Cairn.Kernel;
using Cairn.Storage;

namespace Cairn.Tracking.Mlflow.Import;

/// <summary>
/// The SQLite database of an MLflow server, read only. Tables and columns are those of MLflow's <c>mlflow/store/tracking/dbmodels/models.py</c> and
/// <c>mlflow/store/model_registry/dbmodels/models.py</c> as its migrations made them; what an older store has not yet reads as NULL.
/// </summary>
internal sealed class SourceStore : IDisposable
{
    private static readonly string[] _needed = ["experiments", "runs", "params", "metrics", "tags"];

    private readonly DbConnection _connection;
    private readonly Dictionary<string, HashSet<string>> _tables = new(StringComparer.OrdinalIgnoreCase);

    private SourceStore(DbConnection connection) => _connection = connection;

    /// <value>Of the migration that it was brought to last.</value>
    public string Schema { get; private set; } = "";

    public IEnumerable<string> Tables => _tables.Keys;

    public static Answer<SourceStore> Open(string file)
    {
        try
        {
            var store = new SourceStore(OutsideDatabase.OfFile(file).Open(write: false));
            try
            {
                if (store.Describe(file) is not { } bad) return store;
                store.Dispose();
                return bad;
            }
            catch
            {
                store.Dispose();
                throw;
            }
        }
        catch (DbException e)
        {
            return Invalid(file, $"SQLite says: {e.Message}.");
        }
    }

    public bool Has(string table, string column) => _tables.TryGetValue(table, out var columns) && columns.Contains(column);

    /// <summary>The column of a table that is called <c>x</c> in the statement; NULL, or what else is said, in a store that has none.</summary>
    public string Column(string table, string column, string otherwise = "NULL") => Has(table, column) ? $"x.{column}" : otherwise;

    public long Count(string table, string where = "1 = 1") => _tables.ContainsKey(table) ? Number($"SELECT COUNT(*) FROM {table} x WHERE {where}") : 0;

    /// <summary>How far a walk over the table goes.</summary>
    public long Last(string table) => _tables.ContainsKey(table) ? Number($"SELECT COALESCE(MAX(rowid), 0) FROM {table}") : 0;

    /// <summary>The next rows of a table, as they were written, from behind a row on: as quick at the end of a table as at its beginning, whatever its size.</summary>
    /// <param name="columns">Of the table, which is called <c>x</c>. They begin at 1 in the reader.</param>
    /// <param name="joins">Other tables, each with at most one row for a row.</param>
    public IReadOnlyList<(long At, T Row)> Next<T>(string table, string columns, string joins, long after, int rows, Func<DbDataReader, T> read)
    {
        if (!_tables.ContainsKey(table)) return [];
        using var command = Command($"SELECT x.rowid, {columns} FROM {table} x {joins} WHERE x.rowid > @after ORDER BY x.rowid LIMIT @rows");
        Add(command, "after", after);
        Add(command, "rows", rows);
        using var reader = command.ExecuteReader();
        var found = new List<(long, T)>();
        while (reader.Read()) found.Add((reader.GetInt64(0), read(reader)));
        return found;
    }

    public IReadOnlyList<T> All<T>(string sql, Func<DbDataReader, T> read)
    {
        using var command = Command(sql);
        using var reader = command.ExecuteReader();
        var found = new List<T>();
        while (reader.Read()) found.Add(read(reader));
        return found;
    }

    public void Dispose() => _connection.Dispose();

    private Refusal.Invalid? Describe(string file)
    {
        foreach (var table in All("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite!_%' ESCAPE '!'", reader => reader.GetString(0)))
            _tables[table] = [.. All($"SELECT name FROM pragma_table_info('{table.Replace("'", "''", StringComparison.Ordinal)}')", reader => reader.GetString(0))];
        var missing = _needed.Where(table => !_tables.ContainsKey(table)).ToList();
        if (missing.Count > 0) return Invalid(file, $"It has no table {string.Join(", ", missing)}.");

        if (Has("experiments", "workspace") && All("SELECT DISTINCT workspace FROM experiments", reader => reader.Text(0)) is { Count: > 1 } several)
            return Invalid(file, $"It holds the workspaces {string.Join(", ", several)}, in which names and ids may be twice; a store of one workspace is taken.");
        Schema = _tables.ContainsKey("alembic_version") ? string.Join(", ", All("SELECT version_num FROM alembic_version", reader => reader.Text(0))) : "";
        return null;
    }

    private long Number(string sql)
    {
        using var command = Command(sql);
        return Convert.ToInt64(command.ExecuteScalar(), System.Globalization.CultureInfo.InvariantCulture);
    }

    private DbCommand Command(string sql)
    {
        var command = _connection.CreateCommand();
        command.CommandText = sql;
        return command;
    }

    private static void Add(DbCommand command, string name, object value)
    {
        var parameter = command.CreateParameter();
        (parameter.ParameterName, parameter.Value) = (name, value);
        command.Parameters.Add(parameter);
    }

    private static Refusal.Invalid Invalid(string file, string found) => new(
        "import.store-invalid", $"{file} is no MLflow store on SQLite. {found} Give the file that MLflow's --backend-store-uri sqlite:///… names, usually mlflow.db.");
}

/// <summary>Values of a store, where any column may hold NULL.</summary>
internal static class SourceValues
{
    private const long MostMilliseconds = long.MaxValue / 1000;

    public static string Text(this DbDataReader reader, int column) => reader.IsDBNull(column) ? "" : reader.GetString(column);

    public static string? TextOrNull(this DbDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetString(column);

    public static long? Whole(this DbDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetInt64(column);

    /// <summary>A time in microseconds; one out of all range is the nearest that can be kept.</summary>
    public static long? Time(this DbDataReader reader, int column) => reader.Whole(column) is { } milliseconds ? Math.Clamp(milliseconds, 0, MostMilliseconds) * 1000 : null;
}
