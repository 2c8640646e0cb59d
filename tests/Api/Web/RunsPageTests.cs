using System.Net;
using AngleSharp.Dom;
using AngleSharp.Html.Dom;
using AngleSharp.Html.Parser;
using Cairn.Client.Wire;

namespace Cairn.Api.Tests.Web;

public sealed class RunsPageTests
{
    [Fact]
    public async Task The_address_says_filter_order_page_and_columns_and_the_api_is_asked_for_just_that()
    {
        var api = Sample.Api();
        await using var host = await PageHost.Start(api);

        var page = await host.Open("/runs?name=auk&experiment=1&status=finished&sort=-metrics.roc_auc&column=metrics.roc_auc&column=params.never%20seen&page_token=t1");

        api.Asked.Contains("runs?experiment=1&status=finished&name=auk&order_by=metrics.roc_auc%20desc&limit=50&page_token=t1", StringComparer.Ordinal).ShouldBeTrue(string.Join('\n', api.Asked));
        page.QuerySelectorAll("thead th").Select(head => head.TextContent.Trim()).ShouldBe(["Pick", "Run", "ROC AUC", "never seen"]);
        page.QuerySelector("th[aria-sort]")!.GetAttribute("aria-sort").ShouldBe("descending");
        ((IHtmlSelectElement)page.QuerySelector("select[name=experiment]")!).Value.ShouldBe("1");
        page.QuerySelector("select[name=experiment] option[selected]")!.TextContent.ShouldBe("churn");
        page.QuerySelectorAll("form.filters input[type=hidden]").Select(field => field.GetAttribute("name")).ShouldBe(["sort", "column", "column"]);
        page.QuerySelector("caption")!.TextContent.ShouldBe("Runs of churn");
        page.QuerySelector("td.best")!.TextContent.Trim().ShouldBe("0.8501", "the best of an experiment is bold");
    }

    [Fact]
    public async Task Picked_rows_go_to_the_comparison()
    {
        await using var host = await PageHost.Start(Sample.Api());
        var form = (IHtmlFormElement)(await host.Open("/runs")).QuerySelector("form.picking")!;

        form.Action.ShouldEndWith("/runs/compare");
        form.QuerySelectorAll("input[name=id]").Length.ShouldBe(5);
        form.QuerySelector(".selection button")!.TextContent.ShouldContain("Compare");
    }

    [Fact]
    public async Task Without_runs_the_list_shows_what_to_type_and_with_a_filter_how_to_leave_it()
    {
        await using var host = await PageHost.Start(new FakeApi().With("experiments", new Page<ExperimentWire>([])));

        (await host.Open("/runs")).QuerySelector("[data-state=empty] .code")!.TextContent.ShouldContain("cairn run churn");
        (await host.Open("/runs?name=x&sort=name")).QuerySelector("[data-state=none] a")!.GetAttribute("href").ShouldBe("/runs?sort=name");
    }

    [Theory]
    [InlineData(403, "access.permission-missing", "denied")]
    [InlineData(503, "storage.unavailable", "error")]
    [InlineData(404, "experiment.unknown", "none")]
    public async Task Runs_that_cannot_be_read_say_why_and_answer_so(int status, string code, string state)
    {
        await using var host = await PageHost.Start(new FakeApi().Refusing("runs", status, code, "Because of a reason."));

        using var answer = await host.Http.GetAsync("/runs?experiment=9");

        ((int)answer.StatusCode).ShouldBe(status);
        Parse(await answer.Content.ReadAsStringAsync()).QuerySelector($"[data-state={state}]")!.TextContent.ShouldContain("Because of a reason.");
    }

    [Fact]
    public async Task The_export_has_every_page_and_every_column_with_its_whole_value()
    {
        await using var host = await PageHost.Start(Sample.Api());

        var lines = (await host.Http.GetStringAsync("/runs?format=csv")).Split("\r\n", StringSplitOptions.RemoveEmptyEntries);

        lines.Length.ShouldBe(6);
        lines[0].ShouldBe("name,run_id,status,experiment,metrics.roc_auc,metrics.log_loss,user,duration,started_at,ended_at");
        lines[2].ShouldStartWith("sedate-auk-312,22222222222222222222222222222222,finished,churn,0.8501,0.412,local-admin,120,");
    }

