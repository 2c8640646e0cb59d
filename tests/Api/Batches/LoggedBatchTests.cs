using System.Text;
using System.Text.Json.Nodes;

namespace Cairn.Api.Tests.Batches;

public class LoggedBatchTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_log_has_of_every_row_what_it_would_have_of_a_request()
    {
        await using var home = await BatchHome.Start();
        var source = home.Csv(50);

        var result = await home.Result(home.Request(source, "scored.csv") with { Log = true, Keep = ["guest"], Explain = 1 });

        result.Logged.ShouldBe(50);
        var lines = home.Lines("scored.csv");
        lines[0].ShouldBe("guest,prediction,probability,model,version,prediction_id,reason_1,reason_1_contribution");
        lines[1..].Select(line => line.Split(',')[5]).Distinct(StringComparer.Ordinal).Count().ShouldBe(50);
        for (var i = 0; i < 50; i += 7)
        {
            var json = $$"""{"guest": "guest {{i}}", "age": {{20 + (i % 60)}}, "cups": {{(i % 3 == 0 ? "null" : $"{i % 9}")}}, "roast": "{{(i % 2 == 0 ? "dark" : "light")}}", "member": {{(i % 5 == 0 ? "true" : "false")}}}""";
            var alone = await home.Client.GetPredictionAsync((await home.Client.PredictAsync("coffee", Encoding.UTF8.GetBytes(json), cancellation: Cancelled)).PredictionId, Cancelled);
            var logged = await home.Client.GetPredictionAsync(lines[i + 1].Split(',')[5], Cancelled);
            (logged.Variant, logged.Entity, logged.Probability, logged.PackageDigest).ShouldBe((alone.Variant, alone.Entity, alone.Probability, alone.PackageDigest));
            logged.Features!.Select(f => (f.Feature, f.Value)).ShouldBe(alone.Features!.Select(f => (f.Feature, f.Value)));
            logged.Inputs!.Select(f => $"{f.Input} {f.Value}").ShouldBe(alone.Inputs!.Select(f => $"{f.Input} {f.Value}"));
        }
    }

    [Fact]
    public async Task Personal_data_is_sealed_and_the_entity_has_a_pseudonym_as_after_a_request()
    {
        await using var home = await BatchHome.Start(personal: true);
        var alone = await home.Client.GetPredictionAsync(
            (await home.Client.PredictAsync("coffee", """{"guest": "guest 1", "age": 21, "cups": 1, "roast": "light", "member": false}"""u8.ToArray(), cancellation: Cancelled)).PredictionId, Cancelled);

        await home.Result(home.Request(home.Csv(3), "scored.csv") with { Log = true });

        var logged = await home.Client.GetPredictionAsync(home.Lines("scored.csv")[2].Split(',')[5], Cancelled);
        (logged.Entity, logged.Probability, alone.Entity == "guest 1").ShouldBe((alone.Entity, alone.Probability, false));
        logged.Features!.Select(f => (f.Feature, f.Value)).ShouldBe(alone.Features!.Select(f => (f.Feature, f.Value)));
        (await home.Client.QueryPredictionsAsync(new("SELECT count(*) AS n FROM predictions WHERE octet_length(sealed) > 0"), Cancelled)).Rows[0][0]!.Value.GetInt64().ShouldBe(4);
    }

    [Fact]
    public async Task Without_being_asked_nothing_is_logged()
    {
        await using var home = await BatchHome.Start();

        var result = await home.Result(home.Request(home.Csv(20), "scored.csv"));

        result.Logged.ShouldBeNull();
        (await Logged(home)).ShouldBe("0 0");
    }

    [Fact]
    public async Task Cancelled_while_it_scores_or_logs_each_row_is_there_once()
    {
        await using var home = await BatchHome.Start();
        var request = home.Request(home.Csv(400_000), "scored.parquet") with { Log = true };
        foreach (var task in (string[])["score", "log"])
        {
            var started = await home.Client.StartBatchAsync("coffee", request, Cancelled);
            var reached = new TaskCompletionSource();
            var following = home.Client.WaitForFlowRunAsync(started.FlowRunId, run => { if (run.Tasks.Any(t => t.Name == task && t.State == "running")) reached.TrySetResult(); }, Cancelled);
            await Task.WhenAny(reached.Task, following);
            await Task.Delay(task == "log" ? 150 : 600, Cancelled);
            await home.Client.CancelFlowRunAsync(started.FlowRunId, Cancelled);
            (await following).State.ShouldBe("cancelled");
        }

        var result = await home.Result(request);

        result.Logged.ShouldBe(400_000);
        (await Logged(home)).ShouldBe("400000 400000");
        (await home.Column("count(*)", "scored.parquet")).ShouldBe(["400000"]);
        Directory.EnumerateFileSystemEntries(home.Folder, ".*").ShouldBeEmpty();
    }

    [Fact]
    public async Task Rejected_rows_are_not_logged_and_the_sample_is_that_of_the_deployment()
    {
        await using var home = await BatchHome.Start();
        var source = home.Csv(2_000, line: i => i % 2 == 0 ? $"guest {i},-1,2,dark,no" : $"guest {i},30,2,dark,no");

        (await home.Run(home.Request(source, "scored.csv") with { Log = true })).Problem!.Code.ShouldBe("batch.rows-invalid");
        (await Logged(home)).ShouldBe("0 0");
        await home.Client.ChangeDeploymentAsync("coffee", new() { ["log"] = new JsonObject { ["sample"] = 0.5 } }, Cancelled);
        var result = await home.Result(home.Request(source, "scored.csv") with { Log = true, SkipInvalid = true });

        result.Logged!.Value.ShouldBeInRange(400, 600);
        (await Logged(home)).ShouldBe($"{result.Logged} {result.Logged}");
        await home.Client.ChangeDeploymentAsync("coffee", new() { ["log"] = new JsonObject { ["sample"] = 0 } }, Cancelled);
        (await home.Refused(home.Request(source, "x.csv") with { Log = true })).ShouldBe("batch.log-off");
    }

    private static async Task<string> Logged(BatchHome home)
    {
        var answer = await home.Client.QueryPredictionsAsync(new("SELECT count(*) AS n, count(DISTINCT prediction_id) AS ids FROM predictions"), Cancelled);
        return string.Join(' ', answer.Rows[0]);
    }
}
