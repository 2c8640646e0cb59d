using Microsoft.Playwright;

namespace Cairn.EndToEnd.Tests.Browser;

/// <summary>The addresses that MLflow's client prints ("View run X at: …"). What stands behind their '#' no server sees.</summary>
[Collection(Pages.Name)]
public class MlflowAddressTests(Chromium chromium)
{
    /// <value>The page that is opened is left before it is loaded.</value>
    private static readonly PageGotoOptions Left = new() { WaitUntil = WaitUntilState.Commit };

    [Theory]
    [InlineData("/#/experiments/0/runs/{run}", "/runs/{run}")]
    [InlineData("/#/experiments/0/runs/{run}/artifacts?view=x", "/runs/{run}")]
    [InlineData("/#/experiments/0", "/runs?experiment=0")]
    [InlineData("/#/experiments/0/models/m-1", "/runs?experiment=0")]
    [InlineData("/#/models/bank/versions/1", "/models/bank/versions/1")]
    [InlineData("/#/models/b%61nk", "/models/bank")]
    [InlineData("/w/default/#/experiments/0/runs/{run}", "/runs/{run}")]
    [InlineData("/#/experiments", "/experiments")]
    [InlineData("/#/models", "/models")]
    public async Task An_address_of_MLflows_pages_leads_to_the_page_here(string printed, string page)
    {
        await using var visit = await chromium.Visit();

        await visit.Page.GotoAsync(chromium.Whole(printed), Left);

        await Assertions.Expect(visit.Page).ToHaveURLAsync(new Uri(chromium.Server, chromium.Whole(page)).ToString());
        await Assertions.Expect(visit.Page.Locator("h1")).ToBeVisibleAsync();
    }

    [Theory]
    [InlineData("#/prompts/greeting")]
    [InlineData("#//evil.example")]
    [InlineData("#/experiments/x/runs/y")]
    [InlineData("#content")]
    public async Task An_address_that_is_none_of_MLflows_pages_leads_nowhere(string hash)
    {
        await using var visit = await chromium.Visit();
        await visit.Open("/");

        var led = await visit.Page.EvaluateAsync<string?>(
            """
            async hash => {
              const { lead } = await import(document.querySelector('script[type=module]').src.replace('app.js', 'mlflow.js'));
              let led = null;
              lead({ hash, replace: page => { led = page; } });
              return led;
            }
            """,
            hash);

        led.ShouldBeNull();
    }

    [Theory]
    [InlineData("/#/models/..%2F..%2Fsystem", "/models/..%2F..%2Fsystem")]
    [InlineData("/#/models/%3Fx/versions/1", "/models/%3Fx/versions/1")]
    public async Task A_name_in_it_stays_a_name(string printed, string page)
    {
        await using var visit = await chromium.Visit();
        visit.Expected.Add(404);

        await visit.Page.GotoAsync(printed, Left);

        await Assertions.Expect(visit.Page).ToHaveURLAsync(new Uri(chromium.Server, page).ToString());
    }

    [Fact]
    public async Task Another_workspace_is_not_led_to()
    {
        await using var visit = await chromium.Visit();
        visit.Expected.Add(404);

        await visit.Page.GotoAsync("/w/next-door/#/experiments/0");

        await Assertions.Expect(visit.Page.GetByText("has no workspace 'next-door'")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task One_that_is_pasted_while_the_overview_is_open_leads_on_too()
    {
        await using var visit = await chromium.Visit();
        var page = await visit.Open("/");

        await page.EvaluateAsync("location.hash = '#/models/bank/versions/1'");

        await Assertions.Expect(page).ToHaveURLAsync(new Uri(chromium.Server, "/models/bank/versions/1").ToString());
    }
}