    [Fact]
    public async Task Names_keys_and_values_of_users_are_text_whatever_they_hold()
    {
        const string hostile = "<script>alert(1)</script>\u202eevil";
        var run = RunSample.Run(new string('2', 32), hostile + new string('x', 10_000), metrics: new Dictionary<string, double>(StringComparer.Ordinal) { ["loss/<b>"] = 1 }, parameters: new Dictionary<string, string>(StringComparer.Ordinal) { ["algorithm"] = hostile });
        await using var host = await PageHost.Start(new FakeApi().With("runs", new Page<RunWire>([run])).With($"runs/{run.RunId}", run).With("runs/compare", new RunComparisonWire(
            [run, run], new SortedDictionary<string, IReadOnlyList<string?>>(StringComparer.Ordinal) { [hostile] = [hostile, "4"], ["b"] = ["1", "2"] }, new SortedDictionary<string, IReadOnlyList<double?>>(StringComparer.Ordinal) { ["loss/<b>"] = [1, 2] })));

        foreach (var path in (string[])["/runs", "/runs/compare?ids=a,b", $"/runs/{run.RunId}", $"/runs/{run.RunId}/values", $"/runs/{run.RunId}/curves?curves=now"])
        {
            var page = await host.Open(path);
            page.Scripts.ShouldAllBe(script => script.Type == "application/json" || script.Source != null, path);
            page.Body!.TextContent.ShouldContain("alert(1)");
            page.Title!.Length.ShouldBeLessThan(80);
        }
    }

    [Fact]
    public async Task A_comparison_names_what_is_best_only_where_the_metric_says_which_way_is_better()
    {
        await using var host = await PageHost.Start(Sample.Api());
        var page = await host.Open($"/runs/compare?id={RunSample.Judged}&id={RunSample.Other}");

        Row("cv ROC AUC").QuerySelector("strong")!.TextContent.ShouldBe("0.8448");
        Row("cv log loss").QuerySelector("strong")!.TextContent.ShouldBe("0.4090", "less is better");
        Row("surprise").QuerySelector("strong").ShouldBeNull();
        Row("max_depth").TextContent.ShouldContain("–");
        page.QuerySelector("figure[data-chart=parallel] table")!.TextContent.ShouldContain("xgboost");
        page.QuerySelector("[data-part]")!.GetAttribute("data-part").ShouldBe($"/runs/compare?ids={RunSample.Judged}%2C{RunSample.Other}&curve=trial.roc_auc&part=curves");

        IElement Row(string head) => page.QuerySelectorAll("tbody tr").Single(row => row.QuerySelector("th bdi")?.TextContent == head);
    }

    [Fact]
    public async Task The_curve_with_most_steps_is_drawn_first_whatever_its_name_and_metrics_of_one_point_come_last()
    {
        var metrics = new Dictionary<string, double>(StringComparer.Ordinal) { ["train_loss"] = 1, ["trial.auc"] = 1, ["zeal"] = 1, ["roc_auc"] = 1, ["short"] = 1 };
        var one = RunSample.Run(RunSample.Judged, "one", metrics: metrics) with { Steps = new Dictionary<string, long>(StringComparer.Ordinal) { ["short"] = 3, ["zeal"] = 20 } };
        var other = RunSample.Run(RunSample.Other, "other", metrics: metrics) with { Steps = new Dictionary<string, long>(StringComparer.Ordinal) { ["short"] = 50, ["zeal"] = 9000 } };
        var none = new Dictionary<string, IReadOnlyList<string?>>(StringComparer.Ordinal);
        await using var host = await PageHost.Start(Sample.Api().With("runs/compare", new RunComparisonWire([one, other], none, new Dictionary<string, IReadOnlyList<double?>>(StringComparer.Ordinal))));

        var page = await host.Open($"/runs/compare?ids={RunSample.Judged},{RunSample.Other}");

        page.QuerySelectorAll("select[name=curve] option").Select(option => option.GetAttribute("value")).ShouldBe(["zeal", "short", "roc_auc", "train_loss", "trial.auc"]);
        page.QuerySelector("[data-part]")!.GetAttribute("data-part")!.ShouldContain("curve=zeal");
    }

    [Fact]
    public async Task Curves_of_several_runs_lie_over_each_other_with_the_same_numbers_in_a_table()
    {
        await using var host = await PageHost.Start(Sample.Api());
        var part = await host.Open($"/runs/compare?ids={RunSample.Judged},{RunSample.Other}&curve=trial.roc_auc&part=curves");

        part.QuerySelector("main").ShouldBeNull("a part has no shell");
        part.QuerySelectorAll("figure table thead th").Select(head => head.TextContent).ShouldBe(["Step", "sedate-auk-312", "jolly-wren-7"]);
        part.QuerySelectorAll("figure table tbody tr").Select(row => string.Join('|', row.Children.Select(cell => cell.TextContent))).ShouldBe(["0|0.8000|0.8000", "1|not a number|not a number", "2|0.8100|0.8200"]);
        (await host.Open($"/runs/compare?ids={RunSample.Judged},{RunSample.Other}&curve=cv.roc_auc&part=curves")).Body!.TextContent.ShouldContain("One point each");
        (await host.Open($"/runs/compare?ids={RunSample.Judged},{RunSample.Other}&curve=nope&part=curves")).Body!.TextContent.ShouldContain("No run has this metric");
    }

