using System.Net;
using System.Text.Json;
using Cairn.Access;
using Cairn.Client;
using Cairn.Client.Wire;
using Cairn.Data;
using Cairn.Learning;
using Cairn.Storage;

namespace Cairn.Api.Tests.Serving;

public class RetroactiveShadowTests
{
    private static readonly DateTimeOffset Monday = new(2026, 11, 23, 0, 0, 0, TimeSpan.Zero);

    private static readonly string[] Roasts = ["dark", "light", "medium"];

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    private static string Row(int i) => $$"""{"age": {{16 + (i % 74)}}, "cups": {{(i % 11 == 3 ? "null" : $"{i % 9}.{i % 7}")}}, "roast": "{{Roasts[i % 3]}}", "member": {{(i % 2 == 0 ? "true" : "false")}}}""";

    private static IEnumerable<(DateTimeOffset, string)> Asked(int count) => Enumerable.Range(0, count).Select(i => (Monday.AddSeconds(30 * i), Row(i)));

    private static async Task<ShadowResultWire> Shadow(ServingHost host, ShadowRange range)
    {
        var run = await host.Client.WaitForFlowRunAsync((await host.Client.ShadowAsync("coffee", range, Cancelled)).FlowRunId, cancellation: Cancelled);
        run.State.ShouldBe("succeeded", run.Message);
        return run.Result!.Value.Deserialize<ShadowResultWire>(CairnJson.Options)!;
    }

    /// <summary>What a package answers to a request.</summary>
    private static double Score(Predictor predictor, string row)
    {
        var read = predictor.NewRow();
        var json = new Utf8JsonReader(System.Text.Encoding.UTF8.GetBytes(row));
        json.Read();
        predictor.Read(ref json, read, "$").ShouldBeNull();
        return predictor.Score(read);
    }

    private static Predictor Load(IReadOnlyDictionary<string, byte[]> package) => Predictor.Load(new(new(Kernel.Digest.Of([]), "", new Dictionary<string, Kernel.Digest>(StringComparer.Ordinal)), package)).Value;

    [Fact]
    public async Task The_version_that_answered_answers_again_what_it_did()
    {
        await using var host = await ServingHost.Start();
        await host.Deploy("coffee");
        await host.LogAt("coffee", Asked(300));

        var result = await Shadow(host, new(Version: 1));

        (result.Seen, result.Scored, result.Erased, result.Refused.Count).ShouldBe((300, 300, 0, 0));
        var comparison = result.Comparison!;
        (comparison.Agreement, comparison.MeanDifference, comparison.Psi, comparison.OnlyLogged, comparison.OnlyCandidate).ShouldBe((1, 0, 0, 0, 0));
        comparison.Logged.ShouldBe(comparison.Candidate);
        comparison.Outcomes.ShouldBeNull();
        result.Answered.ShouldHaveSingleItem().Rows.ShouldBe(300);
        result.Summary.ShouldContain("alike for 100.0");
    }

    [Fact]
    public async Task A_version_with_other_encodings_and_features_answers_as_it_would_have_been_asked_then()
    {
        await using var host = await ServingHost.Start();
        await host.Deploy("coffee");
        await host.LogAt("coffee", Asked(400));
        var package = CoffeeModel.Package(seed: 5, algorithm: "xgboost", transforms: [new("per_year", "cups / max(age, 1)"), new("strong", "if(roast == 'dark' and member, cups, 0)")]);
        var (was, candidate) = (Load(CoffeeModel.Package(seed: 1)), Load(package));
        candidate.Features.SequenceEqual(was.Features, StringComparer.Ordinal).ShouldBeFalse();

        var result = await Shadow(host, new(await host.Register("coffee", package)));

        var pairs = Enumerable.Range(0, 400).Select(i => (First: Score(was, Row(i)), Second: Score(candidate, Row(i)))).ToList();
        var comparison = result.Comparison!;
        (result.Scored, result.Version).ShouldBe((400, 2));
        comparison.Candidate.MeanProbability.ShouldBe(pairs.Average(p => p.Second), 1e-12);
        comparison.Logged.MeanProbability.ShouldBe(pairs.Average(p => p.First), 1e-12);
        comparison.MeanDifference.ShouldBe(pairs.Average(p => Math.Abs(p.First - p.Second)), 1e-12);
        comparison.Agreement.ShouldBe(pairs.Average(p => p.First >= 0.5 == p.Second >= 0.5 ? 1.0 : 0));
        comparison.OnlyCandidate.ShouldBe(pairs.Count(p => p.First < 0.5 && p.Second >= 0.5));
        comparison.Psi.ShouldBeGreaterThan(0);
    }

    [Fact]
    public async Task Another_model_can_be_tried_before_it_is_deployed_anywhere()
    {
        await using var host = await ServingHost.Start();
        await host.Deploy("coffee");
        await host.LogAt("coffee", Asked(50));
        await host.Register("tea", seed: 3);

        var result = await Shadow(host, new(Version: 1, Model: "tea"));

        (result.Model, result.Version, result.Scored).ShouldBe(("tea", 1, 50));
    }

