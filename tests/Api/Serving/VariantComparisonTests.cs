using System.Net;
using Cairn.Client.Wire;
using Cairn.Learning;

namespace Cairn.Api.Tests.Serving;

public class VariantComparisonTests
{
    private const string PredictPath = "/api/v1/deployments/coffee/predict", LoggedPath = "/api/v1/deployments/coffee/variants/logged";

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Live_numbers_and_those_of_the_log_are_what_the_answers_say()
    {
        await using var host = await VariantTests.Start();
        await Ask(host, 0); // before the variant came: part of the champion's numbers, not of the comparison
        await VariantTests.Set(host, "b", """{"version": 2, "weight": 0.4}""");
        var answers = await Ask(host, 1, 2, 3);

        var shown = (await VariantTests.Shown(host)).Variants;
        var logged = await ServingHost.Read<LoggedVariantsWire>(await host.Http.GetAsync(LoggedPath, Cancelled));

        var (champion, b) = (answers.Where(a => a.Version == 1).ToList(), answers.Where(a => a.Version == 2).ToList());
        shown[0].Numbers!.ShouldSatisfyAllConditions(n => n.Rows.ShouldBe(champion.Count + 100), n => n.Requests.ShouldBe(4), n => n.Errors.ShouldBe(0));
        shown[1].Numbers!.ShouldSatisfyAllConditions(
            n => n.Rows.ShouldBe(b.Count), n => n.Requests.ShouldBe(3),
            n => n.MeanProbability!.Value.ShouldBe(b.Average(a => a.Probability), 1e-12),
            n => n.PositiveShare!.Share.ShouldBe(b.Count(IsYes) / (double)b.Count, 1e-12),
            n => n.Latency!.P50Us.ShouldBeInRange(1, n.Latency.P99Us));
        shown[0].Comparison.ShouldBeNull();
        var interval = Shares.Difference(b.Count(IsYes), b.Count, champion.Count(IsYes), champion.Count);
        shown[1].Comparison!.ShouldSatisfyAllConditions(
            c => c.ChampionVersion.ShouldBe(1), c => c.SameRows.ShouldBeNull(),
            c => c.PositiveShareDifference!.Low.ShouldBe(interval.Low, 1e-12), c => c.PositiveShareDifference!.High.ShouldBe(interval.High, 1e-12));

        logged.ChampionVersion.ShouldBe(1);
        logged.Variants.Select(v => (v.Name, v.Version, v.Shadow, v.Numbers.Rows)).ShouldBe([("champion", 1, false, champion.Count + 100), ("b", 2, false, b.Count)]);
        logged.Variants[1].Numbers.PositiveShare.ShouldBe(shown[1].Numbers!.PositiveShare);
        logged.Variants[1].Numbers.MeanProbability!.Value.ShouldBe(shown[1].Numbers!.MeanProbability!.Value, 1e-12);
    }

    [Fact]
    public async Task A_shadow_is_compared_on_the_same_rows_live_and_in_the_log()
    {
        await using var host = await VariantTests.Start();
        await VariantTests.Set(host, "s", """{"version": 2, "shadow": true}""");
        var answers = await Ask(host, 1, 2, 3);
        await VariantTests.Set(host, "b", """{"version": 2, "weight": 1}""");
        var byShadow = await Ask(host, 1, 2, 3); // the same rows, answered by the version of the shadow
        await VariantTests.Until(async () => (await VariantTests.Shown(host)).Variants[2].Numbers!.Rows == 600);

        var same = (await VariantTests.Shown(host)).Variants[2].Comparison!.SameRows!;
        await VariantTests.Until(async () => (await Logged(host)).Variants.Sum(v => v.Numbers.Rows) == 1200);
        var logged = (await Logged(host)).Variants.Single(v => v.Name == "s");

        var pairs = answers.Zip(byShadow).ToList();
        same.Rows.ShouldBe(300); // what b answered is no comparison with the champion
        same.Agreement.Share.ShouldBe(pairs.Count(p => p.First.Prediction == p.Second.Prediction) / 300.0, 1e-12);
        (same.OnlyVariant, same.OnlyChampion).ShouldBe((pairs.Count(p => !IsYes(p.First) && IsYes(p.Second)), pairs.Count(p => IsYes(p.First) && !IsYes(p.Second))));
        same.MeanAbsoluteDifference.ShouldBe(pairs.Average(p => Math.Abs(p.First.Probability - p.Second.Probability)), 1e-12);
        same.Agreement.Low.ShouldBe(Shares.Interval((long)(same.Agreement.Share * 300), 300).Low, 1e-12);
        (same.OnlyVariant + same.OnlyChampion).ShouldBeGreaterThan(0);
        logged.Comparison!.SameRows!.ShouldSatisfyAllConditions(
            s => s.Rows.ShouldBe(300), s => s.Agreement.ShouldBe(same.Agreement), s => s.MeanAbsoluteDifference.ShouldBe(same.MeanAbsoluteDifference, 1e-12));
        logged.Comparison.PositiveShareDifference.ShouldBeNull();
    }

