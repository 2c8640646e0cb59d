using Cairn.Access;
using Cairn.Api.Tests.Server;
using Cairn.Client;
using Cairn.Server.Telemetry;
using Cairn.Storage;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Cairn.Api.Tests.Access;

/// <summary>The real Access pipeline over a real database, around endpoints of the test.</summary>
internal sealed class EndpointHost : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly string _home;

    private EndpointHost(WebApplication app, string home) => (_app, _home, Http) = (app, home, new HttpClient { BaseAddress = new Uri(app.Urls.Single()) });

    public HttpClient Http { get; }

    public Database Database => _app.Services.GetRequiredService<Database>();

    public static async Task<EndpointHost> Start(Action<IEndpointRouteBuilder> map, string? home = null, Action<IServiceCollection>? services = null)
    {
        home ??= TestHome.NewFolder();
        Directory.CreateDirectory(home);
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(System.Net.IPAddress.Loopback, 0));
        builder.Logging.AddProvider(new JsonLines("/dev/null")); // with a log, requests have trace ids
        builder.Services.AddRouting().AddStorage(new StorageOptions { Home = home }).AddAccess();
        builder.Services.ConfigureHttpJsonOptions(json => CairnJson.Configure(json.SerializerOptions));
        services?.Invoke(builder.Services);
        var app = builder.Build();
        app.UseProblems();
        app.UseRouting();
        app.UseAccess();
        map(app);
        await app.StartAsync();
        return new EndpointHost(app, home);
    }

    /// <summary>Ends this process's part and leaves the home, as a stop of the server does.</summary>
    public async Task<string> Leave()
    {
        await _app.DisposeAsync();
        return _home;
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        if (Directory.Exists(_home)) Directory.Delete(_home, recursive: true);
    }
}
