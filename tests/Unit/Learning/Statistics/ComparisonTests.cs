using System.Text.Json;
using Cairn.Learning.Statistics;

namespace Cairn.Unit.Tests.Learning.Statistics;

public class ComparisonTests
{
    private const double Tolerance = 1e-9;

    [Fact]
    public void DeLong_gives_the_areas_their_covariance_and_the_test()
    {
        var golden = GoldenMetrics.Read();
        var (binary, expected) = (golden.GetProperty("binary"), golden.GetProperty("delong"));

        var found = DeLong.Compare(binary.GetProperty("y").Labels(), binary.GetProperty("score_ties").Doubles(), binary.GetProperty("score_distinct").Doubles());

        var covariance = expected.GetProperty("covariance");
        found.First.ShouldBe(expected.GetProperty("auc")[0].GetDouble(), Tolerance);
        found.Second.ShouldBe(expected.GetProperty("auc")[1].GetDouble(), Tolerance);
        found.VarianceFirst.ShouldBe(covariance[0][0].GetDouble(), 1e-12);
        found.Covariance.ShouldBe(covariance[0][1].GetDouble(), 1e-12);
        found.VarianceSecond.ShouldBe(covariance[1][1].GetDouble(), 1e-12);
        found.Z.ShouldBe(expected.GetProperty("z").GetDouble(), Tolerance);
        found.P.ShouldBe(expected.GetProperty("p").GetDouble(), Tolerance);
        Same(found.DifferenceInterval(), expected.GetProperty("ci95_difference"));
        Same(found.FirstInterval(), expected.GetProperty("ci95_auc_A"));
    }

    [Fact]
    public void DeLong_by_ranks_is_DeLong_by_pairs()
    {
        float[] labels = [1, 0, 1, 0, 1, 0, 1];
        double[] scores = [0.9, 0.8, 0.7, 0.7, 0.2, 0.1, 0.8];
        double[] positives = [0.9, 0.7, 0.2, 0.8], negatives = [0.8, 0.7, 0.1];
        static double Psi(double x, double y) => x > y ? 1 : x == y ? 0.5 : 0;
        static double Variance(double[] values) => values.Sum(v => Math.Pow(v - values.Average(), 2)) / (values.Length - 1);
        var v10 = positives.Select(x => negatives.Average(y => Psi(x, y))).ToArray();
        var v01 = negatives.Select(y => positives.Average(x => Psi(x, y))).ToArray();

        var found = DeLong.Of(labels, scores);

        found.First.ShouldBe(v10.Average(), 1e-15);
        found.VarianceFirst.ShouldBe(Variance(v10) / 4 + Variance(v01) / 3, 1e-15);
    }

    [Fact]
    public void A_model_compared_with_itself_differs_by_nothing_for_sure()
    {
        var found = DeLong.Of([1, 0, 1, 0], [0.9, 0.8, 0.7, 0.1]);

        found.StandardError.ShouldBe(0);
        found.P.ShouldBe(1);
    }

    [Fact]
    public void The_paired_bootstrap_repeats_numpys_replicates_and_interval()
    {
        var golden = GoldenMetrics.Read().GetProperty("paired_bootstrap");
        var (a, b) = (golden.GetProperty("loss_a").Doubles(), golden.GetProperty("loss_b").Doubles());

        var replicates = golden.GetProperty("indices").EnumerateArray()
            .Select(rows => Bootstrap.Replicate(a, b, [.. rows.EnumerateArray().Select(r => r.GetInt32())])).ToArray();

        foreach (var (found, expected) in replicates.Zip(golden.GetProperty("replicates").Doubles())) found.ShouldBe(expected, Tolerance);
        Same(Bootstrap.Percentile(replicates, 0.90), golden.GetProperty("ci90_percentile"));
    }

    [Fact]
    public void A_bootstrap_interval_holds_the_truth_about_as_often_as_it_says()
    {
        var random = new Cairn.Learning.Splits.SplitMix64(7);
        var held = 0;
        for (var i = 0; i < 200; i++)
        {
            var first = Enumerable.Range(0, 80).Select(_ => random.Unit() + 0.1).ToArray();
            var second = Enumerable.Range(0, 80).Select(_ => random.Unit()).ToArray();
            var interval = Bootstrap.MeanDifference(first, second, 300, i);
            if (interval.Low <= 0.1 && 0.1 <= interval.High) held++;
        }

        held.ShouldBeInRange(180, 198);
    }

