using Cairn.Storage;
using Cairn.Storage.Postgres;
using Cairn.Unit.Tests.Storage;
using Microsoft.Extensions.Logging.Abstractions;

namespace Cairn.Unit.Tests.Flows;

public sealed class PostgresFlowRunsTests : FlowRunsConformance
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