    [Fact]
    public async Task With_another_champion_another_comparison_begins()
    {
        await using var host = await VariantTests.Start();
        await VariantTests.Set(host, "b", """{"version": 2, "weight": 0.5}""");
        await Ask(host, 1);

        await host.Promote("coffee", 3);
        await VariantTests.Until(async () => (await VariantTests.Shown(host)).Variants[0].Version == 3);
        (await VariantTests.Shown(host)).Variants[1].ShouldSatisfyAllConditions(
            b => b.Numbers!.Rows.ShouldBeGreaterThan(0), b => b.Comparison!.ChampionVersion.ShouldBe(3), b => b.Comparison!.PositiveShareDifference.ShouldBeNull());

        await Ask(host, 2);
        (await VariantTests.Shown(host)).Variants[1].Comparison!.PositiveShareDifference.ShouldNotBeNull();
        var logged = await Logged(host);
        logged.Variants.Select(v => (v.Name, v.Version)).ShouldBe([("champion", 1), ("champion", 3), ("b", 2)]);
    }

    [Fact]
    public async Task Rows_that_a_variant_could_not_answer_count_against_it()
    {
        await using var host = await VariantTests.Start();
        var sugar = await host.Register("coffee", CoffeeModel.Package(5, asksForSugar: true));
        await host.Judge("coffee", sugar);
        await VariantTests.Set(host, "b", $$"""{"version": {{sugar}}, "weight": 1}""");
        await Ask(host, 1);

        var shown = (await VariantTests.Shown(host)).Variants;

        shown[1].Numbers!.ShouldSatisfyAllConditions(n => n.Errors.ShouldBe(100), n => n.Rows.ShouldBe(0), n => n.PositiveShare.ShouldBeNull(), n => n.Latency.ShouldBeNull());
        shown[0].Numbers!.Rows.ShouldBe(100);
    }

    [Fact]
    public async Task A_stretch_of_the_log_without_an_end_after_its_beginning_is_refused_and_an_empty_one_is_empty()
    {
        await using var host = await VariantTests.Start();
        await Ask(host, 1);

        var refused = await host.Http.GetAsync($"{LoggedPath}?from=2000&to=1000", Cancelled);
        var empty = await ServingHost.Read<LoggedVariantsWire>(await host.Http.GetAsync($"{LoggedPath}?from=1000&to=2000", Cancelled));

        refused.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await ServingHost.ProblemOf(refused)).Code.ShouldBe("request.range");
        (empty.ChampionVersion, empty.Variants.Count).ShouldBe((null, 0));
    }

    private static async Task<List<PredictionWire>> Ask(ServingHost host, params int[] hundreds)
    {
        var answers = new List<PredictionWire>();
        foreach (var hundred in hundreds)
            answers.AddRange((await ServingHost.Read<PredictionsWire>(await host.Post(PredictPath, VariantTests.Rows(Enumerable.Range(hundred * 100, 100))))).Predictions);
        return answers;
    }

    private static async Task<LoggedVariantsWire> Logged(ServingHost host) => await ServingHost.Read<LoggedVariantsWire>(await host.Http.GetAsync(LoggedPath, Cancelled));

    private static bool IsYes(PredictionWire answer) => answer.Prediction == "Yes";
}
