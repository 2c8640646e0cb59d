using System.Text.Json;
using Cairn.Client.Wire;
using Cairn.Kernel;
using Cairn.Learning;
using Cairn.Learning.Statistics;

namespace Cairn.Unit.Tests.Learning.Statistics;

public class ScoreComparisonTests
{
    private static ulong Key(int i) => BitConverter.ToUInt64(Convert.FromHexString(Digest.Of(BitConverter.GetBytes(i)).Hex));

    private static (float[] Labels, double[] First, double[] Second) Golden()
    {
        var binary = GoldenMetrics.Read().GetProperty("binary");
        return (binary.GetProperty("y").Labels(), binary.GetProperty("score_distinct").Doubles(), binary.GetProperty("score_ties").Doubles());
    }

    private static ScoreComparison Of(float[] labels, double[] first, double[] second, IEnumerable<int>? rows = null, int most = ScoreComparison.MostJudged, bool withTruth = true)
    {
        var comparison = new ScoreComparison(most);
        foreach (var i in rows ?? Enumerable.Range(0, labels.Length))
            comparison.Add(first[i], first[i] >= 0.5, second[i], second[i] >= 0.5, withTruth ? labels[i] > 0.5f : null, Key(i));
        return comparison;
    }

    private static MetricComparisonWire Metric(ScoreComparisonWire comparison, string name) => comparison.Outcomes!.Metrics.Single(metric => metric.Metric == name);

    [Fact]
    public void Each_side_has_the_metrics_of_scikit_learn_and_the_difference_is_DeLongs()
    {
        var (labels, first, second) = Golden();
        var expected = GoldenMetrics.Read().GetProperty("delong");

        var found = Of(labels, first, second).ToWire(new(500, 60))!;

        var (areas, covariance) = (Metric(found, "roc_auc"), expected.GetProperty("ci95_difference"));
        areas.Candidate!.Value.ShouldBe(expected.GetProperty("auc")[0].GetDouble(), 1e-9); // there the scores with ties come first
        areas.Logged!.Value.ShouldBe(expected.GetProperty("auc")[1].GetDouble(), 1e-9);
        areas.Low!.Value.ShouldBe(covariance[0].GetDouble(), 1e-9);
        areas.High!.Value.ShouldBe(covariance[1].GetDouble(), 1e-9);
        areas.P!.Value.ShouldBe(expected.GetProperty("p").GetDouble(), 1e-9);
        foreach (var (name, value) in Scorecard.Of(labels, first, 0.5, new(500, 60)))
            if (found.Outcomes!.Metrics.FirstOrDefault(metric => metric.Metric == name) is { } metric) metric.Logged!.Value.ShouldBe(value, 1e-12, name);
        foreach (var (name, value) in Scorecard.Of(labels, second, 0.5, new(500, 60)))
            if (found.Outcomes!.Metrics.FirstOrDefault(metric => metric.Metric == name) is { } metric) metric.Candidate!.Value.ShouldBe(value, 1e-12, name);
        found.Outcomes!.Metrics.Select(metric => metric.Metric).ShouldBe(["roc_auc", "log_loss", "brier", "accuracy", "precision", "recall", "cost_per_row"]);
    }

    [Fact]
    public void A_mean_of_paired_differences_has_the_interval_of_its_standard_error()
    {
        // Brier of four rows by hand: first 0.01 0.04 0.09 0.16, second 0.04 0.01 0.36 0.09; differences 0.03 -0.03 0.27 -0.07.
        var comparison = Of([0, 0, 0, 0], [0.1, 0.2, 0.3, 0.4], [0.2, 0.1, 0.6, 0.3]).ToWire(null)!;

        var brier = Metric(comparison, "brier");
        double[] differences = [0.03, -0.03, 0.27, -0.07];
        var error = Math.Sqrt(differences.Sum(d => Math.Pow(d - 0.05, 2)) / 3 / 4);
        brier.Difference!.Value.ShouldBe(0.05, 1e-12);
        brier.Low!.Value.ShouldBe(0.05 - (1.959963984540054 * error), 1e-12);
        brier.High!.Value.ShouldBe(0.05 + (1.959963984540054 * error), 1e-12);
        Metric(comparison, "roc_auc").Logged.ShouldBeNull("one class has no area");
        Metric(comparison, "recall").Logged.ShouldBeNull();
    }

    [Fact]
    public void Agreement_and_its_Wilson_interval_are_of_all_rows()
    {
        var comparison = new ScoreComparison();
        for (var i = 0; i < 10; i++) comparison.Add(0.9, true, i < 8 ? 0.7 : 0.4, i < 8, null, Key(i));

        var found = comparison.ToWire(null)!;

        // statsmodels: proportion_confint(8, 10, method="wilson")
        (found.Agreement, found.OnlyLogged, found.OnlyCandidate).ShouldBe((0.8, 2, 0));
        found.AgreementLow.ShouldBe(0.4901624715470545, 1e-9);
        found.AgreementHigh.ShouldBe(0.9433178485456247, 1e-9);
        found.MeanDifference.ShouldBe(0.26, 1e-12);
        found.Outcomes.ShouldBeNull();
    }

