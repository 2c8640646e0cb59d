using Cairn.Client.Wire;
using Cairn.Learning;
using Cairn.Learning.Slicing;
using Cairn.Learning.Statistics;

namespace Cairn.Unit.Tests.Learning.Slicing;

/// <summary>
/// Against scikit-learn 1.2.1, scipy 1.10.1 and statsmodels 0.13.5 (Debian 12) on the same rows:
/// <code>
/// i = arange(240); s = ((i*37) % 101 + 0.5) / 101; y = ((i*i*7 + i*13) % 97) / 97 &lt; s; y = where(i % 12 == 0, ~y, y); part = i % 3
/// roc_auc_score, average_precision_score; brunnermunzel: variance and degrees of freedom of the area; ttest_ind(a, b, equal_var=False) of the losses of rows
/// the larger variance: of a mean max(a.var(ddof=1), all.var(ddof=1)) / len(a); of an area max(own, (A(1-A) + (n-1) V10.var(ddof=1) + (m-1) V01.var(ddof=1)) / mn),
///   A, V10 and V01 of all rows; then Welch: t.sf(abs(d) / sqrt(v), df), df = v^2 / (va^2/dfa + vb^2/dfb)
/// proportions_ztest, proportion_confint(method="wilson"), confint_proportions_2indep(method="newcomb", compare="diff")
/// logit(ap) -+ 1.96 / sqrt(positives * ap * (1 - ap)); gap -+ 1.96 * sqrt(max(sum p(1-p), sum (p-y)^2)) / n
/// </code>
/// </summary>
public class SliceJudgeTests
{
    private const int Rows = 240;

    private static readonly double[] Scores = [.. Enumerable.Range(0, Rows).Select(i => (i * 37 % 101 + 0.5) / 101)];
    private static readonly float[] Labels = [.. Enumerable.Range(0, Rows).Select(i => (i * i * 7 + i * 13) % 97 / 97.0 < Scores[i] != (i % 12 == 0) ? 1f : 0f)];

    [Fact]
    public void An_area_by_its_own_rows_is_that_of_Brunner_and_Munzel()
    {
        var ranking = new SubsetRanking();
        foreach (var row in Enumerable.Range(0, Rows / 3).Select(i => 3 * i).GroupBy(i => Scores[i]).OrderByDescending(tied => tied.Key)) ranking.Add(row.Count(i => Labels[i] > 0), row.Count(i => Labels[i] == 0));

        ranking.RocAuc.Value.ShouldBe(0.6637335009428033, 1e-12);
        ranking.RocAuc.Variance.ShouldBe(0.0037572105015427192, 1e-12);
        ranking.RocAuc.Freedom.ShouldBe(77.74085921327843, 1e-8);
        new Sampled(ranking.RocAuc.Value - 0.5, ranking.RocAuc.Variance, ranking.RocAuc.Freedom).P!.Value.ShouldBe(0.009202398741363638, 1e-9);
    }

    [Fact]
    public void Two_means_by_their_own_rows_are_compared_as_Welch_compares_them()
    {
        static Sampled Of(double[] rows) => Sampled.Mean(rows.Average(), rows.Sum(row => Math.Pow(row - rows.Average(), 2)), rows.Length);
        double[] Losses(Func<int, bool> which) => [.. Enumerable.Range(0, Rows).Where(which).Select(i => Probabilities.RowLogLoss(Labels[i], Scores[i]))];

        var difference = Of(Losses(i => i % 3 == 0)).Minus(Of(Losses(i => i % 3 != 0)));

        difference.P!.Value.ShouldBe(0.03037403931499189, 1e-9);
        difference.Interval()!.Value.Low.ShouldBe(0.021060022592280264, 1e-8);
        difference.Interval()!.Value.High.ShouldBe(0.41576308200236267, 1e-8);
    }

