namespace Cairn.Api.Tests.Tracking;

/// <summary>Tests over HTTP that have a server of tracking each, on either database.</summary>
public abstract class TrackingOn : IAsyncLifetime
{
    private protected TrackingHost _host = null!;

    protected abstract bool Postgres { get; }

    public async ValueTask InitializeAsync() => _host = await TrackingHost.Start(Postgres);

    public async ValueTask DisposeAsync()
    {
        if (_host is not null) await _host.DisposeAsync(); // skipped: there is none
        GC.SuppressFinalize(this);
    }
}