    [Fact]
    public void Parts_add_up_to_the_whole_in_any_order_and_through_bytes()
    {
        var (labels, first, second) = Golden();
        var whole = Of(labels, first, second).ToWire(new(5, 1))!;
        var sum = new ScoreComparison();
        for (var part = 6; part >= 0; part--) sum.Add(ScoreComparison.Load(Of(labels, first, second, Enumerable.Range(0, labels.Length).Where(i => i % 7 == part)).Save()));

        var found = sum.ToWire(new(5, 1))!;

        found.Outcomes!.Metrics.ShouldBe(whole.Outcomes!.Metrics);
        (found.Rows, found.Agreement, found.Psi, found.OnlyLogged).ShouldBe((whole.Rows, whole.Agreement, whole.Psi, whole.OnlyLogged));
        found.MeanDifference.ShouldBe(whole.MeanDifference, 1e-12);
    }

    [Fact]
    public void Of_too_many_outcomes_the_same_are_kept_in_whatever_order_they_come()
    {
        var (labels, first, second) = Golden();
        var forwards = Of(labels, first, second, most: 50);
        var backwards = new ScoreComparison(50);
        backwards.Add(Of(labels, first, second, Enumerable.Range(0, labels.Length / 2).Reverse(), most: 50));
        backwards.Add(Of(labels, first, second, Enumerable.Range(labels.Length / 2, labels.Length - (labels.Length / 2)).Reverse(), most: 50));

        var (a, b) = (forwards.ToWire(null)!, backwards.ToWire(null)!);

        a.Outcomes!.Rows.ShouldBe(labels.Length);
        a.Outcomes.Judged.ShouldBeInRange(20, 50);
        (b.Outcomes!.Rows, b.Outcomes.Judged).ShouldBe((a.Outcomes.Rows, a.Outcomes.Judged));
        b.Outcomes.Metrics.ShouldBe(a.Outcomes.Metrics);
    }

    [Fact]
    public void Nothing_compared_is_no_comparison() => new ScoreComparison().ToWire(null).ShouldBeNull();

    /// <summary>Evidently's psi of values that each have a bin of their own.</summary>
    [Theory]
    [InlineData("new_category")]
    [InlineData("integer_few_values")]
    [InlineData("extra_binary_category")]
    [InlineData("extra_category_no_drift")]
    public void Population_stability_is_Evidentlys(string name)
    {
        var golden = JsonDocument.Parse(File.ReadAllBytes(RealData.Find("golden/drift_golden.json"))).RootElement;
        var scenario = golden.GetProperty("scenarios").EnumerateArray().Single(s => s.GetProperty("name").GetString() == name);
        var (reference, current) = (Values("reference"), Values("current"));
        var bins = reference.Concat(current).Distinct(StringComparer.Ordinal).ToList();

        var found = PopulationStability.Of(Counts(reference), Counts(current));

        found.ShouldBe(scenario.GetProperty("evidently").GetProperty("psi").GetProperty("score").GetDouble(), 1e-9);
        List<string> Values(string side) => [.. scenario.GetProperty(side).EnumerateArray().Select(v => v.GetRawText())];
        long[] Counts(List<string> values) => [.. bins.Select(bin => (long)values.Count(v => v == bin))];
    }

    [Fact]
    public void Bins_of_scores_hold_about_a_tenth_of_the_reference_each()
    {
        // 100 fine bins with one row each on one side; on the other all rows in the upper half.
        var (reference, current) = (Enumerable.Repeat(1L, 100).ToArray(), Enumerable.Range(0, 100).Select(i => i >= 50 ? 2L : 0).ToArray());
        long[] tenths = [.. Enumerable.Repeat(10L, 10)], halves = [0, 0, 0, 0, 0, 20, 20, 20, 20, 20];

        PopulationStability.OfQuantiles(reference, current).ShouldBe(PopulationStability.Of(tenths, halves), 1e-12);
        PopulationStability.OfQuantiles(reference, reference).ShouldBe(0);

        // Ties: 60 rows in one fine bin are one bin, the others about a tenth each.
        long[] tied = [0, 60, 10, 10, 10, 10, 0], moved = [5, 55, 0, 20, 10, 5, 5];
        PopulationStability.OfQuantiles(tied, moved).ShouldBe(PopulationStability.Of([60, 10, 10, 10, 10], [60, 0, 20, 10, 10]), 1e-12);
    }
}
