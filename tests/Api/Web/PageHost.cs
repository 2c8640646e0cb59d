using System.Text.RegularExpressions;
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
internal sealed partial class PageHost : IAsyncDisposable
{
    private const string Token = "__RequestVerificationToken";

    private readonly WebApplication _app;

    private PageHost(WebApplication app) => (_app, Http) = (app, app.GetTestClient());

    public HttpClient Http { get; }

    public static Task<PageHost> Start(FakeApi api) => Start(new CairnClient(new HttpClient(api) { BaseAddress = new Uri("http://localhost/") }));

    /// <summary>The pages over an API that is none of the test.</summary>
    public static async Task<PageHost> Start(CairnClient api)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseTestServer();
        builder.Logging.SetMinimumLevel(LogLevel.None);
        builder.Services.AddSingleton(TimeProvider.System).AddRouting();
        builder.Services.AddWeb(_ => api);
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
        return await Read(answer);
    }

    /// <summary>Opens a page and posts a form with its token, as a browser does.</summary>
    public Task<HttpResponseMessage> Submit(string page, string action, params IReadOnlyList<(string Name, string Value)> fields) =>
        Submit(page, action, token => new FormUrlEncodedContent([.. fields.Select(field => KeyValuePair.Create(field.Name, field.Value)), new(Token, token)]));

    /// <summary>A form that ends with a file.</summary>
    public Task<HttpResponseMessage> Upload(string page, string action, HttpContent file, params IReadOnlyList<(string Name, string Value)> fields) => Submit(page, action, token =>
    {
        var form = new MultipartFormDataContent { { new StringContent(token), Token } };
        foreach (var (name, value) in fields) form.Add(new StringContent(value), name);
        form.Add(file, "file", "rows.csv");
        return form;
    });

    private async Task<HttpResponseMessage> Submit(string page, string action, Func<string, HttpContent> form)
    {
        using var opened = await Http.GetAsync(page);
        var token = new HtmlParser().ParseDocument(await opened.Content.ReadAsStringAsync()).QuerySelector($"input[name={Token}]")!.GetAttribute("value")!;
        using var request = new HttpRequestMessage(HttpMethod.Post, action) { Content = form(token) };
        request.Headers.Add("Cookie", opened.Headers.GetValues("Set-Cookie").First(cookie => cookie.Contains("ntiforgery", StringComparison.Ordinal) || cookie.Contains("cairn", StringComparison.Ordinal)).Split(';')[0]);
        return await Http.SendAsync(request);
    }

    /// <summary>A page, in which each id is there once, a button that copies or saves a table names one, no value is an empty place, and no space stands before a comma.</summary>
    public static async Task<IHtmlDocument> Read(HttpResponseMessage answer)
    {
        var page = new HtmlParser().ParseDocument(await answer.Content.ReadAsStringAsync());
        page.QuerySelectorAll("[id]").GroupBy(element => element.Id, StringComparer.Ordinal).Where(same => same.Skip(1).Any()).Select(same => same.Key).ShouldBeEmpty();
        foreach (var name in (string[])["data-copy-table", "data-csv-table"])
            page.QuerySelectorAll($"[{name}]").Where(button => page.GetElementById(button.GetAttribute(name)!) is not IHtmlTableElement).Select(button => button.OuterHtml).ShouldBeEmpty();
        page.QuerySelectorAll("td, dd").Where(value => value.TextContent.Trim().Length == 0 && value.QuerySelector("svg, input, img") is null && value.ParentElement!.QuerySelector("th[scope=col]") is null)
            .Select(value => value.ParentElement!.OuterHtml).ShouldBeEmpty();
        var sentences = string.Join('\n', page.QuerySelectorAll("p, li, dd, dt, td, th, small, summary, figcaption, label, .pager, .page-head, .card-foot, .empty").Select(element => Spaces().Replace(element.TextContent, " ")));
        SpaceBeforeStop().Matches(sentences).Select(found => found.Value).ShouldBeEmpty();
        return page;
    }

    [GeneratedRegex(@"\s+", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Spaces();

    [GeneratedRegex(@".{0,60} [,.;](?= |$).{0,30}", RegexOptions.Multiline, matchTimeoutMilliseconds: 1000)]
    private static partial Regex SpaceBeforeStop();

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
