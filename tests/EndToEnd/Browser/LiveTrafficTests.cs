using System.Globalization;
using System.Text;
using Cairn.EndToEnd.Tests.Running;
using Microsoft.Playwright;

namespace Cairn.EndToEnd.Tests.Browser;

/// <summary>A deployment that answers while somebody looks at it.</summary>
[Collection(Pages.Name)]
public class LiveTrafficTests(Chromium chromium)
{
    [Fact]
    public async Task Rate_latency_and_answers_are_drawn_and_go_on_as_the_same_pictures_while_more_is_asked()
    {
        var begun = DateTime.UtcNow;
        await Ask(20);
        await using var visit = await chromium.Visit();
        var page = await visit.Open("/deployments/bank?minutes=10");
        await page.Locator("figure[data-key=answers] .plot canvas").WaitForAsync();
        await Assertions.Expect(page.Locator("figure .plot canvas")).ToHaveCountAsync(3);
        await page.EvaluateAsync("document.querySelector('figure[data-key=rate] canvas').dataset.same = 'yes'");
        await page.Locator("figure[data-key=rate] summary").ClickAsync();
        var before = await Drawn(page, begun, 20);

        await Ask(30);

        await Drawn(page, begun, before + 30);
        await Assertions.Expect(page.Locator("figure[data-key=rate] canvas[data-same=yes]")).ToHaveCountAsync(1);
        (await page.Locator("figure[data-key=rate] details").GetAttributeAsync("open")).ShouldNotBeNull("the table that was opened stays open");
        foreach (var look in Look.Mouse)
        {
            await visit.Become(look);
            await visit.Picture("deployment-live");
            await visit.ShouldBeSound();
        }

        await using var phone = await chromium.Visit(Look.Phone);
        await phone.Open("/deployments/bank?minutes=10");
        foreach (var look in Look.Finger)
        {
            await phone.Become(look);
            await phone.Picture("deployment-live");
            await phone.ShouldBeSound();
        }
    }

    [Fact]
    public async Task A_link_to_a_form_that_is_folded_opens_it()
    {
        await using var visit = await chromium.Visit();
        var page = await visit.Open("/deployments/bank");
        await Assertions.Expect(page.GetByLabel("Steps, in % of the traffic")).ToBeHiddenAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Start a canary" })).ToBeVisibleAsync();

        await visit.Open("/deployments/bank/canary");
        if (await page.GetByRole(AriaRole.Link, new() { Name = "Start a canary" }).CountAsync() > 0) await page.GetByRole(AriaRole.Link, new() { Name = "Start a canary" }).ClickAsync();
        else await page.GotoAsync("/deployments/bank#start-canary"); // there was one before, which stands there
        await Assertions.Expect(page.GetByLabel("Steps, in % of the traffic")).ToBeVisibleAsync();
        await visit.ShouldBeSound();
    }

    /// <summary>Waits until so many requests since then are drawn: ten seconds have to be over, and then the page has to look again. What others asked before rolls away meanwhile.</summary>
    /// <returns>How many are.</returns>
    private static async Task<int> Drawn(IPage page, DateTime since, int requests)
    {
        var first = new DateTime(since.Ticks - since.Ticks % TimeSpan.TicksPerSecond, DateTimeKind.Utc).AddSeconds(-(since.Second % 10));
        var starts = Enumerable.Range(0, 60).Select(point => first.AddSeconds(10 * point).ToString("HH:mm:ss", CultureInfo.InvariantCulture)).ToArray();
        var drawn = 0;
        for (var i = 0; i < 900 && drawn < requests; i++)
        {
            drawn = await page.EvaluateAsync<int>(
                "starts => [...document.querySelectorAll('figure[data-key=rate] tbody tr')].filter(row => starts.includes(row.cells[0].textContent)).reduce((sum, row) => sum + Number(row.cells[2].textContent.replaceAll(',', '')), 0)",
                starts);
            if (drawn < requests) await Task.Delay(100, TestContext.Current.CancellationToken);
        }

        drawn.ShouldBeGreaterThanOrEqualTo(requests);
        return drawn;
    }

    private async Task Ask(int requests)
    {
        using var http = new HttpClient { BaseAddress = chromium.Server };
        for (var i = 0; i < requests; i++)
        {
            using var customer = new StringContent(Tables.Customer, Encoding.UTF8, "application/json");
            (await http.PostAsync("/api/v1/deployments/bank/predict", customer)).EnsureSuccessStatusCode();
        }
    }
}
