using System.Net.Http.Json;
using System.Text.Json;
using Cairn.EndToEnd.Tests.Running;
using Microsoft.Playwright;

namespace Cairn.EndToEnd.Tests.Browser;

/// <summary>Somebody deletes what they want back, and what they want gone.</summary>
[Collection(Pages.Name)]
public class BinTests(Chromium chromium)
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_deleted_run_is_seen_in_the_bin_and_restored_and_deleted_again_it_is_purged_when_all_that_is_lost_was_named(bool scripts)
    {
        var name = $"for-the-bin-{(scripts ? "scripted" : "plain")}";
        var id = await Started(name, chromium.Server);
        await using var visit = await chromium.Visit(scripts: scripts);

        var page = await Delete(visit, id, name);
        await page.GetByRole(AriaRole.Navigation, new() { Name = "Main" }).GetByRole(AriaRole.Link, new() { Name = "Bin", Exact = true }).ClickAsync();
        await page.GetByLabel("Part of the name").FillAsync(name.ToUpperInvariant());
        await page.GetByRole(AriaRole.Button, new() { Name = "Filter" }).ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Rowheader)).ToHaveTextAsync([name]);
        await Assertions.Expect(page.Locator("tbody tr")).ToContainTextAsync("local-admin");
        if (scripts) await visit.ShouldBeSound();
        await page.GetByRole(AriaRole.Checkbox).CheckAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Restore these", Exact = true }).ClickAsync();
        await Assertions.Expect(page.Locator("h1")).ToHaveTextAsync($"Restore the run {name}?");
        await page.GetByRole(AriaRole.Button, new() { Name = "Restore 1 thing" }).ClickAsync();
        await Assertions.Expect(page.Locator(".toast")).ToContainTextAsync("1 thing is restored");
        await visit.Open($"/runs/{id}");
        await Assertions.Expect(page.GetByRole(AriaRole.Link, new() { Name = "Delete run", Exact = true })).ToBeVisibleAsync();

        await Delete(visit, id, name);
        await visit.Open($"/bin?name={name}");
        await page.GetByRole(AriaRole.Link, new() { Name = $"Purge {name}" }).ClickAsync();
        await Assertions.Expect(page.Locator("h1")).ToHaveTextAsync($"Purge the run {name}?");
        if (!scripts) await page.GetByRole(AriaRole.Link, new() { Name = "Show what is lost" }).ClickAsync();
        await Assertions.Expect(page.Locator(".stats")).ToContainTextAsync("Files1");
        await Assertions.Expect(page.Locator(".stats")).ToContainTextAsync("11 B that nothing else names");
        await visit.Picture("bin-purge-asked");
        await page.GetByRole(AriaRole.Button, new() { Name = "Purge 1 run for good" }).ClickAsync();
        await Assertions.Expect(page.Locator("h1")).ToHaveTextAsync("Bin");
        await Ended(visit, scripts);
        await Assertions.Expect(page.Locator("main")).ToContainTextAsync("removed for good");
        await page.GetByRole(AriaRole.Link, new() { Name = "Flow run", Exact = true }).ClickAsync();
        await Assertions.Expect(page.Locator("main")).ToContainTextAsync("1 run and no files are removed for good"); // its file is younger than a day
        await Assertions.Expect(page.Locator("main")).ToContainTextAsync("1 file more was written less than a day ago");
        if (scripts) await visit.ShouldBeSound();

        visit.Expected.Add(404);
        await visit.Open($"/runs/{id}");
        await Assertions.Expect(page.Locator("main [data-state=none]")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task Purging_everything_counts_first_and_what_was_deleted_since_stays()
    {
        using var folder = new TestFolder();
        using var server = CairnProcess.Start(folder, "up", "--port", "0");
        var address = Chromium.AddressIn(await server.Says("Ctrl-C"));
        var (first, since) = (await Started("swept", address), await Started("late", address));
        await using var visit = await chromium.Visit(at: address);
        await Delete(visit, first, "swept");
        var page = await visit.Open("/bin");
        await page.GetByRole(AriaRole.Link, new() { Name = "Purge everything" }).ClickAsync();
        var purge = page.Locator("button.danger");
        await Assertions.Expect(purge).ToHaveTextAsync("Purge 1 run for good");
        using (var http = new HttpClient { BaseAddress = address }) (await http.DeleteAsync(new Uri($"/api/v1/runs/{since}", UriKind.Relative))).EnsureSuccessStatusCode();

        await purge.ClickAsync();
        await Ended(visit, scripts: true);

        await visit.Open("/bin");
        await Assertions.Expect(page.GetByRole(AriaRole.Rowheader)).ToHaveTextAsync(["late"]);
    }

    [Fact]
    public async Task A_registered_model_that_was_deleted_is_found_by_its_kind_and_restored_with_its_versions()
    {
        const string model = "for-the-bin";
        using (var http = new HttpClient { BaseAddress = chromium.Server })
        {
            for (var version = 0; version < 2; version++) (await http.PostAsJsonAsync($"/api/v1/models/{model}/versions", new { source = "s3://bucket/model" })).EnsureSuccessStatusCode();
            (await http.DeleteAsync(new Uri($"/api/v1/models/{model}", UriKind.Relative))).EnsureSuccessStatusCode();
        }

        await using var visit = await chromium.Visit();
        var page = await visit.Open("/bin");
        await page.GetByLabel("Kind").SelectOptionAsync("models");
        await page.GetByRole(AriaRole.Button, new() { Name = "Filter" }).ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Rowheader)).ToHaveTextAsync([model]);
        await visit.ShouldBeSound();
        await page.GetByRole(AriaRole.Link, new() { Name = $"Restore {model}" }).ClickAsync();
        await Assertions.Expect(page.Locator("h1")).ToHaveTextAsync($"Restore the model {model}?");
        await Assertions.Expect(page.Locator("ul.rows")).ToContainTextAsync("2 versions, no files");
        await page.GetByRole(AriaRole.Button, new() { Name = "Restore 1 thing" }).ClickAsync();

        await Assertions.Expect(page.Locator(".toast")).ToContainTextAsync("1 thing is restored");
        await visit.Open($"/models/{model}/versions/2");
        await Assertions.Expect(page.Locator("h1")).ToContainTextAsync(model);
        await visit.ShouldBeSound();
    }

    private static async Task<IPage> Delete(Visit visit, string id, string name)
    {
        var page = await visit.Open($"/runs/{id}");
        await page.GetByRole(AriaRole.Link, new() { Name = "Delete run", Exact = true }).ClickAsync();
        await Assertions.Expect(page.Locator("main")).ToContainTextAsync(name);
        await page.GetByRole(AriaRole.Button, new() { Name = "Delete 1 run" }).ClickAsync();
        await Assertions.Expect(page.Locator(".toast")).ToContainTextAsync("they lie in the bin");
        return page;
    }

    /// <summary>Scripts show the end by themselves; without them one looks again.</summary>
    private static async Task Ended(Visit visit, bool scripts)
    {
        var over = visit.Page.GetByRole(AriaRole.Heading, new() { Name = "The last purge" });
        while (!scripts && await over.CountAsync() == 0)
        {
            await visit.Page.WaitForTimeoutAsync(100);
            await visit.Page.ReloadAsync();
        }

        await Assertions.Expect(over).ToBeVisibleAsync();
    }

    private static async Task<string> Started(string name, Uri server)
    {
        using var http = new HttpClient { BaseAddress = server };
        using var started = await http.PostAsJsonAsync("/api/v1/runs", new { experiment_id = "0", name });
        var id = (await started.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("run_id").GetString()!;
        using var file = new StringContent(name.PadLeft(11)[^11..]);
        (await http.PutAsync(new Uri($"/api/v1/runs/{id}/artifacts/content/a.txt", UriKind.Relative), file)).EnsureSuccessStatusCode();
        return id;
    }
}
