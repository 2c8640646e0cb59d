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
    [Fact]
    public async Task A_table_that_no_address_answers_with_is_saved_as_what_it_shows_with_numbers_that_programs_read()
    {
        await using var visit = await chromium.Visit();
        var page = await visit.Open("/system/storage");
        await Assertions.Expect(page.Locator("[data-csv-table=storage]")).ToBeVisibleAsync();
        await page.EvaluateAsync("document.querySelector('#storage tbody td:nth-child(2)').textContent = '=1+1, \"x\"'; document.querySelector('#storage tbody td:nth-child(3)').textContent = '1,204'; document.querySelector('#storage tbody td:nth-child(5)').textContent = '–'");

        var download = await page.RunAndWaitForDownloadAsync(() => page.Locator("[data-csv-table=storage]").ClickAsync());

        download.SuggestedFilename.ShouldBe("storage.csv");
        var lines = await File.ReadAllLinesAsync(await download.PathAsync());
        lines[0].ShouldBe("Kind,What it is,Files,Size,Share");
        lines[1].ShouldMatch("^[a-z ]+,\"'=1\\+1, \"\"x\"\"\",1204,[0-9.]+ [kMG]?B,$");
        lines.Length.ShouldBe(1 + await page.Locator("#storage tbody tr").CountAsync());
    }

    [Fact]
    public async Task A_matrix_is_saved_with_its_counts_and_without_the_words_below_them_also_after_the_threshold_moved()
    {
        await using var visit = await chromium.Visit();
        var page = await visit.Open(chromium.Whole("/runs/{run}?evaluation=now"));
        await page.Locator("#threshold").FillAsync("0.9");
        var found = await page.Locator("#decisions output[data-field=tp]").InnerTextAsync();

        foreach (var id in (string[])["decisions", "confusion"])
        {
            var download = await page.RunAndWaitForDownloadAsync(() => page.Locator($"[data-csv-table={id}]").ClickAsync());
            var lines = await File.ReadAllLinesAsync(await download.PathAsync());
            lines[0].ShouldBe(",flagged,not flagged");
            lines[1].ShouldMatch(id == "decisions" ? $"^positive,{found},[0-9]+$" : "^positive,[0-9]+,[0-9]+$");
            lines[2].ShouldMatch("^negative,[0-9]+,[0-9]+$");
        }
    }

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

    [Fact]
    public async Task A_canary_is_started_by_the_form_seen_while_it_answers_and_promoted_and_another_is_aborted()
    {
        var (before, next) = await NextVersion(seed: 45);
        await using var visit = await chromium.Visit();

        var page = await BeginCanary(visit, next, against: before, errors: "12.5");
        await Assertions.Expect(page.Locator(".toast")).ToContainTextAsync($"The canary v{next} has begun");
        await Assertions.Expect(page.Locator("main")).ToContainTextAsync("more than 12.5\u00a0% of its rows");
        await Assertions.Expect(Card(page, $"Canary v{next}")).ToContainTextAsync("0 rows in this step");
        await Ask(60);
        await Assertions.Expect(Card(page, $"Canary v{next}")).ToContainTextAsync(new Regex(@"Answered\s*[1-9]\d* rows in this step, 0 errors", RegexOptions.None, TimeSpan.FromSeconds(1)));
        await Assertions.Expect(Card(page, $"Canary v{next}")).ToContainTextAsync(new Regex(@"Same answer\s*on \d", RegexOptions.None, TimeSpan.FromSeconds(1)));
        await SoundInEveryLook(visit, page.Url, "canary-running");

        await Confirmed(page, $"Promote v{next}", $"v{before} is champion now. v{next} takes its place.", "did well in the walk");
        await Assertions.Expect(page.Locator(".toast")).ToContainTextAsync($"v{next} is champion");
        (await Serves()).ShouldBe(next);
        await visit.Open("/deployments/bank/canary");
        await Assertions.Expect(Card(page, $"Canary v{next}")).ToContainTextAsync("promoted");

        await BeginCanary(visit, before, against: next, errors: "");
        await Assertions.Expect(page.Locator("main")).ToContainTextAsync("not judged");
        await Confirmed(page, "Abort the canary", $"Champion v{next} answers all of them after that.", "enough of the walk");
        await Assertions.Expect(page.Locator(".toast")).ToContainTextAsync("aborted");
        await visit.Open("/deployments/bank/canary");
        await Assertions.Expect(Card(page, $"Canary v{before}")).ToContainTextAsync("enough of the walk");
        await SoundInEveryLook(visit, page.Url, "canary-ended");
        (await Serves()).ShouldBe(next);
    }

    /// <summary>From the deployment, through the form and what it says will happen, to the page of the canary.</summary>
    private static async Task<IPage> BeginCanary(Visit visit, long version, long against, string errors)
    {
        var page = await visit.Open("/deployments/bank");
        var form = Card(page, "Start a canary");
        await form.GetByRole(AriaRole.Heading, new() { Name = "Start a canary" }).ClickAsync(); // it is folded
        await form.GetByLabel("Version", new() { Exact = true }).FillAsync($"{version}");
        await form.GetByLabel("Steps, in % of the traffic").FillAsync("50, 100");
        await form.GetByLabel("And so many rows").FillAsync("100000");
        await form.GetByLabel("Errors, in % of its rows").FillAsync(errors);
        await form.GetByRole(AriaRole.Button, new() { Name = "See what will happen" }).ClickAsync();
        await Assertions.Expect(page.Locator("h1")).ToHaveTextAsync($"Start the canary v{version}?");
        await Assertions.Expect(page.Locator("main")).ToContainTextAsync($"Champion v{against} answers the rest");
        await visit.Picture("canary-asked");
        await visit.ShouldBeSound();
        await page.GetByRole(AriaRole.Button, new() { Name = "Start the canary" }).ClickAsync();
        await Assertions.Expect(page.Locator("h1")).ToContainTextAsync("bank");
        return page;
    }

    private async Task SoundInEveryLook(Visit open, string path, string picture)
    {
        foreach (var look in Look.Mouse)
        {
            await open.Become(look);
            await open.Picture(picture);
            await open.ShouldBeSound();
        }

        await open.Become(Look.Wide);
        await using var phone = await chromium.Visit(Look.Phone);
        await phone.Open(path);
        foreach (var look in Look.Finger)
        {
            await phone.Become(look);
            await phone.Picture(picture);
            await phone.ShouldBeSound();
        }
    }

    /// <summary>Requests about as many people, so that a share of them falls to each variant.</summary>
    private async Task Ask(int requests)
    {
        using var http = new HttpClient { BaseAddress = chromium.Server };
        for (var i = 0; i < requests; i++)
        {
            using var customer = new StringContent(Tables.Customer.Replace("{", $"{{\"CustomerId\": \"canary-{i}\", ", StringComparison.Ordinal), System.Text.Encoding.UTF8, "application/json");
            (await http.PostAsync("/api/v1/deployments/bank/predict", customer)).EnsureSuccessStatusCode();
        }
    }

    private static ILocator Card(IPage page, string title) => page.Locator(".card", new() { Has = page.GetByRole(AriaRole.Heading, new() { Name = title, Exact = true }) });

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
