using System.Data.Common;
using System.Globalization;
using Cairn.Client.Wire;
using Cairn.Storage;
using Cairn.Unit.Tests.Storage;

namespace Cairn.Api.Tests.Batches;

/// <summary>A database of somebody else, with guests in it: a file of SQLite or a schema of PostgreSQL.</summary>
internal sealed class GuestDatabase : IAsyncDisposable
{
    public const string Name = "crm";

    private readonly TestPostgres? _postgres;
    private readonly string? _file;

    private GuestDatabase(TestPostgres? postgres, string? file) => (_postgres, _file) = (postgres, file);

    public string Address => _postgres?.ConnectionString ?? $"sqlite:{_file}";

    public static async Task<GuestDatabase> Start(bool postgres) => new(postgres ? await TestPostgres.Create() : null, postgres ? null : Path.Combine(Path.GetTempPath(), $"guests-{Guid.NewGuid():N}.db"));

    /// <summary>A server that knows it as <see cref="Name"/>.</summary>
    public Task<BatchHome> Home() => BatchHome.Start(new() { Connections = new Dictionary<string, string>(StringComparer.Ordinal) { [Name] = Address } });

    public static BatchRequest Request(BatchHome home, string output, string? query = null, string? orderBy = "n") =>
        new(home.Folder, new(null, Name, query, query is null ? "guests" : null, orderBy), new(output));

    /// <summary>The guests of <see cref="BatchHome.Csv"/>.</summary>
    public void Guests(int rows)
    {
        Execute($"CREATE TABLE guests (n INTEGER, guest TEXT, age {(_postgres is null ? "INTEGER" : "smallint")}, cups {(_postgres is null ? "REAL" : "numeric(4,1)")}, roast VARCHAR(10), member BOOLEAN, seen {(_postgres is null ? "TEXT" : "timestamptz")})");
        Execute(_postgres is null
            ? $"WITH RECURSIVE s(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM s WHERE i + 1 < {rows}) INSERT INTO guests SELECT i, 'guest ' || i, 20 + i % 60, CASE WHEN i % 3 > 0 THEN i % 9 END, CASE WHEN i % 2 = 0 THEN 'dark' ELSE 'light' END, i % 5 = 0, '2026-01-01T10:00:00Z' FROM s"
            : $"INSERT INTO guests SELECT i, 'guest ' || i, 20 + i % 60, CASE WHEN i % 3 > 0 THEN i % 9 END, CASE WHEN i % 2 = 0 THEN 'dark' ELSE 'light' END, i % 5 = 0, '2026-01-01T10:00:00Z' FROM generate_series(0, {rows - 1}) AS i");
    }

    public void Execute(string sql)
    {
        using var connection = OutsideDatabase.Read(Address)!.Open(write: true);
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    /// <summary>Rows, their cells with a bar between.</summary>
    public List<string> Rows(string sql)
    {
        using var connection = OutsideDatabase.Read(Address)!.Open(write: false);
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        using DbDataReader reader = command.ExecuteReader();
        var rows = new List<string>();
        while (reader.Read()) rows.Add(string.Join('|', Enumerable.Range(0, reader.FieldCount).Select(i => Convert.ToString(reader.GetValue(i), CultureInfo.InvariantCulture))));
        return rows;
    }

    public async ValueTask DisposeAsync()
    {
        if (_postgres is not null) await _postgres.DisposeAsync();
        if (_file is not null) File.Delete(_file);
    }
}
