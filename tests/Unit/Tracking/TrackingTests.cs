using Cairn.Access;

namespace Cairn.Unit.Tests.Tracking;

/// <summary>Each test in a home of its own, on the database that a subclass names.</summary>
public abstract class TrackingTests : IAsyncLifetime
{
    private TrackingHome? _home;

    protected abstract bool Postgres { get; }

    protected TrackingHome Home => _home!;

    protected static Caller Admin => TrackingHome.Admin;

    protected static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _home = await TrackingHome.Open(Postgres);

    public async ValueTask DisposeAsync()
    {
        if (_home is not null) await _home.DisposeAsync();
        GC.SuppressFinalize(this);
    }
}
