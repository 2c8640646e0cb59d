using System.Net;
using Cairn.Access;
using Cairn.Client;
using Cairn.Data;
using Cairn.Flows;
using Cairn.Kernel;
using Cairn.Learning;
using Cairn.Projects;
using Cairn.Server.Operations;
using Cairn.Server.Telemetry;
using Cairn.Serving;
using Cairn.Storage;
using Cairn.Tracking;
using Cairn.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Cairn.Server.Hosting;

/// <summary>The composition root: which modules there are, and the order a request passes through.</summary>
internal static class Composition
{
    private const long LargestBody = 16 << 20;
    private const int LongestLine = 16 << 10, LargestHeaders = 32 << 10, MostHeaders = 100, LeastBytesPerSecond = 240;

    public static WebApplication Build(ServerOptions options, Listeners listeners, LimitOptions limits, Uri? url)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions
        {
            ApplicationName = typeof(Composition).Assembly.GetName().Name,
            ContentRootPath = AppContext.BaseDirectory,
            EnvironmentName = Environments.Production,
        });
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => Configure(kestrel, options, listeners));
        builder.Services.Configure<SocketTransportOptions>(sockets => sockets.CreateBoundListenSocket = listeners.Bind);
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(30));
        builder.Services.Configure<ConsoleLifetimeOptions>(console => console.SuppressStatusMessages = true);

        builder.Logging.AddJsonLines(options.LogFile)
            .SetMinimumLevel(LogLevel.Information)
            .AddFilter("Microsoft", LogLevel.Warning)
            .AddFilter("Quartz", LogLevel.Warning)
            // Says on every start that the keys of form tokens are not encrypted; the home is readable by its owner only.
            .AddFilter("Microsoft.AspNetCore.DataProtection", LogLevel.Error);

        AddModules(builder.Services, options, listeners, limits);
        builder.Services.AddSingleton(new RunningServer(options, url, TimeProvider.System));
        builder.Services.AddSingleton<KeptChecks>();
        builder.Services.AddSingleton<MetricCollector>().AddHostedService(services => services.GetRequiredService<MetricCollector>());
        builder.Services.AddHostedService<IdleMemory>();
        builder.Services.AddHostedService<FirstPage>();
        builder.Services.AddDescription();

        return builder.Build();
    }

    /// <summary>What a request passes through. Called when the database is open: modules may ask for it while they map.</summary>
    public static void Map(WebApplication app)
    {
        app.UseMiddleware<RequestLog>();
        app.UseMiddleware<SecurityHeaders>();
        app.UseMiddleware<DoubledSlash>();
        app.UseProblems();
        app.UseRouting();
        app.UseAccess();
        app.UseDescription();
        app.MapAccess().MapData().MapTracking().MapLearning().MapFlows().MapServing().MapProjects();
        CairnServer.MapEndpoints(app);
        app.MapWeb(page => page.Anonymous(), form => form.StoresNothing());
    }

    private static void AddModules(IServiceCollection services, ServerOptions options, Listeners listeners, LimitOptions limits)
    {
        services.AddSingleton(TimeProvider.System);
        services.AddRouting();
        services.ConfigureHttpJsonOptions(json => CairnJson.Configure(json.SerializerOptions));
        services.AddDataProtection().SetApplicationName("cairn").PersistKeysToFileSystem(new DirectoryInfo(Path.Combine(options.Home, "keys", "forms")));
        // It reads the keys on every start, and every command that finds no server is a start; the first page with a form reads them too.
        foreach (var eager in services.Where(service => service.ImplementationType?.Name == "DataProtectionHostedService").ToList()) services.Remove(eager);

        services.AddStorage(Storage(options), StoreAddress.Read(options.Outside).Value);
        services.AddAccess(new AccessOptions { Hosts = IPAddress.IsLoopback(listeners.Address) ? [listeners.Address.ToString(), $"[{listeners.Address}]"] : null }, limits);
        services.AddData(new() { Connections = options.Outside.Connections, Hosts = IPAddress.IsLoopback(listeners.Address) ? null : options.Outside.AllowedHosts }).AddTracking(TrackingOptions.Read(options.ArtifactRoot).Value, KeepDeletedText.Read(options.KeepDeleted).Value).AddFlows()
            .AddServing(Serving(options))
            .AddProjects(new ProjectsOptions { DataRoots = options.DataRoots });
        services.AddSingleton(_ => CairnConnection.OpenSocket(Homes.HomeLock.SocketOf(options.Home)));
        services.AddWeb(provider => provider.GetRequiredService<CairnConnection>().Client).AddSingleton(new ProblemPage(WebModule.ShowProblem));
    }

    private static StorageOptions Storage(ServerOptions options)
    {
        var asked = BlobAddress.Read(options).Value;
        var storage = new StorageOptions { Home = options.Home, PostgreSql = options.PostgreSql, Blobs = asked.Place ?? BlobPlace.Of(options.Home) };
        return asked.Cache is { } cache ? storage with { BlobCache = cache } : storage;
    }

    private static ServingOptions Serving(ServerOptions options)
    {
        var serving = new ServingOptions { MostInFlight = options.MostInFlight, PredictTime = options.PredictTimeout, RabbitMq = BrokerAddress.Read(options.RabbitMq).Value };
        return options.ModelMemory is { } memory ? serving with { ModelMemory = ByteSize.Read(memory)!.Value } : serving;
    }

    private static void Configure(KestrelServerOptions kestrel, ServerOptions options, Listeners listeners)
    {
        kestrel.AddServerHeader = false;
        var limits = kestrel.Limits;
        limits.MaxRequestLineSize = LongestLine;
        limits.MaxRequestHeadersTotalSize = LargestHeaders;
        limits.MaxRequestHeaderCount = MostHeaders;
        limits.MaxRequestBodySize = LargestBody;
        limits.RequestHeadersTimeout = options.HeaderTimeout;
        limits.MinRequestBodyDataRate = new(LeastBytesPerSecond, options.SlowBodyGrace);
        limits.MinResponseDataRate = new(LeastBytesPerSecond, options.SlowBodyGrace);
        limits.KeepAliveTimeout = TimeSpan.FromMinutes(2);
        listeners.Configure(kestrel);
    }
}