    [Fact]
    public void The_same_seed_gives_the_same_intervals()
    {
        float[] labels = [1, 0, 1, 0, 1, 0, 1, 1];
        double[] scores = [0.9, 0.8, 0.7, 0.6, 0.2, 0.1, 0.5, 0.4];

        var once = Bootstrap.Intervals(labels, scores, 0.5, null, 50, 3);

        once.ShouldBe(Bootstrap.Intervals(labels, scores, 0.5, null, 50, 3));
        once["brier"].ShouldNotBe(Bootstrap.Intervals(labels, scores, 0.5, null, 50, 4)["brier"]);
    }

    [Fact]
    public void McNemar_is_exact()
    {
        foreach (var golden in GoldenMetrics.Read().GetProperty("mcnemar").GetProperty("cases").EnumerateArray())
        {
            var table = golden.GetProperty("table");
            Proportions.McNemar(table[0][1].GetInt32(), table[1][0].GetInt32()).ShouldBe(golden.GetProperty("exact_p").GetDouble(), Tolerance);
        }
    }

    [Theory]
    [InlineData(12, 3, 0.03515625)]
    [InlineData(5, 5, 1.0)]
    [InlineData(0, 0, 1.0)]
    [InlineData(1, 0, 1.0)]
    public void McNemar_of_a_few_rows(int onlyFirst, int onlySecond, double p) => Proportions.McNemar(onlyFirst, onlySecond).ShouldBe(p, 1e-12);

    [Theory]
    [InlineData(0, 20, 0.0, 0.1611251580528194)]
    [InlineData(10, 20, 0.2992980082981123, 0.7007019918017877)]
    [InlineData(20, 20, 0.8388748419471804, 1.0)]
    [InlineData(37, 412, 0.06585591872396812, 0.12133431247964654)]
    [InlineData(9990, 10000, 0.9981600556125619, 0.9994567140135028)]
    public void Wilson_is_what_statsmodels_says(int count, int n, double low, double high)
    {
        var found = Proportions.Wilson(count, n);

        found.Low.ShouldBe(low, Tolerance);
        found.High.ShouldBe(high, Tolerance);
    }

    /// <summary>The examples of Newcombe 1998, table II, method 10; digits from statsmodels 0.13.5, confint_proportions_2indep(method="newcomb").</summary>
    [Theory]
    [InlineData(56, 70, 48, 80, 0.05243147240236498, 0.33387265403690614)]
    [InlineData(9, 10, 3, 10, 0.1705227239345029, 0.809017973535488)]
    [InlineData(6, 7, 2, 7, 0.05822792748231209, 0.8062496375242278)]
    [InlineData(5, 56, 0, 29, -0.038137147903536936, 0.19256001385511165)]
    [InlineData(0, 10, 0, 20, -0.1611251580528194, 0.27753279986288926)]
    [InlineData(0, 10, 0, 10, -0.27753279986288926, 0.27753279986288926)]
    [InlineData(10, 10, 0, 20, 0.6790860371419145, 1.0)]
    [InlineData(10, 10, 0, 10, 0.6075093504305241, 1.0)]
    [InlineData(1234, 9876, 1100, 10000, 0.00599795189981695, 0.023908061052798343)]
    public void The_difference_of_shares_is_what_Newcombe_says(int count, int n, int otherCount, int otherN, double low, double high)
    {
        var found = Proportions.Difference(count, n, otherCount, otherN);
        var turned = Proportions.Difference(otherCount, otherN, count, n);

        (found.Low, found.High).ShouldSatisfyAllConditions(_ => found.Low.ShouldBe(low, Tolerance), _ => found.High.ShouldBe(high, Tolerance));
        (-turned.High, -turned.Low).ShouldSatisfyAllConditions(_ => turned.High.ShouldBe(-low, Tolerance), _ => turned.Low.ShouldBe(-high, Tolerance));
    }

    [Fact]
    public void Nothing_counted_on_one_side_leaves_nearly_everything_possible()
    {
        Proportions.Difference(0, 0, 0, 0).ShouldBe(new(-0.7071067811865476, 0.7071067811865476));
        Proportions.Difference(0, 0, 500, 1000).Low.ShouldBeLessThan(-0.49);
    }

    private static void Same(Cairn.Learning.Interval found, JsonElement expected)
    {
        found.Low.ShouldBe(expected[0].GetDouble(), Tolerance);
        found.High.ShouldBe(expected[1].GetDouble(), Tolerance);
    }
}
