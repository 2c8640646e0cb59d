using Cairn.EndToEnd.Tests.Running;
using Microsoft.Playwright;

namespace Cairn.EndToEnd.Tests.Browser;

/// <summary>Every page when there is nothing to show, when it may not, cannot or does not yet show it, and when what it shows was named to do harm.</summary>
[Collection(Pages.Name)]
public class PageStateTests(Chromium chromium)
{
    private static readonly (string Name, string Address)[] All = [.. EveryPageTests.Addresses.Select(row => row.Data)];

    /// <summary>Pages of one thing, which may not be there.</summary>
    private static IEnumerable<(string Name, string Address)> Things => All.Where(page => page.Address.Count(letter => letter == '/') > 1 && !page.Address.StartsWith("/system/", StringComparison.Ordinal));

    [Fact]
    public async Task A_fresh_store_is_told_as_empty_and_what_to_do_is_said()
    {
        using var folder = new TestFolder();
        using var server = CairnProcess.Start(folder, "up", "--port", "0");
        var address = Chromium.AddressIn(await server.Says("Ctrl-C"));
        await Look("empty", address, All.Except(Things).Where(page => !page.Address.StartsWith("/system", StringComparison.Ordinal)), "empty", "well", "none");
    }

    [Fact]
    public Task What_is_not_there_is_told_as_missing() => Altered("missing", AlteredApi.KnowingNothing(chromium.Server), Things, "none");

    [Fact]
    public Task Who_may_not_see_it_is_told_so() => Altered("denied", AlteredApi.Denying(chromium.Server), All.Where(page => page.Name != "search"), "denied"); // what may not be seen is not found

    [Fact]
    public Task An_API_that_fails_is_told_as_an_error() => Altered("error", AlteredApi.Failing(chromium.Server), All, "error");

    [Fact]
    public Task A_server_that_is_gone_is_told_as_an_error() => Altered("unreachable", AlteredApi.Unreachable(chromium.Server), All, "error");

    [Fact]
    public Task A_part_that_fails_leaves_the_page_standing() => Altered("half", AlteredApi.HalfFailing(chromium.Server), Things);

    [Fact]
    public Task Names_that_do_harm_are_text_and_stay_within_the_page() =>
        Altered("hostile", AlteredApi.WithHostileText(chromium.Server), All.Where(page => page.Name != "experiments-moved")); // asks for one by its name, which is another one then

    /// <summary>Pages that fetch a part of theirs, which does not come here.</summary>
    [Fact]
    public async Task A_page_is_there_while_a_part_of_it_is_still_to_come()
    {
        (string Name, string Address)[] slow =
        [
            ("health", "/system"), ("storage", "/system/storage"), ("predictions", "/predictions?entity=somebody"), ("outcomes", "/deployments/bank/outcomes"), ("prediction", "/predictions/{prediction}"),
            ("deployment", "/deployments/bank"), ("run", "/runs/{run}"), ("run-curves", "/runs/{run}/curves"), ("runs-compared", "/runs/compare?ids={runs}"), ("bin-purged", "/bin/purge?subject={binned}"), ("dataset-version", "/datasets/bank/versions/1"),
        ];
        await using var visit = await chromium.Visit();
        await visit.Page.RouteAsync("**/*part=*", _ => Task.CompletedTask);
        for (var at = 0; at < slow.Length; at++)
        {
            await visit.Page.GotoAsync(chromium.Whole(slow[at].Address), new() { WaitUntil = WaitUntilState.Load });
            var part = visit.Page.Locator("[data-part][aria-busy=true]").First;
            await Assertions.Expect(part).ToContainTextAsync("Loading");
            (await part.Locator(".skeleton").CountAsync()).ShouldBe(3);
            await Sound(visit, $"state-loading-{slow[at].Name}", at);
        }
    }

    private async Task Altered(string state, AlteredApi api, IEnumerable<(string Name, string Address)> pages, params string[] kinds)
    {
        using var _ = api;
        await using var host = await FakePages.Start(api);
        await Look(state, host.Address, pages, kinds);
    }

    /// <summary>Opens all, and tells of all that are not as they should be.</summary>
    /// <param name="kinds">Of the states one of which each page shows; none: any.</param>
    private async Task Look(string state, Uri server, IEnumerable<(string Name, string Address)> pages, params string[] kinds)
    {
        await using var visit = await chromium.Visit(at: server);
        visit.Expected.UnionWith(state is "hostile" or "empty" ? [] : [403, 404, 500, 502]);
        var selector = string.Join(", ", kinds.Select(kind => $"main [data-state={kind}]"));
        List<string> faults = [];
        var at = 0;
        foreach (var (name, address) in pages)
        {
            try
            {
                var page = await visit.Open(chromium.Whole(address));
                if (selector.Length > 0) (await page.Locator(selector).CountAsync()).ShouldBePositive(address);
                (await page.Locator("main h1").CountAsync()).ShouldBe(1, address);
                (await page.Locator("img[src=x]").CountAsync()).ShouldBe(0, address);
                (await page.EvaluateAsync<bool>("'harmed' in window")).ShouldBeFalse(address);
                (await page.EvaluateAsync<int>("document.documentElement.scrollHeight")).ShouldBeLessThan(15_000, address);
                await Sound(visit, $"state-{state}-{name}", at++);
            }
            catch (Exception fault) when (fault is ShouldAssertException or PlaywrightException or TimeoutException)
            {
                faults.Add($"{address}: {fault.Message}");
            }
        }

        faults.ShouldBeEmpty(string.Join("\n\n", faults));
    }

    /// <summary>It fits wide and narrow; axe looks at every other page wide and light, at the others narrow and dark.</summary>
    private static async Task Sound(Visit visit, string picture, int at)
    {
        Look[] looks = [Browser.Look.Wide, Browser.Look.PhoneDark];
        for (var look = 0; look < looks.Length; look++)
        {
            await visit.Become(looks[look]);
            if (at % looks.Length == look) await visit.ShouldBeSound();
            else await visit.ShouldFit();
            await visit.Picture(picture);
        }
    }
}
