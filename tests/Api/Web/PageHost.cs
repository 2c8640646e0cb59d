using AngleSharp.Html.Dom;
using AngleSharp.Html.Parser;
using Cairn.Access;
using Cairn.Client;
using Cairn.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Cairn.Api.Tests.Web;

/// <summary>The pages over an API of the test.</summary>
internal sealed class PageHost : IAsyncDisposable
{
    private readonly WebApplication _app;

    private PageHost(WebApplication app) => (_app, Http) = (app, app.GetTestClient());

    public HttpClient Http { get; }

    public static async Task<PageHost> Start(FakeApi api)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseTestServer();
        builder.Logging.SetMinimumLevel(LogLevel.None);
        builder.Services.AddSingleton(TimeProvider.System).AddRouting();
        builder.Services.AddWeb(_ => new CairnClient(new HttpClient(api) { BaseAddress = new Uri("http://localhost/") }));
        var app = builder.Build();
        app.UseRouting();
        app.MapWeb(page => page.Anonymous(), form => form.StoresNothing());
        await app.StartAsync();
        return new PageHost(app);
    }

    public async Task<IHtmlDocument> Open(string path = "/", string? cookie = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        if (cookie is not null) request.Headers.Add("Cookie", cookie);
        using var answer = await Http.SendAsync(request);
        answer.EnsureSuccessStatusCode();
        return new HtmlParser().ParseDocument(await answer.Content.ReadAsStringAsync());
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
