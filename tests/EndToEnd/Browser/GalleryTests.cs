using Cairn.Api.Tests.Web;
using Microsoft.Playwright;

namespace Cairn.EndToEnd.Tests.Browser;

[Collection(Pages.Name)]
public class GalleryTests(Chromium chromium)
{
    [Fact]
    public async Task Every_component_is_sound_in_every_look_and_a_chart_is_drawn()
    {
        await using var pages = await FakePages.Start(new FakeApi());
        foreach (var looks in new[] { Look.Mouse, Look.Finger })
        {
            await using var visit = await chromium.Visit(looks[0], pages.Address);
            var page = await visit.Open("/gallery");
            await page.Locator("figure[data-chart]").ScrollIntoViewIfNeededAsync();
            await Assertions.Expect(page.Locator("figure[data-chart] canvas")).ToBeVisibleAsync();
            foreach (var look in looks)
            {
                await visit.Become(look);
                await visit.Picture("gallery");
                await visit.ShouldBeSound();
            }
        }
    }

    [Fact]
    public async Task Without_scripts_the_table_of_a_chart_stands_open()
    {
        await using var pages = await FakePages.Start(new FakeApi());
        await using var visit = await chromium.Visit(at: pages.Address, scripts: false);
        await visit.Page.GotoAsync("/gallery");

        await Assertions.Expect(visit.Page.GetByRole(AriaRole.Cell, new() { Name = "0.8" })).ToBeVisibleAsync();
    }

    [Fact]
    public async Task What_cannot_be_undone_asks_first_and_wants_a_reason()
    {
        await using var pages = await FakePages.Start(new FakeApi());
        await using var visit = await chromium.Visit(at: pages.Address);
        var page = await visit.Open("/gallery");
        var act = page.GetByRole(AriaRole.Button, new() { Name = "Promote v7" });

        await act.ClickAsync();
        var dialog = page.GetByRole(AriaRole.Dialog, new() { Name = "Promote churn v7?" });
        await Assertions.Expect(dialog).ToBeVisibleAsync();
        await visit.Picture("confirm");
        await visit.ShouldBeSound();
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Promote v7" }).ClickAsync();
        await Assertions.Expect(dialog).ToBeVisibleAsync(); // without a reason it stays

        await dialog.GetByRole(AriaRole.Button, new() { Name = "Cancel" }).ClickAsync();
        await Assertions.Expect(dialog).ToBeHiddenAsync();
    }
}
