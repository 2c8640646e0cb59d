using Cairn.Storage;
using Cairn.Storage.Postgres;
using Cairn.Storage.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;

namespace Cairn.Unit.Tests.Storage;

/// <summary>Tests that have a database each, with a table <c>notes</c>. What every database promises runs on both, by subclasses.</summary>
public abstract class OnDatabase : IAsyncLifetime
{
    private Database? _database;
    private TestPostgres? _postgres;
    private string? _home;

    protected abstract bool Postgres { get; }

    protected Database Database => _database!;

    protected static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _database = Postgres
            ? PostgresDatabase.Open((_postgres = await TestPostgres.Create()).ConnectionString, TimeProvider.System, NullLogger.Instance)
            : SqliteDatabase.Open(_home = Directory.CreateTempSubdirectory("cairn-test-").FullName, TimeProvider.System, NullLogger.Instance);
        await Database.Write(t => t.Execute(
            "CREATE TABLE notes (id BIGINT PRIMARY KEY, text TEXT, weight DOUBLE PRECISION, done BIGINT, digest TEXT, count BIGINT NOT NULL DEFAULT 0)"));
    }

    public async ValueTask DisposeAsync()
    {
        if (_database is not null) await _database.DisposeAsync();
        if (_postgres is not null) await _postgres.DisposeAsync();
        if (_home is not null) Directory.Delete(_home, recursive: true);
        GC.SuppressFinalize(this);
    }

    protected Task<long> Count() => Database.Read(t => t.Scalar<long>("SELECT count(*) FROM notes"));
}
