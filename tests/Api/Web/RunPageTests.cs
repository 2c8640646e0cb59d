using System.Net;
using System.Text.Json;
using AngleSharp.Html.Dom;
using AngleSharp.Html.Parser;
using Cairn.Client.Wire;
using Cairn.Web.Runs;

namespace Cairn.Api.Tests.Web;

public sealed class RunPageTests
{
    private static readonly string Judged = $"/runs/{RunSample.Judged}";

    [Fact]
    public async Task A_judged_run_shows_its_numbers_with_interval_and_baseline_as_they_were_recorded()
    {
        await using var host = await PageHost.Start(Sample.Api().WithEvaluation());
        var page = await host.Open($"{Judged}?evaluation=now");

        page.QuerySelector(".stat")!.TextContent.ShouldContain("0.855");
        page.QuerySelector(".stat .note")!.TextContent.ShouldBe("95\u00a0% interval 0.830–0.880; baseline 0.723");
        Card(page, "Against the baseline").TextContent.ShouldContain("contract alone");
        Card(page, "Confusion on the test split").TextContent.ShouldContain("100 rows that were kept aside");
        page.QuerySelectorAll("figure[data-chart]").Length.ShouldBe(5);
        page.QuerySelectorAll("figure[data-chart] table tbody tr").Length.ShouldBeGreaterThan(10, "each has its numbers as a table");
        Card(page, "Importance").QuerySelectorAll("li").Length.ShouldBe(14);
        Card(page, "Importance").TextContent.ShouldContain("6 more in importance.json");
        Card(page, "What it stands on").QuerySelectorAll(".stones li").Select(stone => stone.TextContent).ShouldBe(
            ["Model version churn v3promoted", "Run sedate-auk-3120198aa000000", "Project churnrevision 55555555", "Dataset churn v4training, dddddddd"]);
        Card(page, "Candidates").QuerySelectorAll("tbody tr").Length.ShouldBe(2);
    }

    [Fact]
    public async Task Its_curves_come_later_and_without_scripts_by_a_link()
    {
        var api = Sample.Api().WithEvaluation();
        await using var host = await PageHost.Start(api);

        var page = await host.Open(Judged);
        var part = page.QuerySelector("[data-part='/runs/0198aa000000700080000000000000aa?part=evaluation']")!;
        part.QuerySelector("noscript")!.InnerHtml.ShouldContain($"{Judged}?evaluation=now");
        page.QuerySelectorAll("figure[data-chart]").ShouldBeEmpty();
        page.QuerySelector("#threshold-rows").ShouldBeNull();
        Card(page, "Against the baseline").TextContent.ShouldContain("On the same 100 rows, kept aside");
        api.Asked.ShouldNotContain(asked => asked.Contains("roc.json", StringComparison.Ordinal) || asked.Contains("threshold.json", StringComparison.Ordinal));

        var alone = Parse(await host.Http.GetStringAsync($"{Judged}?part=evaluation"));
        alone.QuerySelectorAll("figure[data-chart]").Length.ShouldBe(5);
        alone.QuerySelector("form[aria-label=Decision]").ShouldNotBeNull();
        alone.QuerySelector("h1").ShouldBeNull();
    }

    [Fact]
    public async Task The_threshold_of_the_address_is_worked_out_by_the_server()
    {
        await using var host = await PageHost.Start(Sample.Api().WithEvaluation());

        Read(await host.Open($"{Judged}?evaluation=now")).ShouldBe(("0.10", "54", "24", "30", "1", "45", "102.00"));
        var moved = await host.Open($"{Judged}?threshold=0.5");
        Read(moved).ShouldBe(("0.50", "13", "10", "3", "15", "72", "48.50"));
        moved.QuerySelector("form[aria-label=Decision] .hint a")!.GetAttribute("href").ShouldBe(Judged);
        moved.QuerySelector("form[aria-label=Decision] noscript").ShouldNotBeNull();
        Read(await host.Open($"{Judged}?threshold=much&evaluation=now")).Threshold.ShouldBe("0.10");
        var rows = JsonDocument.Parse(moved.QuerySelector("#threshold-rows")!.TextContent).RootElement;
        rows.GetProperty("0.50").GetProperty("text").GetProperty("saved").GetString().ShouldBe("48.50");
        rows.GetProperty("0.50").GetProperty("at").GetProperty("profit")[1].GetDouble().ShouldBe(48.5);

        static (string Threshold, string Flagged, string Tp, string Fp, string Fn, string Tn, string Saved) Read(IHtmlDocument page)
        {
            return (Of("threshold"), Of("flagged"), Of("tp"), Of("fp"), Of("fn"), Of("tn"), Of("saved"));
            string Of(string field) => page.QuerySelector($"output[data-field={field}]")!.TextContent;
        }
    }