    [Fact]
    public async Task A_run_is_unfolded_by_a_link_and_what_is_nested_in_it_stands_below_it_with_its_depth()
    {
        RunWire Made(string id, string name, long? children = null) => RunSample.Run(id, name) with { Children = children };
        var api = new FakeApi().With("runs", new Page<RunWire>([Made("p1", "parent", 2), Made("o1", "other")], "more")).With("runs/p1/children", new Page<RunWire>([Made("c1", "child", 1)])).With("runs/c1/children", new Page<RunWire>([Made("g1", "grandchild")]));
        await using var host = await PageHost.Start(api);

        var folded = await host.Open("/runs?sort=-started_at");
        var open = await host.Open("/runs?sort=-started_at&expand=p1&expand=c1");

        folded.QuerySelectorAll("tbody th a:not(.fold)").Select(link => link.TextContent).ShouldBe(["parent", "other"]);
        var fold = folded.QuerySelectorAll("a.fold").ShouldHaveSingleItem();
        (fold.GetAttribute("href"), fold.GetAttribute("aria-expanded"), fold.GetAttribute("aria-label")).ShouldBe(("/runs?sort=-started_at&expand=p1", "false", "2 runs nested in parent"));
        open.QuerySelectorAll("tbody th .node").Select(node => $"{node.GetAttribute("data-depth")} {node.TextContent.Trim()}").ShouldBe([" parent", "1 child", "2 grandchild", " other"]);
        open.QuerySelector("a.fold[aria-expanded=true]")!.GetAttribute("href").ShouldBe("/runs?sort=-started_at&expand=c1");
        open.QuerySelectorAll("a").ShouldNotContain(link => link.TextContent == "Show all", "what is unfolded is no filter");
    }

    [Fact]
    public async Task Clauses_go_to_the_API_and_what_is_wrong_with_them_stands_under_their_field()
    {
        var api = new FakeApi();
        await using var host = await PageHost.Start(api);
        await host.Open("/runs?filter=metrics.auc%20%3E%200.8&under=team&outermost=true&sort=-name");
        api.Asked.ShouldContain(asked => asked.StartsWith("runs?") && asked.Contains("filter=metrics.auc%20%3E%200.8") && asked.Contains("under=team") && asked.Contains("outermost=true") && asked.Contains("order_by=name%20desc"));

        api.Refusing("runs", 400, "run.filter-invalid", "The filter cannot be followed from character 9 on (>> 1).");
        using var answer = await host.Http.GetAsync("/runs?filter=metrics%20%3E%3E%201");

        answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        var page = Parse(await answer.Content.ReadAsStringAsync());
        var field = page.QuerySelector("input[name=filter]")!;
        (field.GetAttribute("value"), field.GetAttribute("aria-invalid")).ShouldBe(("metrics >> 1", "true"));
        page.GetElementById(field.GetAttribute("aria-describedby")!)!.TextContent.ShouldContain("from character 9 on");
    }

    [Fact]
    public async Task Groups_link_to_their_runs_by_a_clause_and_the_best_is_bold()
    {
        var api = new FakeApi().With("runs", new Page<RunWire>([RunSample.Run("a", "one")]))
            .With("runs/groups", new Page<RunGroupWire>([new("6", 3, 3, 0.8, 0.7, 0.9), new("o'clock", 2, 1, 0.6, 0.6, 0.6), new(null, 1, 0, null, null, null)]));
        await using var host = await PageHost.Start(api);

        var page = await host.Open("/runs/groups?by=params.max depth&metric=roc_auc&status=finished");

        page.QuerySelectorAll("tbody tr").Select(row => string.Join('|', row.Children.Select(cell => cell.TextContent.Trim()))).ShouldBe(["6|3|3|0.8000|0.7000|0.9000", "o'clock|2|1|0.6000|0.6000|0.6000", "(none)|1|0|–|–|–"]);
        page.QuerySelectorAll("tbody th a").Select(link => Uri.UnescapeDataString(link.GetAttribute("href")!)).ShouldBe(["/runs?status=finished&filter=params.`max depth` = '6'", "/runs?status=finished&filter=params.`max depth` = \"o'clock\""]);
        page.QuerySelectorAll("td.best").Select(cell => cell.TextContent.Trim()).ShouldBe(["0.8000", "0.9000"]);
    }

