using Cairn.Storage;
using Cairn.Storage.Postgres;
using Microsoft.Extensions.Logging.Abstractions;

namespace Cairn.Unit.Tests.Storage;

public sealed class PostgresConformanceTests : DatabaseConformance
{
    private TestPostgres? _postgres;

    protected override async Task<Database> Open()
    {
        _postgres = await TestPostgres.Create();
        return PostgresDatabase.Open(_postgres.ConnectionString, TimeProvider.System, NullLogger.Instance);
    }

    protected override async Task Cleanup()
    {
        if (_postgres is not null) await _postgres.DisposeAsync();
    }
}
