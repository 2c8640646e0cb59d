using System.Text.RegularExpressions;
using Cairn.Client;
using Cairn.Client.Wire;
using Cairn.EndToEnd.Tests.Running;
using Microsoft.Playwright;

namespace Cairn.EndToEnd.Tests.Browser;

/// <summary>Somebody runs a project by its page, watches it, thinks better of it, and takes it up again.</summary>
[Collection(Pages.Name)]
public class FlowTests(Chromium chromium)
{
    [Fact]
    public async Task A_project_is_run_watched_cancelled_and_taken_up_again_by_its_pages()
    {
        using var folder = new TestFolder();
        using var server = CairnProcess.Start(folder, "up", "--port", "0");
        var address = Chromium.AddressIn(await server.Says("Ctrl-C"));
        await Begin(address);
        await using var visit = await chromium.Visit(at: address);

        var page = await visit.Open("/projects/bank");
        await Assertions.Expect(page.GetByRole(AriaRole.Button, new() { Name = "Run now" })).ToHaveCountAsync(0);
        await page.GetByRole(AriaRole.Link, new() { Name = "See the run" }).ClickAsync();
        await Assertions.Expect(page.Locator("main progress")).ToBeVisibleAsync();
        await Assertions.Expect(page.Locator("main")).ToContainTextAsync(new Regex("trial [0-9]+ of 1000", RegexOptions.None, TimeSpan.FromSeconds(1)));
        await InEveryLook(visit, "flow-run-running");

        await page.GetByRole(AriaRole.Button, new() { Name = "Cancel the run" }).ClickAsync();
        await Assertions.Expect(page.Locator(".toast")).ToContainTextAsync("The run is asked to stop");
        await Assertions.Expect(page.GetByRole(AriaRole.Button, new() { Name = "Resume the run" })).ToBeVisibleAsync(new() { Timeout = 30_000 });
        await InEveryLook(visit, "flow-run-cancelled");

        await page.GetByRole(AriaRole.Button, new() { Name = "Resume the run" }).ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Button, new() { Name = "Cancel the run" })).ToBeVisibleAsync();
        await Assertions.Expect(page.Locator("#task-list tr", new() { HasText = "snapshot" })).ToContainTextAsync("succeeded");
        await page.GetByRole(AriaRole.Button, new() { Name = "Cancel the run" }).ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Button, new() { Name = "Resume the run" })).ToBeVisibleAsync(new() { Timeout = 30_000 });

        await visit.Open("/projects/bank");
        await InEveryLook(visit, "project-cancelled");
        await page.GetByText("promote if the gates pass").ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Run now" }).ClickAsync();
        await Assertions.Expect(page.Locator(".toast")).ToContainTextAsync("bank runs");
        await Assertions.Expect(page.Locator("main progress")).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Cancel the run" }).ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Button, new() { Name = "Resume the run" })).ToBeVisibleAsync(new() { Timeout = 30_000 });
        await visit.Open("/");
        await InEveryLook(visit, "overview-cancelled");
    }

    /// <summary>The project of the demo with so many trials that it is watched for a while.</summary>
    private async Task Begin(Uri address)
    {
        using var http = new HttpClient { BaseAddress = chromium.Server };
        var files = (await new CairnClient(http).GetProjectFilesAsync("bank")).Files;
        var texts = files.Files.ToDictionary(file => file.Key, file => Regex.Replace(file.Value, "trials: [0-9]+", "trials: 1000", RegexOptions.None, TimeSpan.FromSeconds(1)), StringComparer.Ordinal);
        using var own = new HttpClient { BaseAddress = address };
        await new CairnClient(own).RunProjectAsync(new RunProject(files with { Files = texts }, Promote: true));
    }

    private static async Task InEveryLook(Visit visit, string picture)
    {
        foreach (var look in new[] { Look.PhoneDark, Look.HugeDark, Look.WideDark, Look.Wide })
        {
            await visit.Become(look);
            await visit.Picture(picture);
            await visit.ShouldBeSound();
        }
    }
}
