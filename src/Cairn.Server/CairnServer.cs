using System.Net.Sockets;
using Cairn.Kernel;
using Cairn.Server.Homes;
using Cairn.Server.Hosting;
using Cairn.Server.Operations;
using Cairn.Tracking;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;

namespace Cairn.Server;

/// <summary>The one owner of a home: holds <c>home/lock</c>, listens on <c>home/cairn.sock</c> and, when asked, on a port.</summary>
public sealed class CairnServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly HomeLock _lock;
    private readonly TaskCompletionSource _stopping = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _disposed;

    private CairnServer(WebApplication app, HomeLock homeLock, Uri? url)
    {
        (_app, _lock, Url) = (app, homeLock, url);
        _app.Lifetime.ApplicationStopping.Register(() => _stopping.TrySetResult());
    }

    /// <summary>Refused when another process owns the home (<c>home.owned</c>, names its pid), the home is not writable, or the port is taken.</summary>
    public static async Task<Answer<CairnServer>> Start(ServerOptions options, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(options);
        var address = ListenAddress.Resolve(options);
        if (address.Refusal is { } unusable) return unusable;
        var limits = LimitText.Read(options);
        if (limits.Refusal is { } unreadable) return unreadable;
        if (KeepDeletedText.Read(options.KeepDeleted).Refusal is { } noDays) return noDays;
        if (BrokerAddress.Read(options.RabbitMq).Refusal is { } noBroker) return noBroker;
        if (StoreAddress.Read(options.Outside).Refusal is { } noStore) return noStore;
        if (BlobAddress.Read(options).Refusal is { } noBlobs) return noBlobs;
        if (TrackingOptions.Read(options.ArtifactRoot).Refusal is { } noRoot) return noRoot;
        var home = HomeLock.Take(options.Home);
        if (home.Refusal is { } owned) return owned;

        WebApplication? app = null;
        Socket? port = null;
        Uri? url = null;
        try
        {
            var bound = ListenAddress.Bind(options, address.Value);
            if (bound.Refusal is { } busy)
            {
                home.Value.Dispose();
                return busy;
            }

            port = bound.Value?.Socket;
            HomeFolder.RemoveUnfinishedBackups(home.Value.Home);
            url = bound.Value?.Url;
            app = Composition.Build(options with { Home = home.Value.Home }, new Listeners(home.Value.SocketPath, port, address.Value), limits.Value, url);
            if (await Migration.Run(app.Services, cancellation) is { } refusal)
            {
                await Close(app, port, home.Value);
                return refusal;
            }

            Composition.Map(app);
            await app.StartAsync(cancellation);
            home.Value.Announce(url);
            return new CairnServer(app, home.Value, url);
        }
        catch (Exception e) when (url is not null && ListenAddress.WasTaken(e))
        {
            await Close(app, port, home.Value);
            return ListenAddress.Busy(url.Port, address.Value);
        }
        catch
        {
            await Close(app, port, home.Value);
            throw;
        }
    }

    /// <value>http://127.0.0.1:8080; null when it listens on the socket only.</value>
    public Uri? Url { get; }

    public string Socket => _lock.SocketPath;

    internal IServiceProvider Services => _app.Services;

    /// <summary>Completes when the server was asked to stop.</summary>
    public Task WaitForShutdown(CancellationToken cancellation) => _stopping.Task.WaitAsync(cancellation);

    /// <summary>Graceful: requests finish, running flow runs are marked interrupted, files are closed, the lock is let go.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_disposed) return;
        _disposed = true;
        try
        {
            await _app.StopAsync();
        }
        catch (OperationCanceledException)
        {
            // The time of grace is over. What still runs ends with the process, and is found as interrupted at the next start.
        }
        finally
        {
            await Close(_app, null, _lock);
        }
    }

    /// <summary>The host's own endpoints: what it is, whether it is well, how to copy and to stop it.</summary>
    internal static void MapEndpoints(IEndpointRouteBuilder routes)
    {
        Health.Map(routes);
        GetMetrics.Map(routes);
        GetAbout.Map(routes);
        GetDoctor.Map(routes);
        GetStorage.Map(routes);
        ListEvents.Map(routes);
        DownloadBackup.Map(routes);
        StopServer.Map(routes);
    }

    private static async Task Close(WebApplication? app, Socket? port, HomeLock home)
    {
        try
        {
            if (app is not null) await app.DisposeAsync();
            port?.Dispose();
        }
        finally
        {
            home.Dispose(); // last: whoever takes the home over finds every file closed
        }
    }
}