    [Fact]
    public async Task What_the_candidates_contract_refuses_is_counted_by_reason()
    {
        await using var host = await ServingHost.Start();
        var lenient = CoffeeModel.Package(seed: 1, change: column => column.Name switch
        {
            "age" => column with { Type = ColumnType.Number, Max = null },
            "roast" => column with { Categories = null },
            _ => column,
        });
        await host.Promote("coffee", await host.Register("coffee", lenient));
        (await host.Deployments.Ensure(Caller.LocalAdmin, "coffee", "coffee", settings: null, Cancelled)).Refusal.ShouldBeNull();
        string[] rows =
        [
            Of("30", "2", "\"dark\""), Of("30.5", "2", "\"dark\""), Of("130", "2", "\"dark\""), Of("130", "null", "\"green\""), Of("30", "null", "\"dark\""), Of("30", "null", "\"light\""),
            Of("30", "2", "\"green\""), Of("30", "2", $"\"{new string('g', 5000)}\""), Of("30", "1", "\"medium\""),
        ];
        var ids = await host.LogAt("coffee", rows.Select((row, i) => (Monday.AddSeconds(i), row)));
        var strict = await host.Register("coffee", CoffeeModel.Package(seed: 2, change: column => column.Name == "cups" ? column with { Nullable = false } : column));

        var result = await Shadow(host, new(strict));

        // The first input in the order of the contract tells why; what is missing comes last.
        (result.Seen, result.Scored).ShouldBe((9, 2));
        result.Refused.ShouldBe(
        [
            new("age is out of range", 2, ids[2]), new("cups is missing, and required", 2, ids[4]), new("age is not whole", 1, ids[1]), new("roast is not among the categories", 1, ids[6]),
            new("roast was too long, or not of its type, and is not in the log", 1, ids[7]),
        ]);
        result.Comparison!.Rows.ShouldBe(2);

        static string Of(string age, string cups, string roast) => $$"""{"age": {{age}}, "cups": {{cups}}, "roast": {{roast}}, "member": true}""";
    }

    [Fact]
    public async Task An_input_that_nobody_was_asked_for_is_not_taken_for_missing()
    {
        await using var host = await ServingHost.Start();
        await host.Deploy("coffee");
        await host.LogAt("coffee", Asked(20));
        var sweet = await host.Register("coffee", CoffeeModel.Package(seed: 2, asksForSugar: true));
        var reversed = await host.Register("coffee", CoffeeModel.Package(seed: 2, positive: "No"));

        var (result, other) = (await Shadow(host, new(sweet)), await Shadow(host, new(reversed)));

        (result.Scored, result.Comparison).ShouldBe((0, null));
        result.Refused.ShouldHaveSingleItem().Reason.ShouldBe("sugar was not part of the contract of the model that answered");
        result.Summary.ShouldContain("sugar");
        other.Refused.ShouldHaveSingleItem().Reason.ShouldBe("the probability was that of Yes, the candidate's is that of No");
    }

    /// <summary>The champion does not use the column, and requests carried it all the same.</summary>
    [Fact]
    public async Task A_column_of_the_contract_that_only_the_candidate_uses_is_in_the_log()
    {
        await using var host = await ServingHost.Start();
        var constant = CoffeeModel.Package(seed: 1, change: column => column.Name == "member" ? column with { AtPrediction = false } : column);
        await host.Promote("coffee", await host.Register("coffee", Unused(constant)));
        (await host.Deployments.Ensure(Caller.LocalAdmin, "coffee", "coffee", settings: null, Cancelled)).Refusal.ShouldBeNull();
        await host.LogAt("coffee", Asked(60));
        var full = CoffeeModel.Package(seed: 4);

        var result = await Shadow(host, new(await host.Register("coffee", full)));

        result.Scored.ShouldBe(60, string.Join("; ", result.Refused));
        result.Comparison!.Candidate.MeanProbability.ShouldBe(Enumerable.Range(0, 60).Average(i => Score(Load(full), Row(i))), 1e-12);

        // The contract of what was trained without member says that it may come with a request.
        static IReadOnlyDictionary<string, byte[]> Unused(IReadOnlyDictionary<string, byte[]> package) => package.ToDictionary(
            file => file.Key,
            file => file.Key == "schema.json" ? System.Text.Encoding.UTF8.GetBytes(System.Text.Encoding.UTF8.GetString(file.Value).Replace("\"at_prediction\":false", "\"at_prediction\":true", StringComparison.Ordinal)) : file.Value,
            StringComparer.Ordinal);
    }