    [Fact]
    public async Task Files_that_are_not_as_Cairn_writes_them_are_named_and_the_rest_stands()
    {
        var api = Sample.Api().WithEvaluation().With($"runs/{RunSample.Judged}/artifacts/content/evaluation/roc.json", new { test = 1 })
            .With($"runs/{RunSample.Judged}/artifacts/content/evaluation/lift.json", "[null"u8.ToArray());
        await using var host = await PageHost.Start(api);
        var page = await host.Open($"{Judged}?evaluation=now");

        page.QuerySelector(".banner")!.TextContent.ShouldContain("evaluation/roc.json");
        page.QuerySelector(".banner")!.TextContent.ShouldContain("evaluation/lift.json");
        page.QuerySelectorAll("figure[data-chart]").Length.ShouldBe(3);
    }

    [Fact]
    public async Task A_candidate_that_was_not_chosen_says_why_it_has_no_curves()
    {
        await using var host = await PageHost.Start(Sample.Api());
        var page = await host.Open($"/runs/{RunSample.Other}");

        page.QuerySelector(".stat .note")!.TextContent.ShouldBe("± 0.018 over the folds");
        page.QuerySelector("[data-state=none]")!.TextContent.ShouldContain("Not judged on the test split");
        page.QuerySelector("[data-state=none] a")!.GetAttribute("href").ShouldBe(Judged);
    }

    [Fact]
    public async Task A_run_that_goes_on_says_how_far_it_is_until_it_has_ended()
    {
        var api = Sample.Api();
        await using var host = await PageHost.Start(api);
        var path = $"/runs/{RunSample.Running}";

        var page = await host.Open(path);
        page.QuerySelector("[data-part]")!.GetAttribute("data-part").ShouldBe($"{path}?part=progress");
        page.QuerySelector(".progress")!.TextContent.ShouldContain("trial 6 of 15");
        page.QuerySelector(".progress progress")!.GetAttribute("value").ShouldBe("0.4");
        api.With($"runs/{RunSample.Running}", RunSample.Run(RunSample.Running, "lucid-heron-318"));
        var ended = await host.Open($"{path}?part=progress");

        ended.QuerySelector("[data-part]").ShouldBeNull("nothing more is waited for");
        ended.QuerySelector(".banner")!.TextContent.ShouldContain("finished");
    }

    [Fact]
    public async Task Slices_come_later_on_the_page_of_the_run_and_say_in_words_which_are_surely_worse()
    {
        await using var host = await PageHost.Start(Sample.Api().WithEvaluation());

        Card(await host.Open(Judged), "Slices").QuerySelector("[data-part]")!.GetAttribute("data-part").ShouldBe($"{Judged}?part=slices");
        var part = Parse(await host.Http.GetStringAsync($"{Judged}?part=slices"));

        part.QuerySelector("p")!.TextContent.ShouldBe("1 of 2 slices is surely worse than the rest by ROC AUC, none surely better; 1 has too few rows to say.");
        part.QuerySelectorAll("li").Select(line => line.TextContent).ShouldBe(["contract = <b>monthly</b>: ROC AUC 0.710 (0.660 to 0.760), 0.080 below the rest, sure"]);
        part.QuerySelector("a")!.GetAttribute("href").ShouldBe($"{Judged}/slices");
    }

    [Fact]
    public async Task All_slices_stand_in_a_table_with_their_interval_the_rest_and_the_verdict()
    {
        await using var host = await PageHost.Start(Sample.Api());
        var page = await host.Open($"{Judged}/slices?feature=contract");

        var rows = page.QuerySelectorAll(".data-table tbody tr").Select(row => string.Join('|', row.Children.Select(cell => cell.TextContent.Trim()))).ToList();
        rows.ShouldBe(
        [
            "contract = <b>monthly</b>and 1 other name|surely worse|60|20|0.710|0.660–0.760|0.790|−0.080|0.002",
            "age up to 40|not sure|40|12|0.800|0.700–0.900|0.780|+0.020|0.70",
            "age is missing|too few rows|5|1|–|5 rows; at least 30 are needed|–|–|–",
        ]);
        page.QuerySelectorAll(".whisker").Length.ShouldBe(2);
        page.QuerySelector("select[name=metric]")!.Children.Select(option => option.TextContent).ShouldBe(["by ROC AUC", "by calibration gap"]);
        page.QuerySelector("select[name=feature] option[selected]")!.TextContent.ShouldBe("contract");
        Card(page, "Slices").TextContent.ShouldContain("Without slices: email (personal data");
        (await host.Http.GetStringAsync($"{Judged}/slices?format=csv")).ShouldContain("contract = <b>monthly</b>,worse,60,0.6,20,0.71,0.66 to 0.76,0.79,-0.08,0.002");
    }

