using Cairn.Client.Wire;

namespace Cairn.Unit.Tests.Serving;

public sealed class SqliteOutcomesTests : OutcomesConformance
{
    private protected override Task<OutcomeLog> Open(OutcomeSettings settings) => Task.FromResult(new OutcomeLog(settings: settings));

    protected override Task Cleanup() => Task.CompletedTask;
}
