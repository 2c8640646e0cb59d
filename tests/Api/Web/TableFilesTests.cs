using System.Net;
using System.Text.Json;
using Cairn.Client;
using Cairn.Client.Wire;

namespace Cairn.Api.Tests.Web;

/// <summary>Tables beside the lists: each is copied by a button and leads to a file with every digit.</summary>
public sealed class TableFilesTests
{
    private const string Flow = "0198aa000000700080000000000000dd";

    private static readonly string Judged = RunSample.Judged;

    [Fact]
    public async Task A_lifecycle_is_exported_with_its_tasks_its_result_and_its_candidates()
    {
        await using var host = await PageHost.Start(Sample.Api().With($"flow-runs/{Flow}", Lifecycle()));
        var page = await host.Open($"/flow-runs/{Flow}");

        (await Lines(host, Of(page, "task-list"))).ShouldBe(["task,state,message,started,ended,after", "snapshot,reused,\"1,000 rows\",2025-11-26T12:00:00.000Z,2025-11-26T12:00:01.000Z,", "train,succeeded,,,,snapshot"]);
        (await Lines(host, Of(page, "result-metrics"))).ShouldBe(["metric,xgboost,baseline", "roc_auc,0.85,0.7229", "log_loss,0.40123456789,"]);
        (await Lines(host, $"/flow-runs/{Flow}?table=candidates&format=csv")).ShouldBe(["algorithm,run_id,cv.roc_auc,cv.roc_auc.sd,cv.log_loss,seconds", $"xgboost,{Judged},0.8448123,0.019,0.409,2.4"]);

        (await host.Http.GetAsync($"/flow-runs/{Flow}?table=none&format=csv")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await host.Http.GetAsync("/flow-runs/none?table=tasks&format=csv")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task The_candidates_of_a_run_are_those_of_the_flow_run_that_made_it()
    {
        await using var host = await PageHost.Start(Sample.Api());

        (await Lines(host, Of(await host.Open($"/runs/{Judged}"), "candidates"))).Count.ShouldBe(3);
    }

    [Fact]
    public async Task Groups_are_exported_by_what_they_were_made_and_all_of_them()
    {
        var api = Sample.Api().With("runs/groups", new Page<RunGroupWire>([new("4", 3, 2, 0.8123456789, 0.8, 0.9), new(null, 1, 0, null, null, null)]));
        await using var host = await PageHost.Start(api);
        var page = await host.Open("/runs/groups?by=params.depth&metric=auc");

        (await Lines(host, page.QuerySelector("a[download]")!.GetAttribute("href")!)).ShouldBe(["params.depth,runs,measured,mean,min,max", "4,3,2,0.8123456789,0.8,0.9", ",1,0,,,"]);
    }

    [Fact]
    public async Task Nested_runs_lead_to_their_list_and_its_file()
    {
        var nested = RunSample.Run(RunSample.Other, "jolly-wren-7");
        var api = Sample.Api().With($"runs/{Judged}", RunSample.Run(Judged, "sedate-auk-312") with { Children = 70 }).With($"runs/{Judged}/children", new Page<RunWire>([nested], "more"));
        await using var host = await PageHost.Start(api);
        var page = await host.Open($"/runs/{Judged}");

        var list = Uri.EscapeDataString($"tags.mlflow.parentRunId = '{Judged}'");
        Of(page, "nested-runs").ShouldBe($"/runs?filter={list}&format=csv");
        page.QuerySelector($"a[href='/runs?filter={list}']")!.ParentElement!.TextContent.ShouldStartWith("the newest 1 of 70");
        (await host.Http.GetAsync(Of(page, "nested-runs"))).Content.Headers.ContentType!.MediaType.ShouldBe("text/csv");
        api.Asked.ShouldContain(asked => asked.StartsWith("runs?", StringComparison.Ordinal) && asked.Contains(list, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Tags_the_bin_and_experiments_have_files_too()
    {
        var api = Sample.Api().With("bin", new Page<BinItemWire>([new("runs/1", "=left", null, 1_764_158_400_000_000, "ada", null, 1200, 3, 4567, null)]))
            .With("experiment-tree", new Page<ExperimentNodeWire>([new("team", "team", null, 2, 0, 1500)]));
        await using var host = await PageHost.Start(api);

        Of(await host.Open($"/runs/{Judged}/values"), "tags").ShouldBe($"/runs/{Judged}/values?format=csv");
        (await Lines(host, "/bin?format=csv"))[1].ShouldBe("'=left,runs/1,2025-11-26T12:00:00.000Z,ada,1200,0,3,4567,,");
        (await Lines(host, Of(await host.Open("/experiments"), "experiments"))).ShouldBe(["path,experiment_id,runs,runs_below,experiments", "team,,0,1500,2"]);
    }

    [Fact]
    public async Task Rows_of_a_dataset_are_exported_under_their_names_without_personal_data()
    {
        var api = Sample.Api();
        await using var host = await PageHost.Start(api);
        var version = WithPeople(api);

        var lines = await Lines(host, "/datasets/people/versions/1/rows?format=csv");

        lines.ShouldBe(["age,\"a,b\"", "41,", "7,x"]);
        api.Asked.ShouldContain(asked => asked.StartsWith($"datasets/people/versions/{version}/rows?limit=50000", StringComparison.Ordinal), "each page is checked against the digest of its whole part");
    }

    [Fact]
    public async Task The_tables_of_the_overview_have_files_with_every_digit()
    {
        var run = RunSample.Run(Judged, "sedate-auk-312", metrics: Numbers(("roc_auc", 0.8548712345)));
        await using var host = await PageHost.Start(Sample.Api().With("runs", new Page<RunWire>([run])));
        var page = await host.Open();

        (await Lines(host, Of(page, "latest-runs"))).ShouldBe(
            ["run_id,run,project,status,metric,value,started,ended", $"{Judged},sedate-auk-312,churn,finished,roc_auc,0.8548712345,2025-11-26T12:00:00.000Z,2025-11-26T12:00:02.400Z"]);
        var models = await Lines(host, Of(page, "champions"));
        models[0].ShouldBe("model,champion,challenger,newest,served_by,updated");
        models[1].ShouldStartWith("churn,3,,3,churn,20");
        (await host.Http.GetAsync("/?table=none&format=csv")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task The_matrices_of_a_run_can_be_copied_and_saved()
    {
        await using var host = await PageHost.Start(Sample.Api().WithEvaluation());
        var page = await host.Open($"/runs/{Judged}?evaluation=now");

        foreach (var id in (string[])["decisions", "confusion"])
        {
            page.QuerySelector($"table.matrix#{id}")!.QuerySelectorAll("td.number output").Select(count => count.TextContent).ShouldBe(["24", "1", "30", "45"]);
            page.QuerySelectorAll($"[data-copy-table={id}], [data-csv-table={id}]").Length.ShouldBe(2);
        }
    }

    [Fact]
    public async Task A_table_without_an_address_of_its_own_is_saved_by_a_script_alone()
    {
        await using var host = await PageHost.Start(Sample.Api());
        var page = await host.Open("/system/storage?use=now");

        var button = page.QuerySelector("button[data-csv-table]")!;
        button.HasAttribute("hidden").ShouldBeTrue();
        page.GetElementById(button.GetAttribute("data-csv-table")!)!.LocalName.ShouldBe("table");
    }

    /// <returns>The digest of their version.</returns>
    private static string WithPeople(FakeApi api)
    {
        var digest = new string('d', 64);
        api.With("datasets/people/versions/1", new DatasetVersionWire("people", 1, digest, 2, 100, 1, "people.csv", null, null, [new("age", "text", true), new("email", "text", true, Pii: true), new("a,b", "text", true)]))
            .With($"datasets/people/versions/{digest}/rows", new Page<DatasetRowWire>([new(1, ["41", "ada@example.org", null]), new(2, ["7", "bo@example.org", "x"])]));
        return digest;
    }

    private static FlowRunWire Lifecycle() => new(
        Flow, "lifecycle", "projects/churn", "succeeded", 1, 1, 1, "",
        [new("snapshot", "succeeded", 1, "1,000 rows", 1_764_158_400_000_000, 1_764_158_401_000_000, true), new("train", "succeeded", 1, "", null, null, false, ["snapshot"])],
        JsonSerializer.SerializeToElement(
            new LifecycleResult(
                "churn", "promoted", "", 5000, "1", false, "1", Judged, "xgboost", Numbers(("roc_auc", 0.85), ("log_loss", 0.40123456789)), Numbers(), Numbers(("roc_auc", 0.7229)), "contract", 0.1, "churn", 3, "churn", [],
                [new("xgboost", Judged, 0.8448123, 0.019, 0.409, 2.4)]),
            CairnJson.Options),
        null);

    private static Dictionary<string, double> Numbers(params (string Key, double Value)[] numbers) => numbers.ToDictionary(number => number.Key, number => number.Value, StringComparer.Ordinal);

    private static string Of(AngleSharp.Html.Dom.IHtmlDocument page, string table) =>
        page.QuerySelector($"[data-copy-table={table}]")!.ParentElement!.QuerySelector("a[download]")!.GetAttribute("href")!;

    private static async Task<IReadOnlyList<string>> Lines(PageHost host, string address)
    {
        using var csv = await host.Http.GetAsync(address);
        csv.StatusCode.ShouldBe(HttpStatusCode.OK, address);
        csv.Content.Headers.ContentType!.MediaType.ShouldBe("text/csv");
        return (await csv.Content.ReadAsStringAsync()).TrimEnd().Split("\r\n");
    }
}