    [Fact]
    public async Task A_run_without_slices_says_why_and_a_refusal_is_said_as_one()
    {
        await using var host = await PageHost.Start(Sample.Api().Refusing($"runs/{RunSample.Other}/slices", 404, "slices.none", "It has none.").Refusing($"runs/{RunSample.Judged}/slices", 409, "slices.unreadable", "It has format 9."));

        (await host.Open($"/runs/{RunSample.Other}/slices")).QuerySelector("[data-state=none]")!.TextContent.ShouldContain("No slices");
        (await host.Open($"{Judged}/slices")).QuerySelector("[data-state=error]")!.TextContent.ShouldContain("It has format 9.");
    }

    [Theory]
    [InlineData("")]
    [InlineData("/values")]
    [InlineData("/slices")]
    [InlineData("/curves")]
    [InlineData("/artifacts")]
    public async Task A_run_that_is_not_there_or_not_to_be_seen_is_said_on_each_of_its_pages(string tab)
    {
        await using var host = await PageHost.Start(Sample.Api().Refusing("runs/abcd", 403, "access.permission-missing", "This needs runs:read."));

        using var missing = await host.Http.GetAsync("/runs/none" + tab);
        using var denied = await host.Http.GetAsync("/runs/abcd" + tab);

        missing.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        Parse(await missing.Content.ReadAsStringAsync()).QuerySelector("[data-state=none]").ShouldNotBeNull();
        denied.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        Parse(await denied.Content.ReadAsStringAsync()).QuerySelector("[data-state=denied]")!.TextContent.ShouldContain("This needs runs:read.");
    }

    [Fact]
    public async Task Values_stand_with_their_baseline_and_deviation_beside_them()
    {
        await using var host = await PageHost.Start(Sample.Api());
        var page = await host.Open($"{Judged}/values");

        var rows = page.QuerySelectorAll("#metrics tbody tr").Select(row => string.Join('|', row.Children.Select(cell => cell.TextContent.Trim()))).ToList();
        rows.ShouldContain(row => row == "roc_auc|0.8549|0.7229|–");
        rows.ShouldContain(row => row == "cv.roc_auc|0.8448|–|0.0190");
        page.QuerySelectorAll("#params tbody tr").Length.ShouldBe(2);
        page.Body!.TextContent.ShouldContain("cairn.revision");
    }

    [Fact]
    public async Task Values_are_exported_with_every_digit()
    {
        await using var host = await PageHost.Start(Sample.Api());
        var page = await host.Open($"{Judged}/values");

        using var csv = await host.Http.GetAsync(page.QuerySelector("a[download]")!.GetAttribute("href"));

        csv.Content.Headers.ContentType!.ToString().ShouldBe("text/csv; charset=utf-8");
        var lines = (await csv.Content.ReadAsStringAsync()).Split("\r\n");
        lines[0].ShouldBe("kind,key,value");
        lines.ShouldContain(line => line == "param,algorithm,logistic_regression");
        lines.ShouldContain(line => line == "metric,cv.roc_auc.sd,0.019");
        lines.ShouldContain(line => line == "tag,cairn.winner,true");
    }

    [Fact]
    public async Task Metrics_with_a_history_are_charts_and_the_others_are_listed()
    {
        await using var host = await PageHost.Start(Sample.Api());

        (await host.Open($"{Judged}/curves")).QuerySelector("[data-part]")!.GetAttribute("data-part").ShouldBe($"{Judged}/curves?part=curves");
        var page = await host.Open($"{Judged}/curves?curves=now&x=relative");
        page.QuerySelectorAll("figure[data-chart]").Length.ShouldBe(1);
        page.QuerySelectorAll("figure tbody tr").Select(row => row.TextContent.Trim()).Count().ShouldBe(3, "a value that is no number is a gap, and the table says so");
        page.QuerySelector("figure tbody tr:last-child td")!.TextContent.ShouldBe("2", "seconds since the first");
        Card(page, "Logged once").QuerySelectorAll("dt").Length.ShouldBe(7);
    }