    [Fact]
    public void A_ranking_is_compared_with_no_less_than_the_spread_of_all_rows()
    {
        var judged = Judge();

        (judged[0].Rows, judged[0].Positives, judged[1].Positives, judged[2].Positives).ShouldBe((80, 37, 32, 49));
        judged[0].Predicted.ShouldBe(0.5033415841584159, 1e-12);
        Close(judged[0].Metrics["roc_auc"], 0.6637335009428033, 0.5416959547544682, 0.7857710471311383, 0.8102828566963588, -0.14654935575355554, -0.2891267265093824, -0.003971984997728661, 0.044032232199490866);
        Close(judged[1].Metrics["roc_auc"], 0.8125, 0.703586475438869, 0.921413524561131, 0.7404934003771213, 0.0720065996228787, -0.06112032664681277, 0.20513352589257017, 0.2870205368814247);
        Close(judged[2].Metrics["roc_auc"], 0.8347597103357473, 0.7239517336786075, 0.945567686992887, 0.7367415193502149, 0.09801819098553233, -0.036584098271746024, 0.23262048024281068, 0.15229811996508735);
    }

    [Fact]
    public void Losses_are_compared_with_no_less_than_the_spread_of_all_rows()
    {
        var judged = Judge();

        Close(judged[0].Metrics["log_loss"], 0.7521125839372328, 0.573734935152456, 0.9304902327220096, 0.5337010316399114, 0.21841155229732134, 0.013911219697640476, 0.4229118848970022, 0.03651202728321856);
        Close(judged[0].Metrics["brier"], 0.25258062935006376, 0.19255831159254816, 0.31260294710757935, 0.17839304970100972, 0.07418757964905404, 0.004086924171415221, 0.14428823512669287, 0.038214460783186466);
        Close(judged[2].Metrics["log_loss"], 0.524183301395089, 0.37906315846965116, 0.6693034443205268, 0.6476656729109832, -0.12348237151589425, -0.3042297141674285, 0.05726497113564, 0.17924761655651375);
    }

    [Fact]
    public void Decisions_are_compared_as_shares()
    {
        var judged = Judge();

        Close(judged[0].Metrics["precision"], 0.6, 0.44595893660346186, 0.7365167431570808, 60 / 81.0, 0.6 - 60 / 81.0, -0.31571199176395326, 0.03135387256240832, 0.11395075785079142);
        Close(judged[2].Metrics["precision"], 35 / 40.0, 0.738878801611489, 0.945404997490546, 49 / 81.0, 35 / 40.0 - 49 / 81.0, 0.10152240877426202, 0.3997246756417171, 0.002420497774211463);
        Close(judged[0].Metrics["recall"], 24 / 37.0, 0.4875902312255084, 0.7817439286607287, 60 / 81.0, 24 / 37.0 - 60 / 81.0, -0.2732718461904412, 0.0773012027198279, 0.30547037775682173);
    }

    [Fact]
    public void A_calibration_gap_has_the_variance_of_its_probabilities_or_of_its_misses()
    {
        var judged = Judge();

        Close(judged[0].Metrics["calibration_gap"], 0.04084158415841584, -0.06928777651309603, 0.15097094482992773, -0.009653465346534648, p: 0.4397932901167586);
        Close(judged[1].Metrics["calibration_gap"], 0.09467821782178219, 0.0013074331631262454, 0.18804900248043815, -0.03657178217821782, p: 0.028847481007195957);
        Close(judged[2].Metrics["calibration_gap"], -0.11398514851485149, -0.20571374509377355, -0.022256551935929444, 0.06775990099009901, p: 0.0022761251312230315);
    }

    [Fact]
    public void Average_precision_has_an_interval_and_is_not_compared_because_it_moves_with_the_share_of_positives()
    {
        var result = Judge()[0].Metrics["pr_auc"];

        result.Value!.Value.ShouldBe(0.6084872509713763, 1e-9);
        result.Low!.Value.ShouldBe(0.4454181023735605, 1e-9);
        result.High!.Value.ShouldBe(0.7504693125772498, 1e-9);
        (result.Verdict, result.Difference, result.P).ShouldBe(("not_compared", null, null));
    }

