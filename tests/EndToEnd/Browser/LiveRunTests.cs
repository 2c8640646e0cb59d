using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Playwright;

namespace Cairn.EndToEnd.Tests.Browser;

/// <summary>A run that is logged while somebody looks at it.</summary>
[Collection(Pages.Name)]
public class LiveRunTests(Chromium chromium)
{
    [Fact]
    public async Task The_curves_of_a_running_run_grow_as_the_same_picture_and_the_page_says_when_it_has_ended()
    {
        using var http = new HttpClient { BaseAddress = new Uri(chromium.Server, "/api/v1/") };
        var made = await http.PostAsJsonAsync("runs", new { experiment_id = "0", name = "watched" });
        var run = (await made.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("run_id").GetString()!;
        Task Log(params (long Step, double Value)[] points) => Sure(http.PostAsJsonAsync($"runs/{run}/log", new { metrics = points.Select(point => new { key = "loss", value = point.Value, step = point.Step }) }));
        await Log((0, 3), (1, 2));
        await using (var visit = await chromium.Visit())
        {
            var page = await visit.Open($"/runs/{run}/curves");
            await page.Locator("figure .plot canvas").First.WaitForAsync();
            await page.EvaluateAsync("document.querySelector('figure .plot canvas').dataset.same = 'yes'");
            await page.GetByText("Show as table").ClickAsync();

            await Log((2, 1), (3, 0.5));

            await Assertions.Expect(page.Locator("figure tbody tr")).ToHaveCountAsync(4, new() { Timeout = 10_000 });
            await Assertions.Expect(page.Locator("figure .plot canvas[data-same=yes]")).ToHaveCountAsync(1);
            (await page.Locator("figure details").GetAttributeAsync("open")).ShouldNotBeNull("the table that was opened stays open");
            (await page.EvaluateAsync<string>("document.activeElement.tagName")).ShouldBe("SUMMARY", "who stood on it stands on it");
            await visit.Picture("run-curves-live");

            await page.GotoAsync($"/runs/{run}");
            await Assertions.Expect(page.Locator(".facts.latest")).ToContainTextAsync("0.5");
            await Log((4, 0.25));
            await Assertions.Expect(page.Locator(".facts.latest")).ToContainTextAsync("0.25", new() { Timeout = 10_000 });
            await visit.Picture("run-live");
            await Sure(http.PatchAsJsonAsync($"runs/{run}", new { status = "finished" }));
            await Assertions.Expect(page.GetByText("The run has ended: finished")).ToBeVisibleAsync(new() { Timeout = 10_000 });
        }

        await Sure(http.DeleteAsync($"runs/{run}"));
    }

    private static async Task Sure(Task<HttpResponseMessage> asked)
    {
        using var answer = await asked;
        answer.IsSuccessStatusCode.ShouldBeTrue(await answer.Content.ReadAsStringAsync());
    }
}
