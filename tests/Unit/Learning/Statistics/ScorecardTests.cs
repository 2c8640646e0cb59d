using Cairn.Learning;
using Cairn.Learning.Statistics;

namespace Cairn.Unit.Tests.Learning.Statistics;

public class ScorecardTests
{
    private const double Tolerance = 1e-9;

    [Theory]
    [InlineData("score_ties", "expected_ties")]
    [InlineData("score_distinct", "expected_distinct")]
    public void Every_metric_is_what_scikit_learn_says(string scores, string expected)
    {
        var binary = GoldenMetrics.Read().GetProperty("binary");
        var golden = binary.GetProperty(expected);
        var decided = golden.GetProperty("at_0_5");

        var card = Scorecard.Of(binary.GetProperty("y").Labels(), binary.GetProperty(scores).Doubles(), 0.5, null);

        card["roc_auc"].ShouldBe(golden.GetProperty("roc_auc").GetDouble(), Tolerance);
        card["pr_auc"].ShouldBe(golden.GetProperty("average_precision").GetDouble(), Tolerance);
        card["log_loss"].ShouldBe(golden.GetProperty("log_loss").GetDouble(), Tolerance);
        card["brier"].ShouldBe(golden.GetProperty("brier").GetDouble(), Tolerance);
        card["ks"].ShouldBe(golden.GetProperty("ks").GetDouble(), Tolerance);
        card["ece"].ShouldBe(golden.GetProperty("ece_10_equal_width_right_closed").GetDouble(), Tolerance);
        foreach (var name in (string[])["accuracy", "precision", "recall", "f1", "mcc"])
            card[name].ShouldBe(decided.GetProperty(name).GetDouble(), Tolerance, name);
    }

    [Fact]
    public void Weights_count_as_in_scikit_learn()
    {
        var binary = GoldenMetrics.Read().GetProperty("binary");
        var golden = binary.GetProperty("weighted");
        var (labels, scores) = (binary.GetProperty("y").Labels(), binary.GetProperty("score_ties").Doubles());

        var card = Scorecard.Of(new Ranking(labels, scores), labels, scores, 0.5, null, binary.GetProperty("weights").Doubles());

        card["roc_auc"].ShouldBe(golden.GetProperty("roc_auc_ties").GetDouble(), Tolerance);
        card["pr_auc"].ShouldBe(golden.GetProperty("average_precision_ties").GetDouble(), Tolerance);
        card["log_loss"].ShouldBe(golden.GetProperty("log_loss_ties").GetDouble(), Tolerance);
        card["brier"].ShouldBe(golden.GetProperty("brier_ties").GetDouble(), Tolerance);
    }

    [Fact]
    public void A_row_with_weight_two_is_that_row_twice()
    {
        float[] labels = [0, 1, 1, 0];
        double[] scores = [0.2, 0.7, 0.4, 0.4];

        var weighted = Scorecard.Of(new Ranking(labels, scores), labels, scores, 0.5, new Costs(5, 1), [1, 2, 1, 2]);
        var twice = Scorecard.Of([0, 1, 1, 1, 0, 0], [0.2, 0.7, 0.7, 0.4, 0.4, 0.4], 0.5, new Costs(5, 1));

        foreach (var name in Metrics.Names) weighted[name].ShouldBe(twice[name], 1e-15, name);
    }

    [Fact]
    public void All_scores_equal_rank_like_a_coin()
    {
        var card = Scorecard.Of([0, 1, 0, 1], [0.5, 0.5, 0.5, 0.5], 0.5, null);

        card["roc_auc"].ShouldBe(0.5);
        card["pr_auc"].ShouldBe(0.5);
        card["ks"].ShouldBe(0);
    }

    [Fact]
    public void Certain_and_wrong_costs_what_scikit_learn_charges() =>
        Scorecard.Of([0, 1, 1, 0], [0.0, 1.0, 0.0, 0.3], 0.5, null)["log_loss"].ShouldBe(9.100082083263972, Tolerance);

    [Fact]
    public void Six_rows_worked_by_hand()
    {
        float[] labels = [1, 0, 1, 0, 1, 0];
        double[] scores = [0.9, 0.8, 0.7, 0.6, 0.2, 0.1];

        var card = Scorecard.Of(labels, scores, 0.65, new Costs(10, 1));

        card["roc_auc"].ShouldBe(6.0 / 9, 1e-15);
        card["pr_auc"].ShouldBe((1 + 2.0 / 3 + 3.0 / 5) / 3, 1e-15);
        card["accuracy"].ShouldBe(4.0 / 6, 1e-15);
        card["precision"].ShouldBe(2.0 / 3, 1e-15);
        card["mcc"].ShouldBe(1.0 / 3, 1e-15);
        card["cost_per_row"].ShouldBe(11.0 / 6, 1e-15);
        card["brier"].ShouldBe((0.01 + 0.64 + 0.09 + 0.36 + 0.64 + 0.01) / 6, 1e-15);
    }

