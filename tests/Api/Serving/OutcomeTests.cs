using System.Globalization;
using System.Net;
using System.Text;
using Cairn.Client;
using Cairn.Client.Wire;
using Cairn.Data;
using Cairn.Storage;

namespace Cairn.Api.Tests.Serving;

public class OutcomeTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_became_of_a_prediction_is_told_by_its_id_and_shown_with_it()
    {
        await using var host = await ServingHost.Start();
        await host.Deploy("coffee");
        var asked = await Ask(host, "ada");

        var told = await ServingHost.Read<OutcomeReceiptsWire>(await host.Post("/api/v1/outcomes", $$"""{"prediction_id": "{{asked.PredictionId}}", "value": "Yes"}"""));
        var again = await ServingHost.Read<OutcomeReceiptsWire>(await host.Post("/api/v1/outcomes", $$"""{"prediction_id": "{{asked.PredictionId}}", "value": "Yes"}"""));
        var shown = await ServingHost.Read<LoggedPredictionWire>(await host.Http.GetAsync($"/api/v1/predictions/{asked.PredictionId}", Cancelled));
        var history = await ServingHost.Read<PredictionOutcomesWire>(await host.Http.GetAsync($"/api/v1/predictions/{asked.PredictionId}/outcomes", Cancelled));

        told.Outcomes.ShouldBe([new(OutcomeStatus.Accepted, asked.PredictionId)]);
        again.Outcomes.ShouldBe([new(OutcomeStatus.Repeated, asked.PredictionId)]);
        (shown.Truth!.State, shown.Truth.Value, shown.Truth.Positive).ShouldBe(("known", "Yes", true));
        history.Truth.ShouldBe(shown.Truth);
        history.Outcomes.Select(one => (one.State, one.Value, one.Caller, one.Dated)).ShouldBe([("in_force", "Yes", "local-admin", false)]);
    }

    [Fact]
    public async Task Each_of_many_is_answered_for_itself()
    {
        await using var host = await ServingHost.Start();
        await Deploy(host);
        var (ada, bob) = (await Ask(host, "ada"), await Ask(host, "7"));
        var later = DateTimeOffset.UtcNow.AddMinutes(1).ToString("O", CultureInfo.InvariantCulture);

        var answer = await ServingHost.Read<OutcomeReceiptsWire>(await host.Post("/api/v1/outcomes", $$"""
            {"deployment": "coffee", "outcomes": [
              {"prediction_id": "{{ada.PredictionId}}", "value": "No"},
              {"prediction_id": "{{ada.PredictionId}}", "value": "Yes"},
              {"prediction_id": "{{ada.PredictionId}}", "value": "Yes", "correction": true},
              {"entity": 7, "value": true, "observed_at": "{{later}}"},
              {"entity": "eve", "value": "No", "observed_at": "{{later}}"},
              {"entity": "eve", "value": "Perhaps", "observed_at": "{{later}}"},
              {"value": "No"}
            ]}
            """));

        answer.Outcomes.Select(one => one.Status).ShouldBe(
            [OutcomeStatus.Accepted, OutcomeStatus.Contradicting, OutcomeStatus.Corrected, OutcomeStatus.Accepted, OutcomeStatus.Unmatched, OutcomeStatus.Refused, OutcomeStatus.Refused]);
        answer.Outcomes[3].PredictionId.ShouldBe(bob.PredictionId);
        answer.Outcomes[5].Problem!.Detail.ShouldBe("'Perhaps' is no class of the model that answered. It says Yes or No.");
        (answer.Counts["accepted"], answer.Counts["refused"], answer.Counts["late"]).ShouldBe((2, 2, 0));
    }

    [Theory]
    [InlineData("""{"value": "Yes"}""", HttpStatusCode.BadRequest, "outcome.subject")]
    [InlineData("""{"prediction_id": "01a1fd62a1bc7d33b4bf2c15543693b4", "value": "Yes"}""", HttpStatusCode.NotFound, "prediction.unknown")]
    [InlineData("""{"prediction_id": "01a1fd62a1bc7d33b4bf2c15543693b4", "value": "Yes", "deployment": "tea"}""", HttpStatusCode.NotFound, "deployment.unknown")]
    [InlineData("""{"entity": "ada", "value": "Yes"}""", HttpStatusCode.BadRequest, "outcome.time-missing")]
    [InlineData("""{"entity": "ada", "value": "Yes", "observed": "2026-01-01"}""", HttpStatusCode.BadRequest, "request.malformed")]
    [InlineData("""{"entity": "ada", "value": {"is": "Yes"}, "observed_at": "2026-01-01"}""", HttpStatusCode.BadRequest, "request.malformed")]
    [InlineData("""{"value": "Yes", "outcomes": []}""", HttpStatusCode.BadRequest, "outcome.subject")]
    [InlineData("""[]""", HttpStatusCode.BadRequest, "request.malformed")]
    public async Task One_that_cannot_be_taken_is_refused(string body, HttpStatusCode status, string code)
    {
        await using var host = await ServingHost.Start();
        await host.Deploy("coffee");

        var answer = await host.Post("/api/v1/outcomes", body);

        answer.StatusCode.ShouldBe(status);
        (await ServingHost.ProblemOf(answer)).Code.ShouldBe(code);
    }

    [Fact]
    public async Task More_than_ten_thousand_at_once_are_refused()
    {
        await using var host = await ServingHost.Start();
        await host.Deploy("coffee");

        var answer = await host.Post("/api/v1/outcomes", $$"""{"outcomes": [{{string.Join(',', Enumerable.Repeat("""{"value": "Yes"}""", 10_001))}}]}""");

        answer.StatusCode.ShouldBe(HttpStatusCode.RequestEntityTooLarge);
        (await ServingHost.ProblemOf(answer)).Code.ShouldBe("outcome.too-many");
    }

    [Fact]
    public async Task A_file_is_imported_by_entity_and_the_second_time_changes_nothing()
    {
        await using var host = await ServingHost.Start();
        await Deploy(host);
        var guests = new List<PredictionWire>();
        for (var i = 0; i < 5; i++) guests.Add(await Ask(host, $"guest {i}"));
        var today = DateTimeOffset.UtcNow.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        var rows = Enumerable.Range(0, 8).Select(i => $"{today};\"guest {i}\";{(i % 2 == 0 ? "Yes" : "No")};x").ToList();
        var half = string.Join("\r\n", rows.Take(3).Prepend("day;guest;again;rest"));
        var whole = string.Join("\n", [.. rows.Prepend("day;guest;again;rest"), $"{today};guest 1;maybe;x", $";guest 2;Yes;x", ""]);

        var first = await Import(host, half, "entity=guest&value=again&time=day");
        var all = await Import(host, whole, "entity=guest&value=again&time=day");
        var (stored, listed) = (await Stored(host), await List(host, ""));
        var again = await Import(host, whole, "entity=guest&value=again&time=day");

        (first[^1].Done, first[^1].Rows, first[^1].Counts["accepted"]).ShouldBe((true, 3, 3));
        (all[^1].Rows, all[^1].Counts["repeated"], all[^1].Counts["accepted"], all[^1].Counts["unmatched"], all[^1].Counts["refused"]).ShouldBe((10, 3, 2, 3, 2));
        all[^1].Refused.Select(refused => (refused.Row, refused.Code)).ShouldBe([(9, "outcome.value-unknown"), (10, "outcome.time-missing")]);
        (again[^1].Counts["repeated"], again[^1].Counts["refused"]).ShouldBe((8, 2));
        (await Stored(host)).ShouldBe(stored);
        stored.ShouldBe(8);
        listed.Items.Count(item => item.PredictionId is not null).ShouldBe(5);
        listed.Items.Where(item => item.PredictionId is null).Select(item => item.Entity).ShouldBe(["guest 7", "guest 6", "guest 5"], ignoreOrder: true);
    }

    [Fact]
    public async Task A_file_is_imported_in_the_background_and_not_kept_longer_than_that()
    {
        await using var host = await ServingHost.Start();
        await host.Deploy("coffee");
        var asked = await Ask(host, "ada");
        using var file = new MemoryStream(Encoding.UTF8.GetBytes($"id,again\n{asked.PredictionId},Yes\nnobody,No\n"));
        using var ragged = new MemoryStream("id,again\na\n"u8.ToArray());

        var taken = await Ended(host, await host.Client.StartOutcomeImportAsync("coffee", file, new("again", PredictionId: "id"), Cancelled));
        var unreadable = await Ended(host, await host.Client.StartOutcomeImportAsync("coffee", ragged, new("again", PredictionId: "id"), Cancelled));
        var wrong = await host.Post("/api/v1/deployments/coffee/outcomes/import?value=again", "id,again\n", "text/csv");

        taken.State.ShouldBe("succeeded", taken.Message);
        var result = System.Text.Json.JsonSerializer.Deserialize<OutcomeImportWire>(taken.Result!.Value, CairnJson.Options)!;
        (result.Done, result.Rows, result.Counts["accepted"], result.Counts["refused"]).ShouldBe((true, 2, 1, 1));
        taken.Tasks.Single().Message.ShouldBe("2 rows, 1 accepted, 1 refused");
        (unreadable.State, unreadable.Problem!.Code).ShouldBe(("failed", "data.row-ragged"));
        (await ServingHost.ProblemOf(wrong)).Code.ShouldBe("outcome.columns");
        Directory.GetFiles(Path.Combine(host.Home, "sent")).ShouldBeEmpty();
    }

    [Fact]
    public async Task An_import_whose_file_is_gone_says_so_and_with_it_goes_on()
    {
        await using var host = await ServingHost.Start();
        await host.Deploy("coffee");
        var asked = await Ask(host, "ada");
        await host.Post("/api/v1/outcomes", $$"""{"prediction_id": "{{asked.PredictionId}}", "value": "Yes"}"""); // as if it had been taken before the import stopped
        var flows = host.Get<Cairn.Flows.FlowRuns>();
        var started = await flows.Start(Cairn.Access.Caller.LocalAdmin, "outcome-import", "imports/outcomes/coffee", """{"columns": {"value": "again", "prediction_id": "id", "deployment": "coffee"}, "sent": "sent"}""", Cancelled);

        var gone = await Ended(host, started.Value);
        Directory.CreateDirectory(Path.Combine(host.Home, "sent"));
        await File.WriteAllTextAsync(Path.Combine(host.Home, "sent", "sent"), $"id,again\n{asked.PredictionId},Yes\n", Cancelled);
        var resumed = await Ended(host, (await flows.Resume(Cairn.Access.Caller.LocalAdmin, gone.FlowRunId, Cancelled)).Value);

        (gone.State, gone.Problem!.Code).ShouldBe(("failed", "outcome.file-gone"));
        resumed.State.ShouldBe("succeeded", resumed.Message);
        resumed.Tasks.Single().Message.ShouldBe("1 rows, 1 repeated");
    }

    private static Task<FlowRunWire> Ended(ServingHost host, FlowRunWire run) => host.Client.WaitForFlowRunAsync(run.FlowRunId, cancellation: Cancelled);

    [Fact]
    public async Task A_Parquet_file_is_imported_by_id_with_times_of_its_own_type()
    {
        await using var host = await ServingHost.Start();
        await host.Deploy("coffee");
        var asked = await Ask(host, "ada");
        var parquet = await host.Get<Analytics>().Run([], job =>
        {
            var path = Path.Combine(job.Folder, "outcomes.parquet");
            job.Execute($"COPY (SELECT '{asked.PredictionId}' AS id, true AS again, TIMESTAMP '2026-01-02 03:04:05.678901' AS at) TO {AnalyticsJob.Text(path)} (FORMAT parquet)");
            return File.ReadAllBytes(path);
        }, Cancelled);
        using var file = new MemoryStream(parquet);

        var done = await new CairnClient(host.Http).ImportOutcomesAsync(file, new("again", PredictionId: "id", Time: "at"), cancellation: Cancelled);
        var shown = await new CairnClient(host.Http).ListPredictionOutcomesAsync(asked.PredictionId, Cancelled);

        done.Counts["accepted"].ShouldBe(1);
        (shown.Truth.Value, shown.Truth.ObservedAt).ShouldBe(("Yes", 1_767_323_045_678_901));
    }

    [Theory]
    [InlineData("guest,again\na,Yes\n", "value=again", "outcome.columns")]
    [InlineData("guest,again\na,Yes\n", "entity=guest", "outcome.columns")]
    [InlineData("guest,again\na,Yes\n", "entity=guest&value=again", "outcome.columns")]
    [InlineData("guest,again\na,Yes\n", "entity=guest&value=again&time=day", "data.columns-missing")]
    [InlineData("guest,again,day\na,Yes,1\n", "entity=guest&value=again&time=day&timezone=Mars", "outcome.timezone")]
    [InlineData("", "entity=guest&value=again&time=day", "data.file-empty")]
    [InlineData("guest,again,day\na,Yes,1\nb,No,1,1,1\n", "entity=guest&value=again&time=day", "data.row-ragged")]
    [InlineData("PAR1 no such thing", "entity=guest&value=again&time=day", "data.parquet-unreadable")]
    public async Task A_file_that_cannot_be_read_is_refused_and_nothing_is_stored(string body, string query, string code)
    {
        await using var host = await ServingHost.Start();
        await Deploy(host);

        var answer = await host.Post($"/api/v1/outcomes/import?{query}", body, "text/csv");

        answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await ServingHost.ProblemOf(answer)).Code.ShouldBe(code);
        (await Stored(host)).ShouldBe(0);
    }

    [Fact]
    public async Task Outcomes_are_listed_page_by_page_and_by_what_is_wrong_with_them()
    {
        await using var host = await ServingHost.Start();
        await host.Deploy("coffee");
        var (one, other) = (await Ask(host, "ada"), await Ask(host, "bob"));
        foreach (var (id, value) in ((string, string)[])[(one.PredictionId, "Yes"), (other.PredictionId, "No"), (one.PredictionId, "No")])
            await host.Post("/api/v1/outcomes", $$"""{"prediction_id": "{{id}}", "value": "{{value}}"}""");
        await host.Post("/api/v1/outcomes", """{"entity": "eve", "value": "No", "observed_at": "2026-01-01"}""");

        var first = await List(host, "limit=3");
        var second = await List(host, $"limit=3&page_token={first.NextPageToken}");

        first.Items.Select(item => (item.Value, item.State)).ShouldBe([("No", "unmatched"), ("No", "contradicting"), ("No", "in_force")]);
        second.Items.Select(item => (item.Value, item.State)).ShouldBe([("Yes", "in_force")]);
        second.NextPageToken.ShouldBeNull();
        (await List(host, "state=contradicting")).Items.Select(item => item.PredictionId).ShouldBe([one.PredictionId]);
        (await List(host, "state=unmatched")).Items.Select(item => item.Entity).ShouldBe(["eve"]);
        (await List(host, "to=2026-01-01")).Items.Select(item => item.Entity).ShouldBe(["eve"]);
        (await List(host, "from=2026-01-02")).Items.Count.ShouldBe(3);
    }

    [Theory]
    [InlineData("/api/v1/outcomes?state=sad", HttpStatusCode.BadRequest, "outcome.state-unknown")]
    [InlineData("/api/v1/outcomes?from=soon", HttpStatusCode.BadRequest, "request.time")]
    [InlineData("/api/v1/outcomes?from=2026-02-01&to=2026-01-01", HttpStatusCode.BadRequest, "request.time")]
    [InlineData("/api/v1/outcomes?limit=0", HttpStatusCode.BadRequest, "request.limit")]
    [InlineData("/api/v1/outcomes?page_token=x", HttpStatusCode.BadRequest, "request.page-token")]
    [InlineData("/api/v1/outcomes?deployment=tea", HttpStatusCode.NotFound, "deployment.unknown")]
    [InlineData("/api/v1/deployments/tea/outcomes/summary", HttpStatusCode.NotFound, "deployment.unknown")]
    [InlineData("/api/v1/deployments/coffee/outcomes/summary?to=never", HttpStatusCode.BadRequest, "request.time")]
    [InlineData("/api/v1/predictions/01a1fd62a1bc7d33b4bf2c15543693b4/outcomes", HttpStatusCode.NotFound, "prediction.unknown")]
    [InlineData("/api/v1/predictions/x/outcomes", HttpStatusCode.BadRequest, "prediction.id-invalid")]
    public async Task A_question_that_cannot_be_answered_says_why(string path, HttpStatusCode status, string code)
    {
        await using var host = await ServingHost.Start();
        await host.Deploy("coffee");

        var answer = await host.Http.GetAsync(path, Cancelled);

        answer.StatusCode.ShouldBe(status);
        (await ServingHost.ProblemOf(answer)).Code.ShouldBe(code);
    }

    [Fact]
    public async Task The_summary_counts_and_judges_by_variant()
    {
        await using var host = await ServingHost.Start();
        await host.Deploy("coffee");
        var asked = new List<PredictionWire>();
        for (var cups = 0; cups < 8; cups++) asked.Add(await Ask(host, $"guest {cups}", cups));
        var outcomes = string.Join(',', asked.Take(6).Select((one, i) => $$"""{"prediction_id": "{{one.PredictionId}}", "value": "{{(i % 3 == 0 ? "Yes" : "No")}}"}"""));
        await host.Post("/api/v1/outcomes", $$"""{"outcomes": [{{outcomes}}]}""");

        var summary = await ServingHost.Read<OutcomeSummaryWire>(await host.Http.GetAsync("/api/v1/deployments/coffee/outcomes/summary", Cancelled));
        var before = await ServingHost.Read<OutcomeSummaryWire>(await host.Http.GetAsync("/api/v1/deployments/coffee/outcomes/summary?to=2026-01-01", Cancelled));

        summary.Counts.ShouldBe(new OutcomeCountsWire(8, 6, 0, 2, 0, 0, 0, 0.75, 2.0 / 6));
        summary.Variants.ShouldHaveSingleItem().Counts.ShouldBe(summary.Counts);
        (summary.Performance!.Rows, summary.Performance.Positives).ShouldBe((6, 2));
        summary.Performance.Metrics["roc_auc"].Low.ShouldNotBeNull();
        before.Counts.Predictions.ShouldBe(0);
    }

    [Fact]
    public async Task A_summary_may_be_of_before_but_misses_no_outcome()
    {
        await using var host = await ServingHost.Start();
        await host.Deploy("coffee");
        var asked = await Ask(host, "ada");
        Task<OutcomeSummaryWire> Ago(int seconds) => new CairnClient(host.Http).GetOutcomeSummaryAsync("coffee", maxAge: seconds, cancellation: Cancelled);
        var first = await Ago(300);
        await Ask(host, "bob");

        (await Ago(300)).ShouldBeEquivalentTo(first);
        (await Ago(0)).Counts.Predictions.ShouldBe(2);
        (await Ago(300)).Counts.Predictions.ShouldBe(2); // the last that was counted
        await host.Post("/api/v1/outcomes", $$"""{"prediction_id": "{{asked.PredictionId}}", "value": "Yes"}""");
        (await Ago(300)).Counts.WithOutcome.ShouldBe(1);
    }

    [Fact]
    public async Task Whose_name_is_personal_is_found_and_his_name_is_written_nowhere()
    {
        var host = await ServingHost.Start();
        await host.Deploy("coffee", personal: true);
        const string Guest = "Wilhelmine Müller-Ägerter", Stranger = "Balthasar Übelacker-Özgür";
        var asked = await Ask(host, Guest);
        var told = await ServingHost.Read<OutcomeReceiptsWire>(await host.Post("/api/v1/outcomes", $$"""
            {"outcomes": [{"entity": "{{Guest}}", "value": "Yes", "observed_at": "{{DateTimeOffset.UtcNow.AddMinutes(1):O}}"}, {"entity": "{{Stranger}}", "value": "Yes", "observed_at": "2026-01-01"}]}
            """));
        await host.Stop();

        told.Outcomes.Select(one => one.PredictionId).ShouldBe([asked.PredictionId, null]);
        foreach (var file in Directory.EnumerateFiles(host.Home, "*.db*"))
        {
            var bytes = await File.ReadAllBytesAsync(file, Cancelled);
            foreach (var name in (string[])[Guest, Stranger]) bytes.AsSpan().IndexOf(Encoding.UTF8.GetBytes(name)).ShouldBe(-1, file);
        }

        Directory.Delete(host.Home, recursive: true);
    }

    [Fact]
    public async Task What_is_told_is_there_after_a_restart()
    {
        var host = await ServingHost.Start();
        await host.Deploy("coffee");
        var asked = await Ask(host, "ada");
        await host.Post("/api/v1/outcomes", $$"""{"prediction_id": "{{asked.PredictionId}}", "value": "No"}""");
        await host.Stop();

        await using var again = await ServingHost.Start(host.Home);
        var shown = await ServingHost.Read<PredictionOutcomesWire>(await again.Http.GetAsync($"/api/v1/predictions/{asked.PredictionId}/outcomes", Cancelled));
        shown.Truth.Value.ShouldBe("No");
    }

    /// <summary>With requests that say whom they are about.</summary>
    private static async Task Deploy(ServingHost host)
    {
        await host.Deploy("coffee");
        var patch = new HttpRequestMessage(HttpMethod.Patch, "/api/v1/deployments/coffee") { Content = new StringContent("""{"entity": "guest"}""", Encoding.UTF8, "application/json") };
        (await host.Http.SendAsync(patch, Cancelled)).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    private static async Task<PredictionWire> Ask(ServingHost host, string guest, int cups = 2) => await ServingHost.Read<PredictionWire>(
        await host.Post("/api/v1/deployments/coffee/predict", $$"""{"guest": "{{guest}}", "age": 30, "cups": {{cups}}, "roast": "dark", "member": true}"""));

    private static async Task<IReadOnlyList<OutcomeImportWire>> Import(ServingHost host, string csv, string query)
    {
        var answer = await host.Post($"/api/v1/outcomes/import?{query}", csv, "text/csv");
        var text = await answer.Content.ReadAsStringAsync(Cancelled);
        answer.StatusCode.ShouldBe(HttpStatusCode.OK, text);
        answer.Content.Headers.ContentType!.MediaType.ShouldBe("application/x-ndjson");
        return [.. text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => System.Text.Json.JsonSerializer.Deserialize<OutcomeImportWire>(line, CairnJson.Options)!)];
    }

    private static async Task<Page<OutcomeWire>> List(ServingHost host, string query) =>
        await ServingHost.Read<Page<OutcomeWire>>(await host.Http.GetAsync($"/api/v1/outcomes?{query}", Cancelled));

    private static Task<long> Stored(ServingHost host) => host.Get<LogDatabase>().Read(transaction => transaction.Scalar<long>("SELECT count(*) FROM outcomes"), Cancelled);
}
