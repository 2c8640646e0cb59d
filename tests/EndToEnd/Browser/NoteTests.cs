using System.Net.Http.Json;
using System.Text.Json;

namespace Cairn.EndToEnd.Tests.Browser;

/// <summary>A description that says much, and one that means harm.</summary>
[Collection(Pages.Name)]
public class NoteTests(Chromium chromium)
{
    private const string Told =
        """
        ### Why this run

        The rate was **halved** after the last one overfitted; see [the candidates](/runs) and <https://example.org/paper>.

        - trees are deeper, `max_depth = 6`
        - [x] checked on the rows of May
        - [ ] not yet on those of June

        | split | rows | ROC AUC |
        |---|--:|--:|
        | test | 160 | 0.861 |
        | out of fold | 640 | 0.849 |

        > "Good enough for a canary." (Ada)

        ```yaml
        tune: { trials: 15, folds: 5, repeats: 4, metric: roc_auc, and_a_long_line_that_does_not_fit: on_a_phone_at_all }
        ```
        """;

    private static readonly string Hostile = string.Concat(
        "<script>window.harmed = 1</script> <img src=x onerror=\"window.harmed = 1\">\n\n",
        "[a](javascript:window.harmed=1) [b](data:text/html,<script>window.harmed=1</script>) ![c](javascript:window.harmed=1) ![d](https://nowhere.invalid/x.png)\n\n",
        "# שלום **مرحبا** 👩‍👩‍👧‍👦🏳️‍🌈\n\n###### deep\n\n|", string.Concat(Enumerable.Repeat("a|", 100)), "\n|", string.Concat(Enumerable.Repeat("-|", 100)), "\n\n", string.Concat(Enumerable.Repeat("> ", 40)), "x\n\n", new string('W', 6_000));

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_description_is_read_in_every_look_and_nothing_in_it_acts(bool hostile)
    {
        using var http = new HttpClient { BaseAddress = new Uri(chromium.Server, "/api/v1/") };
        var made = await http.PostAsJsonAsync("runs", new { experiment_id = "0", name = "described" });
        var run = (await made.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("run_id").GetString()!;
        (await http.PatchAsJsonAsync($"runs/{run}", new { description = hostile ? Hostile : Told, status = "finished" })).EnsureSuccessStatusCode();
        foreach (var looks in hostile ? [[Look.Wide], [Look.PhoneDark]] : new[] { Look.Mouse, Look.Finger })
        {
            await using var visit = await chromium.Visit(looks[0]);
            var page = await visit.Open($"/runs/{run}");
            (await page.Locator(".note-text").CountAsync()).ShouldBe(1);
            (await page.Locator(".note-text :is(img, script, iframe)").CountAsync()).ShouldBe(0);
            foreach (var link in await page.Locator(".note-text a").AllAsync()) (await link.GetAttributeAsync("href")).ShouldStartWith(hostile ? "https://nowhere.invalid/" : (await link.GetAttributeAsync("href"))!.StartsWith('/') ? "/runs" : "https://example.org/");
            foreach (var look in looks)
            {
                await visit.Become(look);
                await visit.Picture(hostile ? "run-described-hostile" : "run-described");
                await visit.ShouldBeSound();
            }

            await visit.ShouldBeReachable();
            (await page.EvaluateAsync<bool>("'harmed' in window")).ShouldBeFalse();
        }

        (await http.DeleteAsync($"runs/{run}")).EnsureSuccessStatusCode();
    }
}
