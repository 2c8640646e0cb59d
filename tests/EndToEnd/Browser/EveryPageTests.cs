namespace Cairn.EndToEnd.Tests.Browser;

/// <summary>What holds for each page, in each look. A new page is one more line.</summary>
[Collection(Pages.Name)]
public class EveryPageTests(Chromium chromium)
{
    /// <summary>Name of the picture and address; what stands in braces is of <see cref="Chromium.Ids"/>.</summary>
    public static TheoryData<string, string> Addresses { get; } = new()
    {
        { "overview", "/" },
        { "search", "/search?q=bank" },
        { "projects", "/projects" },
        { "project", "/projects/bank" },
        { "datasets", "/datasets" },
        { "dataset", "/datasets/bank" },
        { "dataset-version", "/datasets/bank/versions/1" },
        { "dataset-rows", "/datasets/bank/versions/1/rows" },
        { "flow-runs", "/flow-runs" },
        { "flow-run", "/flow-runs/{flow}" },
        { "runs", "/runs" },
        { "runs-found", "/runs?filter=metrics.cv.roc_auc%20%3E%200.5" },
        { "runs-grouped", "/runs/groups?by=params.algorithm" },
        { "experiments", "/experiments" },
        { "experiments-moved", "/experiments/move?from=bank" },
        { "run", "/runs/{run}" },
        { "run-edit", "/runs/{run}/edit" },
        { "run-values", "/runs/{run}/values" },
        { "run-slices", "/runs/{run}/slices" },
        { "run-curves", "/runs/{run}/curves?smooth=0.5" },
        { "run-artifacts", "/runs/{run}/artifacts" },
        { "runs-compared", "/runs/compare?ids={runs}&smooth=0.5" },
        { "runs-tagged", "/runs/tag?id={run}" },
        { "runs-deleted", "/runs/delete?id={run}" },
        { "models", "/models" },
        { "model", "/models/bank" },
        { "model-version", "/models/bank/versions/1" },
        { "deployments", "/deployments" },
        { "deployment", "/deployments/bank" },
        { "deployment-canary", "/deployments/bank/canary" },
        { "deployment-outcomes", "/deployments/bank/outcomes" },
        { "deployment-settings", "/deployments/bank/settings" },
        { "predictions", "/predictions" },
        { "prediction", "/predictions/{prediction}" },
        { "predict", "/predict/bank" },
        { "predict-answered", "/predict/bank?prediction={prediction}" },
        { "predict-batch", "/predict/bank/batch" },
        { "bin", "/bin" },
        { "bin-restored", "/bin/restore?subject={binned}" },
        { "bin-purged", "/bin/purge?subject={binned}" },
        { "system-health", "/system" },
        { "system-storage", "/system/storage" },
        { "system-audit", "/system/audit" },
        { "system-about", "/system/about" },
    };

    [Theory]
    [MemberData(nameof(Addresses))]
    public async Task A_page_is_sound_in_every_look(string name, string address)
    {
        foreach (var looks in new[] { Look.Mouse, Look.Finger })
        {
            await using var visit = await chromium.Visit(looks[0]);
            await visit.Open(chromium.Whole(address));
            foreach (var look in looks)
            {
                await visit.Become(look);
                await visit.Picture(name);
                await visit.ShouldBeSound();
            }

            await visit.ShouldBeReachable();
        }
    }

    [Fact]
    public async Task An_address_without_a_page_is_sound_too()
    {
        foreach (var look in new[] { Look.Wide, Look.PhoneDark })
        {
            await using var visit = await chromium.Visit(look);
            visit.Expected.Add(404);
            await visit.Open("/nowhere");
            await visit.Picture("not-found");
            await visit.ShouldBeSound();
        }
    }

    [Fact]
    public async Task Without_scripts_every_page_has_its_content()
    {
        await using var visit = await chromium.Visit(scripts: false);
        foreach (var (_, address) in Addresses.Select(row => row.Data))
        {
            var page = await visit.Page.GotoAsync(chromium.Whole(address));
            page!.Ok.ShouldBeTrue(address);
            (await visit.Page.Locator("main h1").InnerTextAsync()).ShouldNotBeEmpty();
        }

        await visit.Page.GotoAsync("/system");
        await visit.Page.GetByRole(Microsoft.Playwright.AriaRole.Link, new() { Name = "Show the checks" }).ClickAsync();
        (await visit.Page.Locator(".banner b").InnerTextAsync()).ShouldBe("All is well");
    }
}
