using System.Net;
using Cairn.Client;
using Cairn.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Cairn.EndToEnd.Tests.Browser;

/// <summary>The pages over an API of the test, for a browser: for states and texts that a real server does not have.</summary>
internal sealed class FakePages : IAsyncDisposable
{
    private readonly WebApplication _app;

    private FakePages(WebApplication app) => _app = app;

    public Uri Address => new(_app.Urls.First());

    public static async Task<FakePages> Start(HttpMessageHandler api)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        builder.Logging.SetMinimumLevel(LogLevel.None);
        builder.Services.AddSingleton(TimeProvider.System).AddRouting();
        builder.Services.AddWeb(_ => new CairnClient(new HttpClient(api, disposeHandler: false) { BaseAddress = new Uri("http://localhost/") }));
        var app = builder.Build();
        app.UseRouting();
        app.MapWeb(_ => { }, _ => { });
        app.MapGet("/gallery", () => new RazorComponentResult<Gallery>());
        await app.StartAsync();
        return new FakePages(app);
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