    [Fact]
    public void Costs_are_means_of_rows_and_absent_when_none_are_given()
    {
        var judged = new SliceJudge(Labels, Scores, 0.5, new Costs(5, 1)).Judge(Thirds);

        judged[0].Metrics["cost_per_row"].Value!.Value.ShouldBe((13 * 5 + 16) / 80.0, 1e-12);
        judged[0].Metrics["cost_per_row"].Rest!.Value.ShouldBe((21 * 5 + 21) / 160.0, 1e-12);
        Judge()[0].Metrics.ContainsKey("cost_per_row").ShouldBeFalse();
    }

    [Fact]
    public void The_area_of_a_subset_with_ties_is_that_of_DeLong()
    {
        double[] scores = [.. Scores.Select(score => Math.Round(score, 1))];
        int[] own = [.. Enumerable.Range(0, Rows).Where(i => i % 3 == 0)];

        var found = new SliceJudge(Labels, scores, 0.5, null).Judge(Thirds)[0].Metrics["roc_auc"];

        var expected = DeLong.Of(Array.ConvertAll(own, i => Labels[i]), Array.ConvertAll(own, i => scores[i]));
        found.Value!.Value.ShouldBe(expected.First, 1e-12);
        (found.High!.Value - found.Value.Value).ShouldBeInRange(1.96 * Math.Sqrt(expected.VarianceFirst), 2.01 * Math.Sqrt(expected.VarianceFirst)); // t instead of normal, 78 degrees of freedom
    }

    [Fact]
    public void Few_rows_get_words_and_no_number()
    {
        int[] parts = [.. Enumerable.Range(0, Rows).Select(i => i < 29 ? 0 : 1)];

        var judged = new SliceJudge(Labels, Scores, 0.5, null).Judge(new("part", [SliceRule.Value("part", "few"), SliceRule.Value("part", "many")], parts));

        judged[0].Metrics.Keys.ShouldBe(["roc_auc", "calibration_gap", "log_loss", "brier", "precision", "recall", "pr_auc"], ignoreOrder: true);
        foreach (var result in judged[0].Metrics.Values) (result.Value, result.P, result.Verdict, result.Why).ShouldBe((null, null, "too_few", "29 rows; at least 30 are needed"));
    }

    [Fact]
    public void A_slice_of_one_class_is_still_asked_whether_its_probabilities_hold()
    {
        float[] labels = [.. Labels.Select((label, i) => i % 3 == 0 ? 0f : label)];

        var judged = new SliceJudge(labels, Scores, 0.5, null).Judge(Thirds)[0];

        judged.Metrics["roc_auc"].ShouldBe(new(Verdict: "too_few", Why: "0 positives; at least 10 are needed"));
        judged.Metrics["recall"].Why.ShouldBe("0 positives; at least 10 are needed");
        judged.Metrics["calibration_gap"].Value!.Value.ShouldBe(0.5033415841584159, 1e-12);
        judged.Metrics["calibration_gap"].P!.Value.ShouldBeLessThan(1e-6);
        judged.Metrics["precision"].Value.ShouldBe(0);
    }

    [Fact]
    public void No_positive_among_few_that_were_expected_says_nothing()
    {
        double[] scores = [.. Scores.Select((score, i) => i % 3 == 0 ? 0.05 : score)];
        float[] labels = [.. Labels.Select((label, i) => i % 3 == 0 ? 0f : label)];

        new SliceJudge(labels, scores, 0.5, null).Judge(Thirds)[0].Metrics["calibration_gap"].Why.ShouldBe("4 expected of the rarer class; at least 5 are needed");
    }

    [Fact]
    public void A_perfect_ranking_is_no_surer_than_its_few_rows()
    {
        double[] scores = [.. Scores.Select((score, i) => i % 3 == 0 ? (Labels[i] + score) / 2.1 : score)];

        var result = new SliceJudge(Labels, scores, 0.5, null).Judge(Thirds)[0].Metrics["roc_auc"];

        (result.Value, result.High).ShouldBe((1, 1));
        result.Low!.Value.ShouldBeInRange(0.88, 0.95);
        result.P!.Value.ShouldBeInRange(1e-6, 1e-3);
    }

