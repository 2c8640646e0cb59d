using System.Text.Json;
using Microsoft.Playwright;

namespace Cairn.EndToEnd.Tests.Browser;

/// <summary>One person's visit. Whatever the browser complains of (errors of scripts, what the policy refuses, answers that fail) fails the test at its end.</summary>
internal sealed class Visit : IAsyncDisposable
{
    private static readonly string Axe = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "axe.min.js"));

    private readonly IBrowserContext _context;
    private Look _look;
    private ICDPSession? _browser;
    private readonly List<string> _complaints = [];

    public Visit(IBrowserContext context, IPage page, Look look)
    {
        (_context, Page, _look) = (context, page, look);
        page.PageError += (_, error) => _complaints.Add($"error: {error}");
        page.Console += (_, message) =>
        {
            if (message.Type is "error" or "warning" && !message.Text.Contains("status of", StringComparison.Ordinal)) _complaints.Add($"{message.Type}: {message.Text}");
        };
        page.Response += (_, answer) =>
        {
            if (answer.Status >= 400 && !Expected.Contains(answer.Status)) _complaints.Add($"{answer.Status}: {answer.Url}");
        };
    }

    public IPage Page { get; }

    /// <value>Statuses that this test means to meet.</value>
    public HashSet<int> Expected { get; } = [];

    public async Task<IPage> Open(string path)
    {
        await Page.GotoAsync(path, new() { WaitUntil = WaitUntilState.Load });
        await Settled();
        return Page;
    }

    /// <summary>The same page in another window size or theme; what a finger needs is decided when the visit begins.</summary>
    public async Task Become(Look look)
    {
        _look = look;
        await Page.EmulateMediaAsync(new() { ColorScheme = look.Dark ? ColorScheme.Dark : ColorScheme.Light, ReducedMotion = ReducedMotion.Reduce });
        await Page.SetViewportSizeAsync(look.Width, look.Height);
    }

    /// <summary>No part is still to come, and the fonts are there.</summary>
    public async Task Settled()
    {
        await Assertions.Expect(Page.Locator("[data-part][data-every='0']")).ToHaveCountAsync(0);
        await Page.EvaluateAsync("document.fonts.ready.then(() => true)");
    }

    /// <summary>axe finds nothing, and the page fits.</summary>
    public async Task ShouldBeSound()
    {
        await ShouldFit();
        if (!await Page.EvaluateAsync<bool>("'axe' in window")) await Page.EvaluateAsync(Axe);
        var found = await Page.EvaluateAsync<JsonElement>(
            "axe.run(document, { resultTypes: ['violations'] }).then(r => r.violations.map(v => ({ id: v.id, help: v.help, nodes: v.nodes.slice(0, 5).map(n => n.html.slice(0, 200) + ' ' + n.failureSummary) })))");
        found.GetArrayLength().ShouldBe(0, $"{Page.Url} {_look.Name}: {JsonSerializer.Serialize(found, Readable)}");
    }

    /// <summary>Nothing reaches beyond the window but what may scroll.</summary>
    public async Task ShouldFit()
    {
        var beyond = await Page.EvaluateAsync<string[]>(
            """
            (() => {
              const wide = document.documentElement.clientWidth;
              if (document.documentElement.scrollWidth <= wide) return [];
              return [...document.querySelectorAll('body *')].filter(e => e.getBoundingClientRect().right > wide + 1 && !e.closest('.table-wrap, .code, dialog:not([open]), [popover]:not(:popover-open)')).slice(0, 5).map(e => e.outerHTML.slice(0, 160));
            })()
            """);
        beyond.ShouldBeEmpty($"{Page.Url} {_look.Name} scrolls sideways");
    }

    /// <summary>No field or button is cut off by the edge of what it stands in, where nothing scrolls.</summary>
    public async Task ShouldShowItsFieldsWhole()
    {
        var cut = await Page.EvaluateAsync<string[]>(
            """
            (() => {
              const cutBy = e => {
                for (let c = e.parentElement; c; c = c.parentElement) {
                  const over = getComputedStyle(c).overflowX;
                  if (over === 'auto' || over === 'scroll') return false;
                  if ((over === 'hidden' || over === 'clip') && e.getBoundingClientRect().right > c.getBoundingClientRect().right + 1) return true;
                }
                return false;
              };
              const fields = [...document.querySelectorAll('input:not([type=hidden]), select, textarea, button, summary')];
              return fields.filter(e => e.checkVisibility() && !e.closest('[popover]:not(:popover-open), dialog:not([open])') && cutBy(e)).slice(0, 5).map(e => e.outerHTML.slice(0, 160));
            })()
            """);
        cut.ShouldBeEmpty($"{Page.Url} {_look.Name} cuts off what is to be filled in or pressed");
    }

    /// <summary>Whatever can be clicked can be reached by the Tab key.</summary>
    public async Task ShouldBeReachable()
    {
        var beyond = await Page.EvaluateAsync<string[]>(
            """
            (() => {
              const acts = 'a[href], button, input:not([type=hidden]), select, textarea, summary';
              const shown = [...document.querySelectorAll('body *')].filter(e => e.checkVisibility() && !e.closest('[popover]:not(:popover-open), dialog:not([open])'));
              const unreached = shown.filter(e => e.matches(acts) && !e.disabled).filter(e => e.tabIndex < 0 || (e.focus({ preventScroll: true }), document.activeElement !== e));
              const mouseOnly = shown.filter(e => getComputedStyle(e).cursor === 'pointer' && !e.closest(acts + ', label, .plot'));
              return [...unreached, ...mouseOnly].slice(0, 5).map(e => e.outerHTML.slice(0, 160));
            })()
            """);
        beyond.ShouldBeEmpty($"{Page.Url} {_look.Name} cannot be reached by keys");
    }

    /// <summary>A picture of the whole page in artifacts/screenshots, to be looked at. Asked of the browser itself: Playwright's way knows only the slow compression.</summary>
    public async Task Picture(string name)
    {
        await ChartsAreDrawn();
        _browser ??= await _context.NewCDPSessionAsync(Page);
        var taken = await _browser.SendAsync("Page.captureScreenshot", new(StringComparer.Ordinal) { ["format"] = "png", ["captureBeyondViewport"] = true, ["optimizeForSpeed"] = true });
        Directory.CreateDirectory(Folder);
        await File.WriteAllBytesAsync(Path.Combine(Folder, $"{name}-{_look.Name}.png"), taken!.Value.GetProperty("data").GetBytesFromBase64());
    }

    /// <summary>Charts wait until somebody comes near them.</summary>
    private async Task ChartsAreDrawn()
    {
        var missing = await Page.EvaluateAsync<string[]>(
            """
            (async () => {
              const charts = [...document.querySelectorAll('figure[data-chart]')].filter(f => f.querySelector('script[type="application/json"]') && f.querySelector('.plot')?.checkVisibility());
              for (const chart of charts) {
                chart.scrollIntoView();
                for (let i = 0; i < 200 && !chart.querySelector('.plot canvas'); i++) await new Promise(later => setTimeout(later, 50));
              }
              scrollTo(0, 0);
              return charts.filter(chart => !chart.querySelector('.plot canvas')).map(chart => chart.outerHTML.slice(0, 160));
            })()
            """);
        missing.ShouldBeEmpty($"{Page.Url} {_look.Name} has a chart that is not drawn");
    }

    public async ValueTask DisposeAsync()
    {
        await _context.DisposeAsync();
        _complaints.ShouldBeEmpty($"the browser complained ({_look.Name})");
    }

    private static readonly JsonSerializerOptions Readable = new() { WriteIndented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static string Folder { get; } = Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "..", "..", "..", "screenshots"));
}
