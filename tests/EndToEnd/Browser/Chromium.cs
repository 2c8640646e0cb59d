using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
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

    /// <value>What stands in braces in an address of a page, and the id it is in the demo.</value>
    internal IReadOnlyDictionary<string, string> Ids { get; private set; } = new Dictionary<string, string>(StringComparer.Ordinal);

    public async ValueTask InitializeAsync()
    {
        _folder.Write("bank.csv", Tables.Bank());
        _server = CairnProcess.Start(_folder, "demo", "--data", "bank.csv", "--target", "Exited", "--port", "0");
        var said = _server.Says("until Ctrl-C");
        // Playwright's own browser is not fetched: Debian's is used, without the window around the pages, which nobody sees and which costs more than they do.
        _playwright = await Playwright.CreateAsync();
        _browser = await _playwright.Chromium.LaunchAsync(new() { ExecutablePath = "/usr/bin/chromium-headless-shell", Args = ["--no-sandbox", "--disable-gpu", "--font-render-hinting=none"] });
        Server = AddressIn(await said);
        Ids = await Made();
    }

    /// <summary>A prediction and a deleted run of its own, and the ids of what the demo made.</summary>
    private async Task<IReadOnlyDictionary<string, string>> Made()
    {
        using var http = new HttpClient { BaseAddress = new Uri(Server, "/api/v1/") };
        using var customer = new StringContent(Tables.Customer, Encoding.UTF8, "application/json");
        using var answer = await http.PostAsync("deployments/bank/predict", customer);
        var prediction = await answer.Content.ReadFromJsonAsync<JsonElement>();
        var runs = (await http.GetFromJsonAsync<JsonElement>("runs")).GetProperty("items").EnumerateArray().Select(run => run.GetProperty("run_id").GetString()!).ToList();
        var judged = (await http.GetFromJsonAsync<JsonElement>("models/bank/versions/1")).GetProperty("run_id").GetString()!;
        var flow = (await http.GetFromJsonAsync<JsonElement>("flow-runs")).GetProperty("items")[0].GetProperty("flow_run_id").GetString()!;
        using var started = await http.PostAsJsonAsync("runs", new { experiment_id = "0", name = "left alone" });
        var binned = (await started.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("run_id").GetString()!;
        using var deleted = await http.DeleteAsync($"runs/{binned}");
        deleted.EnsureSuccessStatusCode();
        return new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["{binned}"] = $"runs/{binned}",
            ["{run}"] = judged, ["{runs}"] = string.Join(',', runs.Take(3)), ["{flow}"] = flow, ["{prediction}"] = prediction.GetProperty("prediction_id").GetString()!,
        };
    }

    /// <summary>An address with the ids of the demo in place of what stands in braces.</summary>
    internal string Whole(string address) => Ids.Aggregate(address, (whole, id) => whole.Replace(id.Key, id.Value, StringComparison.Ordinal));

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

    internal static Uri AddressIn(string said) => new(Address.Match(said).Value);

    private static readonly System.Text.RegularExpressions.Regex Address = new(@"http://127\.0\.0\.1:\d+", System.Text.RegularExpressions.RegexOptions.None, TimeSpan.FromSeconds(1));
}

/// <summary>Shares the browser and the server among the classes of tests.</summary>
[CollectionDefinition(Name)]
public sealed class Pages : ICollectionFixture<Chromium>
{
    public const string Name = "pages";
}