    [Theory]
    [InlineData("d", "d", "; all on the same dataset version.")]
    [InlineData("d", "e", "; on 2 dataset versions, so the metrics are of different rows.")]
    [InlineData("d", "", "; 1 run names no dataset, so the metrics may be of different rows.")]
    [InlineData("", "", "differ.")]
    public async Task Whether_runs_side_by_side_saw_the_same_rows_is_said_as_far_as_it_is_known(string one, string other, string said)
    {
        RunWire[] runs = [On(RunSample.Judged, one), On(RunSample.Other, other)];
        await using var host = await PageHost.Start(Sample.Api().With("runs/compare", new RunComparisonWire(
            runs, new SortedDictionary<string, IReadOnlyList<string?>>(StringComparer.Ordinal) { ["note"] = ["", null] }, new SortedDictionary<string, IReadOnlyList<double?>>(StringComparer.Ordinal))));

        var page = await host.Open($"/runs/compare?ids={RunSample.Judged},{RunSample.Other}");

        page.QuerySelector(".lede")!.TextContent.ShouldEndWith(said);
        page.QuerySelectorAll("tr[data-differs] td").Select(cell => cell.TextContent).ShouldBe(["empty", "–"]);

        static RunWire On(string id, string digest) => RunSample.Run(id, id) with { Inputs = digest.Length == 0 ? [] : [new("churn", new string(digest[0], 64), "training"), new("churn", new string('f', 64), "evaluation")] };
    }

    [Fact]
    public async Task Runs_side_by_side_are_exported_with_every_digit()
    {
        await using var host = await PageHost.Start(Sample.Api());
        var page = await host.Open($"/runs/compare?ids={RunSample.Judged},{RunSample.Other}");

        using var csv = await host.Http.GetAsync(page.QuerySelector("a[download]")!.GetAttribute("href"));

        csv.Content.Headers.ContentType!.ToString().ShouldBe("text/csv; charset=utf-8");
        var lines = (await csv.Content.ReadAsStringAsync()).Split("\r\n");
        lines[..2].ShouldBe(["what,sedate-auk-312,jolly-wren-7", $"run_id,{RunSample.Judged},{RunSample.Other}"]);
        lines.ShouldContain(line => line == "params.max_depth,,4");
        lines.ShouldContain(line => line == "metrics.cv.roc_auc,0.8448,0.8376");
    }

    [Fact]
    public async Task A_param_over_decades_has_an_axis_of_decades()
    {
        var runs = new[] { RunSample.Run(RunSample.Judged, "a"), RunSample.Run(RunSample.Other, "b") };
        await using var host = await PageHost.Start(new FakeApi().With("runs/compare", new RunComparisonWire(
            runs,
            new SortedDictionary<string, IReadOnlyList<string?>>(StringComparer.Ordinal) { ["lr"] = ["0.0001", "0.1"], ["depth"] = ["3", "9"] },
            new SortedDictionary<string, IReadOnlyList<double?>>(StringComparer.Ordinal) { ["val/loss"] = [0.2, 0.3] })));

        var option = (await host.Open($"/runs/compare?ids={RunSample.Judged},{RunSample.Other}")).QuerySelector("[data-chart=parallel] script")!.TextContent;

        System.Text.Json.JsonDocument.Parse(option).RootElement.GetProperty("parallelAxis").EnumerateArray().Select(axis => (axis.GetProperty("name").GetString(), axis.GetProperty("type").GetString())).ShouldBe(
            [("depth", "value"), ("lr", "log"), ("val/loss", "value")]);
    }

    [Fact]
    public async Task One_run_alone_cannot_be_compared_and_the_page_says_what_to_do()
    {
        await using var host = await PageHost.Start(new FakeApi().Refusing("runs/compare", 400, "run.compare-count", "1 runs were named; 2 to 20 can be compared."));

        using var answer = await host.Http.GetAsync("/runs/compare?ids=a");

        answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        Parse(await answer.Content.ReadAsStringAsync()).QuerySelector("[data-state=empty]")!.TextContent.ShouldContain("2 to 20 can be compared");
    }

    private static IHtmlDocument Parse(string html) => new HtmlParser().ParseDocument(html);
}
