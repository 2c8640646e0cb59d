using System.Net;
using Cairn.Client.Wire;
using Cairn.Kernel;
using Cairn.Serving;
using Cairn.Serving.Log;
using Microsoft.Extensions.DependencyInjection;

namespace Cairn.Api.Tests.Serving;

public class ShadowTests
{
    private const string PredictPath = "/api/v1/deployments/coffee/predict";

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_shadow_scores_the_same_rows_under_the_same_ids_and_answers_nobody()
    {
        await using var host = await VariantTests.Start();
        var unjudged = await host.Register("coffee", seed: 7); // a shadow may be what no gate has seen
        await VariantTests.Set(host, "shadow", $$"""{"version": {{unjudged}}, "shadow": true}""");

        var many = (await ServingHost.Read<PredictionsWire>(await host.Post(PredictPath, $$"""{"rows": {{VariantTests.Rows(Enumerable.Range(0, 30))}}}"""))).Predictions;
        var one = await ServingHost.Read<PredictionWire>(await host.Post(PredictPath, "\uFEFF " + CoffeeModel.Row));
        PredictionWire[] answers = [.. many, one];
        await VariantTests.Until(async () => (await Logged(host)).Count == 62);

        answers.ShouldAllBe(answer => answer.Version == 1);
        var shadows = (await Logged(host)).Where(logged => logged.Source.Variant == "shadow").ToDictionary(logged => logged.Record.Id.ToString("N"), StringComparer.Ordinal);
        shadows.Keys.ShouldBe(answers.Select(answer => answer.PredictionId), ignoreOrder: true);
        foreach (var answer in answers)
        {
            var (record, source) = shadows[answer.PredictionId];
            (record.Flags, source.Version).ShouldBe((RecordFlags.Shadow, unjudged));
            record.Probability.ShouldNotBe(answer.Probability);
            var found = await ServingHost.Read<LoggedPredictionWire>(await host.Http.GetAsync($"/api/v1/predictions/{answer.PredictionId}", Cancelled));
            (found.Shadow, found.Variant, found.Probability).ShouldBe((false, "champion", answer.Probability));
        }

        await VariantTests.Set(host, "shadow", """{"version": 1}""");
        var same = await ServingHost.Read<PredictionWire>(await host.Post(PredictPath, CoffeeModel.Row));
        await VariantTests.Until(async () => (await Logged(host)).Count == 64);
        (await Logged(host)).Where(logged => logged.Record.Id.ToString("N") == same.PredictionId).ShouldAllBe(logged => logged.Record.Probability == same.Probability);
    }

    [Fact]
    public async Task A_shadow_that_cannot_read_a_row_harms_nobody()
    {
        await using var host = await VariantTests.Start();
        var sugar = await host.Register("coffee", CoffeeModel.Package(5, asksForSugar: true));
        await VariantTests.Set(host, "shadow", $$"""{"version": {{sugar}}, "shadow": true}""");

        (await host.Post(PredictPath, CoffeeModel.Row)).StatusCode.ShouldBe(HttpStatusCode.OK);
        await ServingHost.Read<PredictionWire>(await host.Post(PredictPath, CoffeeModel.Row.Replace("}", """, "sugar": 2}""", StringComparison.Ordinal)));

        await VariantTests.Until(async () => (await Logged(host)).Count == 3);
        (await Logged(host)).Count(logged => logged.Record.Flags.HasFlag(RecordFlags.Shadow)).ShouldBe(1);
    }

    [Fact]
    public async Task A_shadow_becomes_a_variant_only_past_the_gates()
    {
        await using var host = await VariantTests.Start();
        var unjudged = await host.Register("coffee", seed: 7);
        await VariantTests.Set(host, "b", $$"""{"version": {{unjudged}}, "shadow": true}""");

        (await ServingHost.ProblemOf(await host.Put("/api/v1/deployments/coffee/variants/b", """{"weight": 0.1}"""))).Code.ShouldBe("registry.gate-not-passed");

        await host.Judge("coffee", unjudged);
        await VariantTests.Set(host, "b", """{"weight": 0.1}""");
        (await VariantTests.Shown(host)).Variants[1].ShouldSatisfyAllConditions(b => b.Shadow.ShouldBeFalse(), b => b.Weight.ShouldBe(0.1));
    }

    [Fact]
    public async Task What_waits_for_its_shadows_is_scored_before_the_server_stops()
    {
        var host = await VariantTests.Start();
        await VariantTests.Set(host, "shadow", """{"version": 2, "shadow": true}""");
        for (var i = 0; i < 20; i++) await host.Post(PredictPath, VariantTests.Rows(Enumerable.Range(0, 50)));
        await host.Stop();

        await using var again = await ServingHost.Start(host.Home);
        (await Logged(again)).Count.ShouldBe(2000);
    }

    [Fact]
    public async Task Personal_data_is_sealed_in_what_a_shadow_logs_too_row_by_row()
    {
        await using var host = await ServingHost.Start();
        await host.Deploy("coffee", personal: true);
        await VariantTests.Set(host, "shadow", """{"version": 1, "shadow": true}""");

        await Task.WhenAll(Enumerable.Range(0, 150).Select(i => host.Post(PredictPath, VariantTests.Rows(Enumerable.Range(i * 3, 3)))));
        await VariantTests.Until(async () => (await Logged(host)).Count == 900);

        foreach (var both in (await Logged(host)).GroupBy(logged => logged.Record.Id))
        {
            var (answer, shadow) = (both.Single(l => l.Source.Variant == "champion").Record, both.Single(l => l.Source.Variant == "shadow").Record);
            (shadow.Entity, shadow.Probability).ShouldBe((answer.Entity, answer.Probability));
            shadow.Features.ShouldBe(answer.Features);
            shadow.Features.ShouldNotContain(float.NaN);
        }
    }

    [Fact]
    public async Task In_a_segment_too_an_id_finds_what_was_answered()
    {
        await using var host = await VariantTests.Start();
        await VariantTests.Set(host, "shadow", """{"version": 2, "shadow": true}""");
        var answers = (await ServingHost.Read<PredictionsWire>(await host.Post(PredictPath, VariantTests.Rows(Enumerable.Range(0, 20))))).Predictions;
        await VariantTests.Until(async () => (await Logged(host)).Count == 40);

        await LateClock.Seal(host.Services);

        foreach (var answer in answers)
        {
            var found = await ServingHost.Read<LoggedPredictionWire>(await host.Http.GetAsync($"/api/v1/predictions/{answer.PredictionId}", Cancelled));
            (found.Shadow, found.Version, found.Probability).ShouldBe((false, 1, answer.Probability));
        }

        var compared = await ServingHost.Read<LoggedVariantsWire>(await host.Http.GetAsync("/api/v1/deployments/coffee/variants/logged", Cancelled));
        compared.Variants.Single(v => v.Shadow).Comparison!.SameRows!.Rows.ShouldBe(20);
    }

    private static async Task<IReadOnlyList<LoggedPrediction>> Logged(ServingHost host)
    {
        var all = new List<LoggedPrediction>();
        await foreach (var some in host.Services.GetRequiredService<Predictions>().Scan(WorkspaceId.Default, "coffee", 0, long.MaxValue, Cancelled)) all.AddRange(some);
        return all;
    }
}
