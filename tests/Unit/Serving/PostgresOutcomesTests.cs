using Cairn.Client.Wire;
using Cairn.Unit.Tests.Storage;

namespace Cairn.Unit.Tests.Serving;

public sealed class PostgresOutcomesTests : OutcomesConformance
{
    private readonly List<TestPostgres> _servers = [];

    private protected override async Task<OutcomeLog> Open(OutcomeSettings settings)
    {
        _servers.Add(await TestPostgres.Create());
        return new OutcomeLog(_servers[^1].ConnectionString, settings);
    }

    protected override async Task Cleanup()
    {
        foreach (var server in _servers) await server.DisposeAsync();
    }
}