    [Fact]
    public async Task Erased_people_are_left_out_unless_the_candidate_does_not_need_what_is_erased()
    {
        await using var host = await ServingHost.Start();
        await host.Deploy("coffee", personal: true);
        foreach (var guest in (string[])["anna", "bert", "anna"])
            (await host.Post("/api/v1/deployments/coffee/predict", $$"""{"guest": "{{guest}}", "age": 61, "cups": 2, "roast": "dark", "member": true}""")).EnsureSuccessStatusCode();
        var without = await host.Register("coffee", CoffeeModel.Package(seed: 2, change: column => column.Name == "age" ? column with { AtPrediction = false } : column));

        var before = await Shadow(host, new(Version: 1, Fresh: true));
        await ServingHost.Read<ErasedWire>(await host.Post("/api/v1/predictions/erase", """{"entity": "anna"}"""));
        var (after, ageless) = (await Shadow(host, new(Version: 1, Fresh: true)), await Shadow(host, new(without)));

        (before.Scored, before.Erased).ShouldBe((3, 0));
        (after.Scored, after.Erased, after.Refused.Count).ShouldBe((1, 2, 0));
        (ageless.Scored, ageless.Erased).ShouldBe((3, 0));
    }

    [Fact]
    public async Task What_a_shadow_said_then_is_no_answer()
    {
        await using var host = await ServingHost.Start();
        await host.Deploy("coffee");
        await host.LogAt("coffee", Asked(10));
        await host.LogAt("coffee", Asked(10), flags: Cairn.Serving.Log.RecordFlags.Shadow);

        (await Shadow(host, new(Version: 1))).Seen.ShouldBe(10);
    }

    [Fact]
    public async Task What_became_of_the_predictions_judges_both()
    {
        await using var host = await ServingHost.Start();
        await host.Deploy("coffee");
        var ids = await host.LogAt("coffee", Asked(300));
        var told = ids.Take(200).Select((id, i) => $$"""{"prediction_id": "{{id}}", "value": "{{(i % 3 == 0 ? "Yes" : "No")}}"}""");
        (await host.Post("/api/v1/outcomes", $$"""{"outcomes": [{{string.Join(',', told)}}]}""")).StatusCode.ShouldBe(HttpStatusCode.OK);

        var same = (await Shadow(host, new(Version: 1))).Comparison!.Outcomes!;
        var other = (await Shadow(host, new(await host.Register("coffee", seed: 2)))).Comparison!.Outcomes!;

        (same.Rows, same.Judged, same.PositiveShare).ShouldBe((200, 200, 67 / 200.0));
        same.Metrics.ShouldAllBe(metric => metric.Difference == 0);
        other.Rows.ShouldBe(200);
        other.Metrics.Single(metric => metric.Metric == "log_loss").Logged!.Value.ShouldBe(same.Metrics.Single(metric => metric.Metric == "log_loss").Logged!.Value, 1e-12);
        other.Metrics.ShouldContain(metric => metric.Difference != 0);
    }

    [Fact]
    public async Task A_shadow_that_stopped_goes_on_where_it_was_and_comes_to_the_same()
    {
        await using var host = await ServingHost.Start();
        await host.Deploy("coffee");
        await host.LogAt("coffee", Asked(500));
        var range = new ShadowRange(await host.Register("coffee", seed: 2));
        var first = await Shadow(host, range);
        await host.Get<Database>().Write(t =>
            t.Execute("UPDATE flow_runs SET state = 'interrupted'") + t.Execute("UPDATE task_runs SET state = 'pending' WHERE name IN ('2026-11-23 01:00', 'compare')"));

        var again = await host.Client.ShadowAsync("coffee", range, Cancelled);
        var ended = await host.Client.WaitForFlowRunAsync(again.FlowRunId, cancellation: Cancelled);

        again.ResumedBy.ShouldNotBeNull();
        ended.State.ShouldBe("succeeded");
        var second = ended.Result!.Value.Deserialize<ShadowResultWire>(CairnJson.Options)!;
        (second.Seen, second.Comparison!.Agreement, second.Comparison.Psi).ShouldBe((first.Seen, first.Comparison!.Agreement, first.Comparison.Psi));
        second.Comparison.MeanDifference.ShouldBe(first.Comparison.MeanDifference, 1e-12);
    }

    [Theory]
    [InlineData("tea", """{"version": 1}""", HttpStatusCode.NotFound, "deployment.unknown")]
    [InlineData("coffee", """{"version": 7}""", HttpStatusCode.NotFound, "registry.version-unknown")]
    [InlineData("coffee", """{"version": 1, "model": "tea"}""", HttpStatusCode.NotFound, "registry.version-unknown")]
    [InlineData("coffee", """{"version": 1}""", HttpStatusCode.NotFound, "period.empty")]
    [InlineData("coffee", """{"version": 1, "sample": 0}""", HttpStatusCode.BadRequest, "shadow.range-invalid")]
    [InlineData("coffee", """{"version": 1, "cost_false_positive": 5}""", HttpStatusCode.BadRequest, "shadow.range-invalid")]
    public async Task What_cannot_be_tried_is_refused_before_anything_starts(string deployment, string body, HttpStatusCode status, string code)
    {
        await using var host = await ServingHost.Start();
        await host.Deploy("coffee");

        var answer = await host.Post($"/api/v1/deployments/{deployment}/shadow", body);

        answer.StatusCode.ShouldBe(status);
        (await ServingHost.ProblemOf(answer)).Code.ShouldBe(code);
        (await host.Client.ListFlowRunsAsync(cancellation: Cancelled)).Items.ShouldBeEmpty();
    }
}