    [Fact]
    public void One_class_has_no_area_and_no_distance()
    {
        var card = Scorecard.Of([1, 1], [0.4, 0.6], 0.5, null);

        card["roc_auc"].ShouldBe(double.NaN);
        card["ks"].ShouldBe(double.NaN);
        card["mcc"].ShouldBe(0);
    }

    [Fact]
    public void A_score_that_is_no_number_is_a_bug() =>
        Should.Throw<ArgumentException>(() => new Ranking([1, 0], [0.5, double.NaN])).Message.ShouldContain("NaN");

    [Fact]
    public void Every_metric_has_a_name_and_every_name_a_metric() =>
        Scorecard.Of([1, 0], [0.6, 0.4], 0.5, new Costs(1, 1)).Keys.ShouldBe(Metrics.Names);

    [Fact]
    public void Calibration_bins_and_the_parts_of_brier_agree()
    {
        var binary = GoldenMetrics.Read().GetProperty("binary");
        var golden = binary.GetProperty("expected_ties");
        var bins = Probabilities.Calibration(binary.GetProperty("y").Labels(), binary.GetProperty("score_ties").Doubles());

        foreach (var (bin, expected) in bins.Zip(golden.GetProperty("reliability_bins_right_closed").EnumerateArray(), (b, e) => (b, e.Doubles())))
        {
            ((double)bin.Bin).ShouldBe(expected[0]);
            bin.Rows.ShouldBe(expected[1]);
            bin.Predicted.ShouldBe(expected[2], Tolerance);
            bin.Observed.ShouldBe(expected[3], Tolerance);
        }

        var parts = golden.GetProperty("brier_decomposition_10_equal_width_bins_right_closed");
        var found = Probabilities.Decompose(bins);
        found.Reliability.ShouldBe(parts.GetProperty("reliability").GetDouble(), Tolerance);
        found.Resolution.ShouldBe(parts.GetProperty("resolution").GetDouble(), Tolerance);
        found.Uncertainty.ShouldBe(parts.GetProperty("uncertainty").GetDouble(), Tolerance);
    }

    [Fact]
    public void Gains_by_tenth_agree()
    {
        var binary = GoldenMetrics.Read().GetProperty("binary");
        var expected = binary.GetProperty("gains_distinct").EnumerateArray().ToArray();

        var gains = Curves.Gains(binary.GetProperty("y").Labels(), binary.GetProperty("score_distinct").Doubles());

        gains.Length.ShouldBe(expected.Length);
        foreach (var (gain, golden) in gains.Zip(expected))
        {
            gain.Rows.ShouldBe(golden.GetProperty("rows").GetInt32());
            gain.Positives.ShouldBe(golden.GetProperty("positives").GetInt32());
            gain.Gain.ShouldBe(golden.GetProperty("gain").GetDouble(), Tolerance);
            gain.Lift.ShouldBe(golden.GetProperty("lift").GetDouble(), Tolerance);
        }
    }

    [Fact]
    public void The_roc_curve_keeps_its_corners_and_its_area()
    {
        float[] labels = [1, 0, 1, 0, 1, 0];
        double[] scores = [0.9, 0.8, 0.7, 0.6, 0.2, 0.1];

        var curve = Curves.Roc(new Ranking(labels, scores).Points());

        curve[0].ShouldBe(new RocPoint(null, 0, 0));
        curve[^1].ShouldBe(new RocPoint(0.1, 1, 1));
        curve.Zip(curve.Skip(1), (a, b) => (b.FalsePositiveRate - a.FalsePositiveRate) * (a.TruePositiveRate + b.TruePositiveRate) / 2).Sum()
            .ShouldBe(6.0 / 9, 1e-15);
    }

    [Fact]
    public void A_long_curve_is_thinned_but_keeps_both_ends()
    {
        var labels = Enumerable.Range(0, 5000).Select(i => (float)(i * 7919 % 3 == 0 ? 1 : 0)).ToArray();
        var scores = Enumerable.Range(0, 5000).Select(i => i / 5000.0).ToArray();

        var curve = Curves.Roc(new Ranking(labels, scores).Points());

        curve.Length.ShouldBe(Curves.Most);
        (curve[^1].FalsePositiveRate, curve[^1].TruePositiveRate).ShouldBe((1, 1));
    }
}
