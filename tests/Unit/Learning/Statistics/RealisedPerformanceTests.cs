using Cairn.Learning;

namespace Cairn.Unit.Tests.Learning.Statistics;

public class RealisedPerformanceTests
{
    private static readonly float[] Labels = [1, 0, 1, 1, 0, 0, 1, 0, 0, 1, 0, 1];
    private static readonly double[] Scores = [.92, .31, .55, .78, .44, .12, .61, .70, .05, .38, .38, .83];

    /// <summary>Values of scikit-learn 1.2.1; intervals by numpy from the formulas as published: placements (DeLong 1988), Wilson 1927, mean ± 1.96 s / sqrt(n).</summary>
    [Theory]
    [InlineData("roc_auc", 0.875, 0.6705650489602477, 1.0)]
    [InlineData("log_loss", 0.4491589452559413, 0.24793481012069765, 0.6503830803911849)]
    [InlineData("brier", 0.146975, 0.059358597318908135, 0.23459140268109185)]
    [InlineData("accuracy", 10.0 / 12, 0.5519691377470266, 0.9530348578161463)]
    [InlineData("precision", 5.0 / 6, 0.43649717781352987, 0.9699466302516935)]
    [InlineData("recall", 5.0 / 6, 0.43649717781352987, 0.9699466302516935)]
    public void Values_and_intervals_are_those_of_others(string name, double value, double low, double high)
    {
        var realised = RealisedPerformance.Of(Labels, Scores, [.. Scores.Select(score => score >= 0.5)]);

        (realised.Rows, realised.TruePositives, realised.FalsePositives, realised.FalseNegatives, realised.TrueNegatives).ShouldBe((12, 5, 1, 1, 5));
        var estimate = realised.Metrics[name];
        estimate.Value.ShouldBe(value, 1e-12);
        estimate.Interval!.Value.Low.ShouldBe(low, 1e-9);
        estimate.Interval.Value.High.ShouldBe(high, 1e-9);
    }

    [Fact]
    public void Many_rows_are_as_scikit_learn_says()
    {
        var binary = GoldenMetrics.Read().GetProperty("binary");
        var golden = binary.GetProperty("expected_ties");
        var scores = binary.GetProperty("score_ties").Doubles();

        var realised = RealisedPerformance.Of(binary.GetProperty("y").Labels(), scores, [.. scores.Select(score => score >= 0.5)]);

        foreach (var name in (string[])["roc_auc", "log_loss", "brier"]) realised.Metrics[name].Value.ShouldBe(golden.GetProperty(name).GetDouble(), 1e-9, name);
        foreach (var name in (string[])["accuracy", "precision", "recall", "f1"]) realised.Metrics[name].Value.ShouldBe(golden.GetProperty("at_0_5").GetProperty(name).GetDouble(), 1e-9, name);
    }

    [Fact]
    public void A_decision_counts_as_it_was_made_whatever_the_score()
    {
        var realised = RealisedPerformance.Of([1, 0], [0.2, 0.9], [true, false]);

        (realised.TruePositives, realised.TrueNegatives).ShouldBe((1, 1));
        realised.Metrics["roc_auc"].ShouldBe(new Estimate(0, null)); // one row of a class has no variance
    }

    [Fact]
    public void One_class_has_no_area_and_one_row_no_interval_of_a_mean()
    {
        var realised = RealisedPerformance.Of([1], [0.8], [false]);

        realised.Metrics.ContainsKey("roc_auc").ShouldBeFalse();
        realised.Metrics["log_loss"].ShouldBe(new Estimate(-Math.Log(0.8), null));
        realised.Metrics["precision"].ShouldBe(new Estimate(0, null));
    }

    [Fact]
    public void Lengths_that_differ_are_a_bug() => Should.Throw<ArgumentException>(() => RealisedPerformance.Of([1, 0], [0.5], [true]));
}