    [Fact]
    public void Rows_without_any_spread_are_not_tested()
    {
        float[] labels = [.. Enumerable.Range(0, Rows).Select(i => i % 2 == 0 ? 1f : 0f)];

        var result = new SliceJudge(labels, [.. labels.Select(label => label * 0.9 + 0.05)], 0.5, null).Judge(Thirds)[0].Metrics["roc_auc"];

        (result.Value, result.Rest, result.Low, result.P, result.Verdict).ShouldBe((1, 1, null, null, "unclear"));
    }

    [Fact]
    public void Holm_corrects_as_statsmodels_does() => // multipletests([.01, .04, .03, .005, .5], method="holm")
        Holm.Correct([0.01, 0.04, 0.03, 0.005, 0.5]).Zip([0.04, 0.09, 0.09, 0.025, 0.5]).ShouldAllBe(pair => Math.Abs(pair.First - pair.Second) < 1e-12);

    /// <summary>500 holdouts without any difference between slices, each cut thirty ways into five slices of which some are small: a sure word in one of twenty at most.</summary>
    [Theory]
    [InlineData("roc_auc")]
    [InlineData("calibration_gap")]
    [InlineData("log_loss")]
    [InlineData("recall")]
    public void Where_nothing_differs_hardly_any_holdout_has_a_slice_that_surely_does(string metric)
    {
        var (random, alarms) = (new Cairn.Learning.Splits.SplitMix64(7), 0);
        for (var holdout = 0; holdout < Holdouts; holdout++)
        {
            var (labels, scores) = (new float[600], new double[600]);
            for (var i = 0; i < labels.Length; i++) labels[i] = random.Unit() < (scores[i] = random.Unit() * random.Unit()) ? 1 : 0;
            var judge = new SliceJudge(labels, scores, 0.4, null);
            List<double> p = [];
            for (var feature = 0; feature < 30; feature++)
            {
                int[] parts = new int[labels.Length];
                for (var i = 0; i < parts.Length; i++) parts[i] = (int)(5 * random.Unit() * random.Unit());
                p.AddRange(judge.Judge(new("f", [.. Enumerable.Range(0, 5).Select(part => SliceRule.Value("f", $"{part}"))], parts)).Select(slice => slice.Metrics[metric].P).OfType<double>());
            }

            if (Holm.Correct([.. p]).Any(corrected => corrected < 0.05)) alarms++;
        }

        TestContext.Current.TestOutputHelper!.WriteLine($"{metric}: {alarms} of {Holdouts} holdouts");
        alarms.ShouldBeLessThanOrEqualTo((int)(Holdouts * 0.05 + 2.33 * Math.Sqrt(Holdouts * 0.05 * 0.95)));
    }

    private const int Holdouts = 500;

    private static FeatureCut Thirds => new("part", [.. "abc".Select(part => SliceRule.Value("part", $"{part}"))], [.. Enumerable.Range(0, Rows).Select(i => i % 3)]);

    private static IReadOnlyList<JudgedSlice> Judge() => new SliceJudge(Labels, Scores, 0.5, null).Judge(Thirds);

    private static void Close(SliceMetricWire found, double value, double low, double high, double rest, double? difference = null, double? differenceLow = null, double? differenceHigh = null, double p = double.NaN)
    {
        (double? Found, double Expected)[] all =
        [
            (found.Value, value), (found.Low, low), (found.High, high), (found.Rest, rest), (found.Difference, difference ?? value - rest), (found.DifferenceLow, differenceLow ?? found.DifferenceLow!.Value),
            (found.DifferenceHigh, differenceHigh ?? found.DifferenceHigh!.Value), (found.P, p),
        ];
        foreach (var (one, expected) in all) one!.Value.ShouldBe(expected, 1e-8);
    }
}
