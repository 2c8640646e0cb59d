using Cairn.Unit.Tests.Storage;

namespace Cairn.Unit.Tests.Serving;

/// <summary>A log of predictions and outcomes on one of the databases, of which predictions wait three days for their outcome.</summary>
public abstract class OutcomesOn(bool onPostgres) : IAsyncLifetime
{
    private TestPostgres? _server;

    protected static DateTimeOffset Noon { get; } = new(2026, 11, 20, 12, 0, 0, TimeSpan.Zero);

    protected static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    private protected OutcomeLog History { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        if (onPostgres) _server = await TestPostgres.Create();
        History = new OutcomeLog(_server?.ConnectionString, new() { WithinDays = 3, NegativeAfterDays = 3 });
    }

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        if (History is not null) await History.DisposeAsync();
        if (_server is not null) await _server.DisposeAsync();
    }
}

public sealed class SqliteOutcomesTests() : OutcomesConformance(onPostgres: false);

public sealed class PostgresOutcomesTests() : OutcomesConformance(onPostgres: true);

public sealed class SqliteWaitingOutcomesTests() : WaitingOutcomesConformance(onPostgres: false);

public sealed class PostgresWaitingOutcomesTests() : WaitingOutcomesConformance(onPostgres: true);

public sealed class SqliteOutcomeSummaryTests() : OutcomeSummaryConformance(onPostgres: false);

public sealed class PostgresOutcomeSummaryTests() : OutcomeSummaryConformance(onPostgres: true);
