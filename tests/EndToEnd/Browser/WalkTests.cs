using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;
using Cairn.EndToEnd.Tests.Running;
using Microsoft.Playwright;

namespace Cairn.EndToEnd.Tests.Browser;

/// <summary>What somebody does who was told nothing: from the demo to a promotion, a prediction, its replay, and back to the champion before.</summary>
[Collection(Pages.Name)]
public class WalkTests(Chromium chromium)
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_run_is_opened_two_are_compared_one_promoted_a_prediction_made_found_and_replayed_and_the_champion_rolled_back(bool scripts)
    {
        var (before, next) = await NextVersion(seed: scripts ? 43 : 44);
        await using var visit = await chromium.Visit(scripts: scripts);
        var page = await visit.Open("/");

        var latest = page.GetByRole(AriaRole.Region, new() { Name = "Runs, the newest first" }).GetByRole(AriaRole.Rowheader).First;
        var run = await latest.InnerTextAsync();
        await latest.GetByRole(AriaRole.Link).ClickAsync();
        await Assertions.Expect(page.Locator("h1")).ToContainTextAsync(run);
        await Assertions.Expect(page.Locator(".stat").First).ToContainTextAsync("ROC AUC");

        await Menu(page, "Runs");
        await page.GetByRole(AriaRole.Checkbox).Nth(0).CheckAsync();
        await page.GetByRole(AriaRole.Checkbox).Nth(1).CheckAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Compare" }).ClickAsync();
        await Assertions.Expect(page.Locator("h1")).ToHaveTextAsync("Compare 2 runs");
        await Assertions.Expect(page.Locator("#side-by-side")).ToContainTextAsync("ROC AUC");

        await Menu(page, "Models");
        await page.GetByRole(AriaRole.Link, new() { Name = "bank", Exact = true }).First.ClickAsync();
        await Confirmed(page, $"Promote v{next}", $"v{before} is champion now. v{next} takes its place.", "better in the walk");
        await Assertions.Expect(page.Locator(".toast")).ToContainTextAsync($"v{next} is champion");
        (await Serves()).ShouldBe(next);

        var entity = $"walker-{scripts}";
        await Menu(page, "Predict");
        await page.GetByLabel("CustomerId", new() { Exact = true }).FillAsync(entity);
        await page.GetByLabel("Age", new() { Exact = true }).FillAsync("71");
        await page.GetByRole(AriaRole.Button, new() { Name = "Predict", Exact = true }).ClickAsync();
        var answer = page.GetByRole(AriaRole.Region, new() { Name = "Answer", Exact = true });
        await Assertions.Expect(answer).ToContainTextAsync($"v{next}");
        var id = await answer.Locator(".card-foot .mono").InnerTextAsync();

        await Menu(page, "Predictions");
        await page.GetByRole(AriaRole.Textbox, new() { Name = "Entity", Exact = true }).FillAsync(entity);
        await page.GetByRole(AriaRole.Button, new() { Name = "Filter" }).ClickAsync();
        if (!scripts) await page.GetByRole(AriaRole.Link, new() { Name = "Show what was found" }).ClickAsync();
        await page.GetByRole(AriaRole.Link, new() { Name = id[..13] }).ClickAsync();
        await Assertions.Expect(page.Locator("h1")).ToContainTextAsync("Prediction");
        await Assertions.Expect(page.GetByText(id, new() { Exact = true })).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Replay" }).ClickAsync();
        await Assertions.Expect(page.Locator("[data-replay=same]")).ToContainTextAsync("The same, bit for bit");

        await Menu(page, "Models");
        await page.GetByRole(AriaRole.Link, new() { Name = "bank", Exact = true }).First.ClickAsync();
        await Confirmed(page, $"Roll back to v{before}", $"v{next} is champion now. v{before}, the champion before it, takes its place.", "only a walk");
        await Assertions.Expect(page.Locator(".toast")).ToContainTextAsync($"v{before} is champion");
        (await Serves()).ShouldBe(before);
        await Assertions.Expect(page.Locator(".card", new() { Has = page.GetByRole(AriaRole.Heading, new() { Name = "Promotions" }) })).ToContainTextAsync("only a walk");
    }

    private static Task Menu(IPage page, string area) =>
        page.GetByRole(AriaRole.Navigation, new() { Name = "Main" }).GetByRole(AriaRole.Link, new() { Name = area, Exact = true }).ClickAsync();

    private static async Task Confirmed(IPage page, string act, string says, string reason)
    {
        await page.GetByRole(AriaRole.Button, new() { Name = act }).ClickAsync();
        var dialog = page.GetByRole(AriaRole.Dialog);
        await Assertions.Expect(dialog).ToContainTextAsync(says);
        await dialog.GetByLabel("Reason").FillAsync(reason);
        await dialog.GetByRole(AriaRole.Button, new() { Name = act }).ClickAsync();
    }

    /// <summary>The champion, and a version that holds its gates and waits for somebody to promote it.</summary>
    private async Task<(long Champion, long Next)> NextVersion(int seed)
    {
        var project = chromium.Folder["home/demo/bank"];
        var file = Path.Combine(project, "cairn.yaml");
        await File.WriteAllTextAsync(file, Regex.Replace(await File.ReadAllTextAsync(file), @"seed: \d+", $"seed: {seed}", RegexOptions.None, TimeSpan.FromSeconds(1)).Replace("- not_worse_than champion", "- roc_auc >= 0.7", StringComparison.Ordinal));
        var run = (await CairnProcess.Run(chromium.Folder, "run", project, "--no-promote", "--json")).ShouldSucceed();
        run.Json.GetProperty("verdict").GetString().ShouldBe("passed", run.All);
        return (await Serves(), run.Json.GetProperty("version").GetInt64());
    }

    private async Task<long> Serves()
    {
        using var http = new HttpClient { BaseAddress = chromium.Server };
        return (await http.GetFromJsonAsync<JsonElement>("/api/v1/deployments/bank")).GetProperty("version").GetInt64();
    }
}
