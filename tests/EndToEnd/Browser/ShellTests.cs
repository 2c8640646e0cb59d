using Microsoft.Playwright;

namespace Cairn.EndToEnd.Tests.Browser;

[Collection(Pages.Name)]
public class ShellTests(Chromium chromium)
{
    [Fact]
    public async Task Ctrl_K_finds_a_page_while_one_types_and_goes_there_by_keys_alone()
    {
        await using var visit = await chromium.Visit();
        var page = await visit.Open("/");

        await page.Keyboard.PressAsync("Control+k");
        await Assertions.Expect(page.Locator("#palette")).ToBeVisibleAsync();
        await page.Keyboard.TypeAsync("syst");
        await Assertions.Expect(page.Locator("#palette .chosen")).ToHaveTextAsync("System");
        await visit.Picture("palette");
        await visit.ShouldBeSound();
        await page.Keyboard.PressAsync("Enter");

        await Assertions.Expect(page).ToHaveURLAsync(new Uri(chromium.Server, "/system").ToString());
    }

    [Fact]
    public async Task The_palette_closes_with_Escape_and_says_when_nothing_is_found()
    {
        await using var visit = await chromium.Visit();
        var page = await visit.Open("/");

        await page.Keyboard.PressAsync("Control+k");
        await Assertions.Expect(page.Locator("#palette")).ToBeVisibleAsync();
        await page.Keyboard.TypeAsync("zzz-nothing");
        await Assertions.Expect(page.Locator("#palette .state-title")).ToHaveTextAsync("Nothing found");
        await page.Keyboard.PressAsync("Escape");

        await Assertions.Expect(page.Locator("#palette")).ToBeHiddenAsync();
    }

    [Fact]
    public async Task The_first_key_leads_to_the_content()
    {
        await using var visit = await chromium.Visit();
        var page = await visit.Open("/");

        await page.Keyboard.PressAsync("Tab");
        await Assertions.Expect(page.Locator(".skip")).ToBeFocusedAsync();
        await page.Keyboard.PressAsync("Enter");

        await Assertions.Expect(page.Locator("#content")).ToBeFocusedAsync();
    }

    [Fact]
    public async Task The_theme_is_remembered_from_the_first_paint_on_and_one_stays_where_one_was()
    {
        await using var visit = await chromium.Visit();
        var page = await visit.Open("/system/about");

        await page.GetByRole(AriaRole.Button, new() { Name = "Choose light or dark" }).ClickAsync();
        await visit.Picture("theme");
        await page.GetByRole(AriaRole.Button, new() { Name = "Dark", Exact = true }).ClickAsync();
        await Assertions.Expect(page.Locator("html")).ToHaveAttributeAsync("data-theme", "dark");
        page.Url.ShouldEndWith("/system/about");
        await page.GotoAsync("/");
        (await page.EvaluateAsync<string>("getComputedStyle(document.body).backgroundColor")).ShouldBe("rgb(18, 17, 16)");

        await page.GetByRole(AriaRole.Button, new() { Name = "Choose light or dark" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "As the system" }).ClickAsync();
        await Assertions.Expect(page.Locator("html")).Not.ToHaveAttributeAsync("data-theme", "dark");
    }

    [Fact]
    public async Task Times_are_in_the_viewers_zone_and_exact_in_UTC_on_hover()
    {
        await using var visit = await chromium.Visit(zone: "Asia/Tokyo");
        var page = await visit.Open("/system/audit");

        var time = page.Locator("time[data-time=exact]").First;
        var utc = DateTimeOffset.Parse((await time.GetAttributeAsync("datetime"))!, System.Globalization.CultureInfo.InvariantCulture);

        var shown = await time.InnerTextAsync();
        shown.ShouldContain($"{utc.AddHours(9):HH:mm} ");
        shown.ShouldNotEndWith("UTC");
        (await time.GetAttributeAsync("title")).ShouldBe($"{utc.UtcDateTime:d MMM yyyy, HH:mm:ss} UTC");
    }

    [Fact]
    public async Task A_table_is_copied_as_tab_separated_values_with_whole_ids_and_exported_as_csv()
    {
        await using var visit = await chromium.Visit();
        var page = await visit.Open("/system/audit");

        await page.GetByRole(AriaRole.Button, new() { Name = "Copy the table" }).ClickAsync();
        var lines = (await page.EvaluateAsync<string>("navigator.clipboard.readText()")).Split('\n');
        lines[0].ShouldBe("Time\tCaller\tAction\tSubject\tDetail");
        lines.Length.ShouldBe(1 + await page.Locator("tbody tr").CountAsync());
        lines.ShouldContain(line => line.Split('\t')[3].StartsWith("runs/", StringComparison.Ordinal) && line.Split('\t')[3].Length == "runs/".Length + 32, "the page shows twelve digits of an id");

        var download = await page.RunAndWaitForDownloadAsync(() => page.GetByRole(AriaRole.Link, new() { Name = "CSV" }).ClickAsync());
        download.SuggestedFilename.ShouldBe("audit.csv");
    }

    [Fact]
    public async Task On_a_phone_the_menu_is_behind_a_button()
    {
        await using var visit = await chromium.Visit(Look.Phone);
        var page = await visit.Open("/");

        await Assertions.Expect(page.Locator("#side")).ToBeHiddenAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Open the menu" }).ClickAsync();
        await visit.Picture("menu");
        await page.GetByRole(AriaRole.Link, new() { Name = "System", Exact = true }).ClickAsync();

        await Assertions.Expect(page.Locator("h1")).ToHaveTextAsync("System");
    }
}
