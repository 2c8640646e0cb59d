using Cairn.Storage;
using Cairn.Storage.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;

namespace Cairn.Unit.Tests.Flows;

public sealed class SqliteFlowRunsTests : FlowRunsConformance
{
    private readonly string _home = Directory.CreateTempSubdirectory("cairn-test-").FullName;

    protected override Task<Database> Open() => Task.FromResult<Database>(SqliteDatabase.Open(_home, TimeProvider.System, NullLogger.Instance));

    protected override Task Cleanup()
    {
        Directory.Delete(_home, recursive: true);
        return Task.CompletedTask;
    }
}
