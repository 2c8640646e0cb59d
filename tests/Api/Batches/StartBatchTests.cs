using System.Globalization;
using System.Text;
using Cairn.Client;

namespace Cairn.Api.Tests.Batches;

public class StartBatchTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_file_is_scored_into_a_file_with_the_answers_that_single_requests_get()
    {
        await using var home = await BatchHome.Start();
        var source = home.Csv(50);

        var result = await home.Result(home.Request(source, "out/scored.csv") with { Keep = ["guest", "cups"] });

        (result.Deployment, result.Model, result.Version, result.Rows, result.Scored, result.Rejected, result.Parts).ShouldBe(("coffee", "coffee", 1L, 50L, 50L, 0L, 1));
        (result.Output, result.Bytes, result.Rejects).ShouldBe((Path.Combine(home.Folder, "out", "scored.csv"), new FileInfo(result.Output).Length, null));
        var lines = home.Lines("out/scored.csv");
        lines[0].ShouldBe("guest,cups,prediction,probability,model,version");
        for (var i = 0; i < 50; i++)
        {
            var json = $$"""{"age": {{20 + (i % 60)}}, "cups": {{(i % 3 == 0 ? "null" : $"{i % 9}")}}, "roast": "{{(i % 2 == 0 ? "dark" : "light")}}", "member": {{(i % 5 == 0 ? "true" : "false")}}}""";
            var alone = await home.Client.PredictAsync("coffee", Encoding.UTF8.GetBytes(json), cancellation: Cancelled);
            var fields = lines[i + 1].Split(',');
            (fields[0], fields[1], fields[2], fields[4], fields[5]).ShouldBe(($"guest {i}", i % 3 == 0 ? "" : $"{i % 9}", alone.Prediction, "coffee", "1"));
            double.Parse(fields[3], CultureInfo.InvariantCulture).ShouldBe(alone.Probability);
        }

        Directory.EnumerateFileSystemEntries(Path.Combine(home.Folder, "out")).Count().ShouldBe(1, "nothing is left of the work");
    }

    [Fact]
    public async Task A_folder_of_parts_can_be_scored_again_and_without_a_key_rows_have_numbers()
    {
        await using var home = await BatchHome.Start();

        var first = await home.Result(home.Request(home.Csv(300_000), "scored"));

        first.Parts.ShouldBe(3);
        (await home.Column("row", "scored/part-00000.parquet", "scored/part-00001.parquet", "scored/part-00002.parquet")).ShouldBe(Enumerable.Range(1, 300_000).Select(i => $"{i}"));
        (await home.Refused(home.Request("guests.csv", "scored"))).ShouldBe("batch.output-exists");
        (await home.Result(home.Request(home.Csv(10, "few.csv"), "scored") with { Overwrite = true })).Parts.ShouldBe(1);
        Directory.EnumerateFiles(Path.Combine(home.Folder, "scored")).Select(Path.GetFileName).Order(StringComparer.Ordinal).ShouldBe(["_SUCCESS", "manifest.json", "part-00000.parquet"]);
        Directory.EnumerateFileSystemEntries(home.Folder, ".*").ShouldBeEmpty();
    }

    [Fact]
    public async Task A_version_is_chosen_when_the_batch_begins_or_named()
    {
        await using var home = await BatchHome.Start();
        var source = home.Csv(20);
        await home.Result(home.Request(source, "one.csv"));
        await home.Promote(await home.Register(seed: 2));

        (await home.Result(home.Request(source, "two.csv"))).Version.ShouldBe(2);
        (await home.Result(home.Request(source, "named.csv") with { Version = 1 })).Version.ShouldBe(1);

        home.Lines("named.csv").ShouldBe(home.Lines("one.csv"));
        home.Lines("two.csv")[1..].ShouldAllBe(line => line.EndsWith(",coffee,2", StringComparison.Ordinal));
        (await home.Refused(home.Request(source, "x.csv") with { Version = 9 })).ShouldBe("registry.version-unknown");
    }

    [Fact]
    public async Task Rows_that_break_the_contract_refuse_all_or_are_put_aside()
    {
        await using var home = await BatchHome.Start();
        var source = home.Csv(40, line: i => i == 17 ? "guest 17,-3,x,purple,yes" : $"guest {i},30,2,dark,no");

        var refused = await home.Run(home.Request(source, "scored.csv"));
        (refused.State, refused.Problem!.Code).ShouldBe(("failed", "batch.rows-invalid"));
        refused.Problem.Errors!.Select(e => e.Field).ShouldBe(["row 18 age", "row 18 cups", "row 18 roast"]);
        File.Exists(Path.Combine(home.Folder, "scored.csv")).ShouldBeFalse();

        var result = await home.Result(home.Request(source, "scored.csv") with { SkipInvalid = true, Keep = ["guest"] });
        (result.Scored, result.Rejected, result.Rejects).ShouldBe((39L, 1L, Path.Combine(home.Folder, "scored.csv.rejects.csv")));
        home.Lines("scored.csv.rejects.csv").ShouldBe(["row,guest,problem", "18,guest 17,\"age: found -3, expected a whole number from 0 to 120; cups: found 'x', expected a number; roast: found the text \"\"purple\"\", expected one of \"\"dark\"\", \"\"light\"\", \"\"medium\"\"\""]);
        Directory.EnumerateFileSystemEntries(home.Folder, ".*").ShouldBeEmpty("the parts of the refused run are gone too");
    }

    [Fact]
    public async Task What_cannot_be_read_or_written_is_refused_before_anything_is_done()
    {
        await using var home = await BatchHome.Start();
        var source = home.Csv(5);
        var good = home.Request(source, "scored.csv");

        (await home.Refused(good, "tea")).ShouldBe("deployment.unknown");
        (await home.Refused(good with { Folder = "here" })).ShouldBe("batch.invalid");
        (await home.Refused(good with { Explain = 21 })).ShouldBe("batch.invalid");
        (await home.Refused(good with { Source = new("missing.csv") })).ShouldBe("project.source-missing");
        (await home.Refused(good with { Source = new("/etc/passwd") })).ShouldBe("project.source-outside");
        (await home.Refused(good with { Output = new("../scored.csv") })).ShouldBe("batch.output-outside");
        (await home.Refused(good with { Output = new("scored.csv", "parquet") })).ShouldBe("batch.output-invalid");
        (await home.Refused(good with { Output = new("scored", "xlsx") })).ShouldBe("batch.output-invalid");
        (await home.Refused(good with { Output = new(source) })).ShouldBe("batch.output-exists");
        (await home.Refused(home.Request("guests.csv", "scored.csv") with { Folder = home.Server.Home, Source = new(Path.Combine(home.Folder, source)) })).ShouldBe("project.source-outside");

        Directory.CreateDirectory(Path.Combine(home.Folder, "mine"));
        await File.WriteAllTextAsync(Path.Combine(home.Folder, "mine", "letter.txt"), "dear", Cancelled);
        (await home.Refused(good with { Output = new("mine"), Overwrite = true })).ShouldBe("batch.output-exists");
        (await home.Client.ListFlowRunsAsync(cancellation: Cancelled)).Items.ShouldBeEmpty();
    }

    [Fact]
    public async Task The_home_of_the_server_is_never_written_to()
    {
        await using var home = await BatchHome.Start();
        var inside = Path.Combine(home.Server.Home, "files");
        Directory.CreateDirectory(inside);
        File.Move(Path.Combine(home.Folder, home.Csv(5)), Path.Combine(inside, "guests.csv"));

        var refused = await Should.ThrowAsync<CairnException>(() => home.Client.StartBatchAsync("coffee", new(inside, new("guests.csv"), new("scored.csv")), Cancelled));

        (refused.Code, refused.Problem.Detail.Contains("inside the server's home", StringComparison.Ordinal)).ShouldBe(("batch.output-outside", true));
    }

    [Fact]
    public async Task What_the_file_lacks_and_what_cannot_be_kept_fails_the_run_and_names_it()
    {
        await using var home = await BatchHome.Start();
        await File.WriteAllTextAsync(Path.Combine(home.Folder, "short.csv"), "age,roast,version\n30,dark,1\n", Cancelled);
        home.Csv(5);

        var lacking = await home.Run(home.Request("short.csv", "a.csv"));
        (lacking.Problem!.Code, lacking.Problem.Errors!.Single().Field).ShouldBe(("data.columns-missing", "member"));
        (await home.Run(home.Request("guests.csv", "b.csv") with { Keep = ["name"] })).Problem!.Code.ShouldBe("batch.keep-invalid");
        File.AppendAllText(Path.Combine(home.Folder, "short.csv"), "");
        await File.WriteAllTextAsync(Path.Combine(home.Folder, "named.csv"), "age,roast,member,version\n30,dark,yes,1\n", Cancelled);
        (await home.Run(home.Request("named.csv", "c.csv") with { Keep = ["version"] })).Problem!.Errors!.Single().Found.ShouldBe("the name of a column that the answer has");
    }

    [Fact]
    public async Task Reasons_stand_behind_the_answer()
    {
        await using var home = await BatchHome.Start();

        await home.Result(home.Request(home.Csv(5), "scored.csv") with { Explain = 2 });

        var lines = home.Lines("scored.csv");
        lines[0].ShouldBe("row,prediction,probability,model,version,reason_1,reason_1_contribution,reason_2,reason_2_contribution");
        var alone = await home.Client.PredictAsync("coffee", """{"age": 20, "roast": "dark", "member": true}"""u8.ToArray(), explain: true, Cancelled);
        var fields = lines[1].Split(',');
        (fields[5], fields[7]).ShouldBe((alone.Explanation!.Contributions[0].Feature, alone.Explanation.Contributions[1].Feature));
        double.Parse(fields[6], CultureInfo.InvariantCulture).ShouldBe(alone.Explanation.Contributions[0].Contribution);
    }

    [Fact]
    public async Task Cancelled_it_goes_on_with_the_same_request_and_the_version_it_began_with()
    {
        await using var home = await BatchHome.Start();
        var request = home.Request(home.Csv(600_000), "scored.parquet") with { Explain = 3 };

        var started = await home.Client.StartBatchAsync("coffee", request, Cancelled);
        var (busy, running) = ("", new TaskCompletionSource());
        var following = home.Client.WaitForFlowRunAsync(started.FlowRunId, run => { if (run.Tasks.Any(t => t is { Name: "score", Progress: > 0 })) running.TrySetResult(); }, Cancelled);
        await Task.WhenAny(running.Task, following);
        busy = await home.Refused(request);
        await home.Client.CancelFlowRunAsync(started.FlowRunId, Cancelled);
        var cancelled = await following;
        await home.Promote(await home.Register(seed: 2));
        var goesOn = await home.Client.StartBatchAsync("coffee", request, Cancelled);
        var ended = await home.Client.WaitForFlowRunAsync(goesOn.FlowRunId, cancellation: Cancelled);

        busy.ShouldBe("flow.busy");
        cancelled.State.ShouldBe("cancelled");
        (goesOn.FlowRunId, ended.State).ShouldBe((started.FlowRunId, "succeeded"));
        ended.Tasks.Single(t => t.Name == "score").Message.ShouldContain("parts were there");
        (await home.Column("row", "scored.parquet")).ShouldBe(Enumerable.Range(1, 600_000).Select(i => $"{i}"));
        (await home.Column("DISTINCT version", "scored.parquet")).ShouldBe(["1"]);
        Directory.EnumerateFileSystemEntries(home.Folder, ".*").ShouldBeEmpty();
    }

    [Fact]
    public async Task Another_order_does_not_go_on_with_the_parts_of_an_earlier_one()
    {
        await using var home = await BatchHome.Start();
        var request = home.Request(home.Csv(600_000), "scored.parquet") with { Explain = 3 };
        var started = await home.Client.StartBatchAsync("coffee", request, Cancelled);
        var running = new TaskCompletionSource();
        var following = home.Client.WaitForFlowRunAsync(started.FlowRunId, run => { if (run.Tasks.Any(t => t is { Name: "score", Progress: > 0 })) running.TrySetResult(); }, Cancelled);
        await Task.WhenAny(running.Task, following);
        await home.Client.CancelFlowRunAsync(started.FlowRunId, Cancelled);
        (await following).State.ShouldBe("cancelled");
        Directory.EnumerateDirectories(home.Folder, ".*.partial").Count().ShouldBe(1);

        var other = await home.Client.WaitForFlowRunAsync((await home.Client.StartBatchAsync("coffee", request with { Explain = 0 }, Cancelled)).FlowRunId, cancellation: Cancelled);

        other.State.ShouldBe("succeeded", other.Message);
        (other.FlowRunId == started.FlowRunId).ShouldBeFalse();
        (await home.Column("row", "scored.parquet")).Count.ShouldBe(600_000);
        Directory.EnumerateFileSystemEntries(home.Folder, ".*").Any().ShouldBeFalse("the parts that nobody needs are gone");
    }
}
