using Cairn.Storage;
using Cairn.Storage.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;

namespace Cairn.Unit.Tests.Serving;

public sealed class SqlitePredictionLogTests : PredictionLogConformance
{
    private Database? _metadata;

    protected override Task<(Database Log, Database Metadata)> Open(string home)
    {
        _metadata = SqliteDatabase.Open(home, TimeProvider.System, NullLogger.Instance);
        return Task.FromResult<(Database, Database)>((SqliteDatabase.OpenLog(home, TimeProvider.System, NullLogger.Instance), _metadata));
    }

    protected override async Task Cleanup()
    {
        if (_metadata is not null) await _metadata.DisposeAsync();
    }
}
