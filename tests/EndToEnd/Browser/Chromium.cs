using Cairn.EndToEnd.Tests.Running;
using Microsoft.Playwright;

namespace Cairn.EndToEnd.Tests.Browser;

/// <summary>One browser and one server with a demo in it, for all tests of the pages. A test that changes something makes it anew, or what it changes is its own.</summary>
public sealed class Chromium : IAsyncLifetime
{
    private readonly TestFolder _folder = new();
    private CairnProcess? _server;
    private IPlaywright? _playwright;
    private IBrowser? _browser;

    public Uri Server { get; private set; } = null!;

    internal TestFolder Folder => _folder;

    public async ValueTask InitializeAsync()
    {
        _folder.Write("bank.csv", Tables.Bank());
        _server = CairnProcess.Start(_folder, "demo", "--data", "bank.csv", "--target", "Exited", "--port", "0");
        var said = _server.Says("until Ctrl-C");
        // Playwright's own browser is not fetched: Debian's is used.
        _playwright = await Playwright.CreateAsync();
        _browser = await _playwright.Chromium.LaunchAsync(new() { ExecutablePath = "/usr/bin/chromium", Args = ["--no-sandbox", "--disable-gpu", "--font-render-hinting=none"] });
        Server = new Uri(Address.Match(await said).Value);
    }

    /// <summary>A window on the pages.</summary>
    /// <param name="at">Another server than the demo's.</param>
    internal async Task<Visit> Visit(Look? look = null, Uri? at = null, bool scripts = true, string zone = "UTC")
    {
        look ??= Look.Wide;
        var context = await _browser!.NewContextAsync(new()
        {
            BaseURL = (at ?? Server).ToString(),
            ViewportSize = new() { Width = look.Width, Height = look.Height },
            ColorScheme = look.Dark ? ColorScheme.Dark : ColorScheme.Light,
            HasTouch = look.Width < 500,
            JavaScriptEnabled = scripts,
            TimezoneId = zone,
            ReducedMotion = ReducedMotion.Reduce,
            Permissions = ["clipboard-read", "clipboard-write"],
        });
        context.SetDefaultTimeout(15_000);
        return new Visit(context, await context.NewPageAsync(), look);
    }

    public async ValueTask DisposeAsync()
    {
        if (_browser is not null) await _browser.DisposeAsync();
        _playwright?.Dispose();
        _server?.Dispose();
        _folder.Dispose();
    }

    private static readonly System.Text.RegularExpressions.Regex Address = new(@"http://127\.0\.0\.1:\d+", System.Text.RegularExpressions.RegexOptions.None, TimeSpan.FromSeconds(1));
}

/// <summary>Shares the browser and the server among the classes of tests.</summary>
[CollectionDefinition(Name)]
public sealed class Pages : ICollectionFixture<Chromium>
{
    public const string Name = "pages";
}
