using Cairn.Storage;
using Cairn.Storage.Postgres;
using Cairn.Unit.Tests.Storage;
using Microsoft.Extensions.Logging.Abstractions;

namespace Cairn.Unit.Tests.Serving;

public sealed class PostgresPredictionLogTests : PredictionLogConformance
{
    private TestPostgres? _postgres;

    protected override async Task<(Database Log, Database Metadata)> Open(string home)
    {
        _postgres = await TestPostgres.Create();
        var database = PostgresDatabase.Open(_postgres.ConnectionString, TimeProvider.System, NullLogger.Instance);
        return (database, database);
    }

    protected override async Task Cleanup()
    {
        if (_postgres is not null) await _postgres.DisposeAsync();
    }
}