    [Fact]
    public async Task Metrics_that_are_too_many_to_be_looked_at_are_counted()
    {
        var many = RunSample.Run(RunSample.Judged, "many", metrics: Enumerable.Range(0, 21).ToDictionary(at => $"class_{at}", at => at / 20.0, StringComparer.Ordinal));
        var api = Sample.Api().With($"runs/{RunSample.Judged}", many);
        foreach (var (key, value) in many.Metrics) api.With($"runs/{RunSample.Judged}/metrics/{key}", new Page<MetricPoint>([new(key, value, 0, 1)]));
        await using var host = await PageHost.Start(api);

        var page = await host.Open($"{Judged}/curves?curves=now");

        Card(page, "Logged once").QuerySelectorAll("dt").Length.ShouldBe(16);
        page.QuerySelector("main p.muted")!.TextContent.ShouldStartWith("5 more metrics are not shown here");
        (await host.Open($"{Judged}/curves?curves=now&metric=class_20")).QuerySelector("main p.muted").ShouldBeNull();
    }

    [Theory]
    [InlineData("MLmodel", "pre", "python_function")]
    [InlineData("plots/rows.csv", "tbody tr:first-child td:last-child", "Smith, \"Al\"")]
    [InlineData("plots/model.bin", "[data-state=empty]", "No preview")]
    [InlineData("evaluation/importance.json", "pre", "\"algorithm\": \"logistic_regression\"")]
    public async Task A_file_is_shown_as_what_it_is(string file, string where, string what)
    {
        await using var host = await PageHost.Start(Sample.Api().WithEvaluation());
        var page = await host.Open($"{Judged}/artifacts?file={Uri.EscapeDataString(file)}");

        page.QuerySelectorAll($".columns > .w7 {where}").Select(element => element.TextContent).ShouldContain(text => text.Contains(what));
    }

    [Theory]
    [InlineData("path=MLmodel", "file=MLmodel")]
    [InlineData("path=plots/rows.csv/", "file=plots%2Frows.csv")]
    [InlineData("path=plots/deep/odd%20%231%3F.txt", "file=plots%2Fdeep%2Fodd%20%231%3F.txt")]
    [InlineData("file=plots/deep", "path=plots%2Fdeep")]
    public async Task A_file_that_was_asked_for_as_a_folder_is_led_to_and_a_folder_as_a_file_too(string asked, string there)
    {
        await using var host = await PageHost.Start(Sample.Api().WithoutFilesAt("MLmodel", "plots/rows.csv", "plots/deep/odd #1?.txt"));

        using var answer = await host.Http.GetAsync($"{Judged}/artifacts?{asked}");

        answer.StatusCode.ShouldBe(HttpStatusCode.SeeOther);
        answer.Headers.Location!.OriginalString.ShouldBe($"{Judged}/artifacts?{there}");
        (await host.Http.GetAsync(answer.Headers.Location)).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Theory]
    [InlineData("plots/deep")]
    [InlineData("plots/deep.png")]
    public async Task A_folder_beside_more_entries_than_are_listed_is_led_to_too(string folder)
    {
        var files = $"runs/{RunSample.Judged}/artifacts";
        await using var host = await PageHost.Start(Sample.Api()
            .With($"{files}?path=plots", new Page<ArtifactWire>([new("plots/a.txt", false, 1, new string('e', 64))], "more"))
            .With($"{files}?path={Uri.EscapeDataString(folder)}", new Page<ArtifactWire>([new($"{folder}/a.txt", false, 1, new string('e', 64))]))
            .Refusing($"{files}/content/{folder}", 404, "artifact.unknown", $"'{folder}' is a folder."));

        using var led = await host.Http.GetAsync($"{Judged}/artifacts?file={folder}");
        using var shown = await host.Http.GetAsync($"{Judged}/artifacts?file=plots/model.bin");

        (led.StatusCode, led.Headers.Location?.OriginalString).ShouldBe((HttpStatusCode.SeeOther, $"{Judged}/artifacts?path={Uri.EscapeDataString(folder)}"));
        shown.StatusCode.ShouldBe(HttpStatusCode.OK, "what was not listed is there all the same");
    }

    [Theory]
    [InlineData("path=plots/none/deeper", "plots/none/deeper", "in the folder plots:", 5)]
    [InlineData("path=none", "none", "what it keeps:", 3)]
    [InlineData("file=plots/none.png", "plots/none.png", "in the folder plots:", 5)]
    [InlineData("file=../../about", "../../about", "what it keeps:", 3)]
    [InlineData("path=a//b", "a//b", "what it keeps:", 3)]
    [InlineData("file=none/at/all.txt", "none/at/all.txt", "what it keeps:", 3)]
    public async Task What_a_run_does_not_keep_is_not_found_and_what_is_there_is_shown(string asked, string named, string told, int entries)
    {
        await using var host = await PageHost.Start(Sample.Api().WithoutFilesAt("none", "none/at", "none/at/all.txt", "plots/none", "plots/none/deeper", "plots/none.png"));

        using var answer = await host.Http.GetAsync($"{Judged}/artifacts?{asked}");
        var page = await PageHost.Read(answer);

        answer.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        var state = page.QuerySelector("[data-state=none]")!;
        state.QuerySelector("bdi")!.TextContent.ShouldBe(named);
        state.TextContent.ShouldContain(told);
        page.QuerySelectorAll("[aria-label=Files] tbody tr").Length.ShouldBe(entries);
        page.QuerySelectorAll(".columns > .w7").ShouldBeEmpty();
    }

    [Fact]
    public async Task Of_hundreds_of_folders_that_are_not_there_few_are_looked_for()
    {
        string[] folders = [.. Enumerable.Range(1, 490).Select(depth => string.Join('/', Enumerable.Repeat("a", depth)))];
        var api = Sample.Api().WithoutFilesAt(folders);
        await using var host = await PageHost.Start(api);

        using var answer = await host.Http.GetAsync($"{Judged}/artifacts?path={folders[^1]}");
        var page = await PageHost.Read(answer);

        answer.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        page.QuerySelectorAll("[aria-label=Files] tbody tr").Length.ShouldBe(3);
        api.Asked.Count(asked => asked.Contains("/artifacts", StringComparison.Ordinal)).ShouldBeLessThan(20);
    }

    [Fact]
    public async Task What_a_run_stored_is_sandboxed_by_its_own_answer()
    {
        await using var host = await PageHost.Start(Sample.Api());
        var page = await host.Open($"{Judged}/artifacts?file=plots/report.html");
        var frame = page.QuerySelector("iframe")!;
        frame.GetAttribute("sandbox").ShouldBe("");

        using var html = await host.Http.GetAsync(frame.GetAttribute("src"));
        using var image = await host.Http.GetAsync($"{Judged}/files/plots/roc.png");
        using var binary = await host.Http.GetAsync($"{Judged}/files/plots/model.bin");
        using var saved = await host.Http.GetAsync($"{Judged}/files/plots/report.html?download=1");
        using var missing = await host.Http.GetAsync($"{Judged}/files/plots/none.png");

        foreach (var answer in (HttpResponseMessage[])[html, image, binary, saved])
        {
            answer.StatusCode.ShouldBe(HttpStatusCode.OK);
            var policy = string.Join(' ', answer.Headers.GetValues("Content-Security-Policy"));
            policy.ShouldStartWith("default-src 'none';");
            policy.ShouldContain("; sandbox;");
            policy.ShouldNotContain("allow-scripts");
            answer.Headers.GetValues("X-Content-Type-Options").ShouldBe(["nosniff"]);
        }

        html.Content.Headers.ContentType!.MediaType.ShouldBe("text/html");
        html.Content.Headers.ContentDisposition.ShouldBeNull();
        image.Content.Headers.ContentType!.MediaType.ShouldBe("image/png");
        binary.Content.Headers.ContentDisposition!.DispositionType.ShouldBe("attachment");
        saved.Content.Headers.ContentDisposition!.FileNameStar.ShouldBe("report.html");
        saved.Content.Headers.ContentType!.MediaType.ShouldBe("application/octet-stream");
        missing.StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    [Theory]
    [InlineData("roc_auc", true)]
    [InlineData("val_loss", false)]
    [InlineData("cv.log_loss", false)]
    [InlineData("test/accuracy", true)]
    [InlineData("cv.roc_auc.sd", null)]
    [InlineData("train_seconds", null)]
    [InlineData("glossary", null)]
    public void A_name_says_which_way_a_metric_is_better_or_nothing(string key, bool? higher) => MetricSense.HigherIsBetter(key).ShouldBe(higher);

    private static AngleSharp.Dom.IElement Card(IHtmlDocument page, string title) => page.QuerySelectorAll(".card").Single(card => card.QuerySelector("h2")?.TextContent == title);

    private static IHtmlDocument Parse(string html) => new HtmlParser().ParseDocument(html);
}
