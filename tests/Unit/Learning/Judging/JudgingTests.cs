using System.Text.Json;
using Cairn.Data;
using Cairn.Learning;
using Cairn.Learning.Judging;

namespace Cairn.Unit.Tests.Learning.Judging;

public class JudgingTests
{
    private static readonly float[] Labels = [1, 1, 0, 1, 0, 0, 0, 0, 0, 0];
    private static readonly double[] Scores = [0.9, 0.8, 0.7, 0.4, 0.35, 0.3, 0.25, 0.2, 0.15, 0.1];

    [Fact]
    public void Costs_pick_the_cheapest_threshold()
    {
        ThresholdChoice.Of(Labels, Scores, new Costs(10, 1)).Threshold.ShouldBe(0.375, 1e-12); // catches all three for one false alarm
        ThresholdChoice.Of(Labels, Scores, new Costs(1, 10)).Threshold.ShouldBe(0.75, 1e-12);  // gives one up rather than alarm
        ThresholdChoice.Of(Labels, Scores, new Costs(10, 1)).Reason.ShouldContain("0.1 per row");
    }

    [Fact]
    public void Never_saying_yes_is_a_threshold_too() => ThresholdChoice.Of(Labels, [.. Scores.Select(s => 1 - s)], new Costs(1, 100)).Threshold.ShouldBeGreaterThan(0.9);

    [Fact]
    public void Without_costs_both_errors_count_the_same() => ThresholdChoice.Of(Labels, Scores, null).ShouldBe(new(0.5, "0.5: no costs are given, so both kinds of error count the same"));

    [Fact]
    public void Without_costs_a_rare_class_still_gets_found()
    {
        var labels = Enumerable.Range(0, 100).Select(i => i < 5 ? 1f : 0f).ToArray();

        var choice = ThresholdChoice.Of(labels, [.. labels.Select((l, i) => l > 0 ? 0.2 : 0.001 * i)], null);

        choice.Threshold.ShouldBe((0.2 + 0.099) / 2, 1e-12);
        choice.Reason.ShouldContain("5.0 %");
    }

    [Fact]
    public void A_single_feature_smooths_towards_the_prior()
    {
        var column = new CategoryColumn("c", [0, 0, 1, -1, 1], ["a", "b"]);
        var model = SingleFeature.Fit(column, [0, 1, 2, 3], [1, 1, 0, 0, 0]);

        model.Score(column, [0, 2, 3]).ShouldBe([(2 + 10 * 0.5) / 12, (0 + 10 * 0.5) / 11, (0 + 10 * 0.5) / 11]);
        SingleFeature.Fit(column, [0, 1], [1, 1, 0, 0, 0]).Score(column, [4]).ShouldBe([1.0]); // never seen: the prior
    }

    [Fact]
    public void A_number_is_cut_into_twenty_parts_at_most()
    {
        var column = new NumberColumn("n", [.. Enumerable.Range(0, 1000).Select(i => (double)i)]);
        int[] rows = [.. Enumerable.Range(0, 1000)];

        var scores = SingleFeature.Fit(column, rows, [.. rows.Select(i => i * 7919 % 1000 < i ? 1f : 0f)]).Score(column, rows);

        scores.Distinct().Count().ShouldBeInRange(15, 20);
        scores[..100].Max().ShouldBeLessThan(scores[900..].Min());
    }

    [Fact]
    public void Nothing_to_see_leaves_the_prior_as_baseline()
    {
        var prepared = Training.Prepare(Examples.Frame(600, effect: 0, seed: 11), Examples.Task(folds: 5)).Value;

        var baseline = Training.FitBaseline(prepared, default);

        baseline.Name.ShouldBe(Baseline.Prior);
        baseline.CrossValidated["roc_auc"].ShouldBe(0.5);
        baseline.OutOfFold.ShouldAllBe(s => s == prepared.Prior);
    }

    [Fact]
    public void The_best_single_feature_is_found_and_comes_back_from_disk()
    {
        var prepared = Training.Prepare(Examples.Frame(600), Examples.Task(folds: 5)).Value;
        var baseline = Training.FitBaseline(prepared, default);
        var loaded = Baseline.Load(baseline.Save());

        baseline.Name.ShouldBe("x");
        baseline.CrossValidated.Keys.ShouldBe(baseline.Test.Keys);
        (loaded.Name, loaded.Threshold).ShouldBe((baseline.Name, baseline.Threshold));
        loaded.OutOfFold.ShouldBe(baseline.OutOfFold);
        loaded.TestScores.ShouldBe(baseline.TestScores);
        loaded.CrossValidated.ShouldBe(baseline.CrossValidated);
    }

    [Fact]
    public void Cancelling_the_baseline_stops_it() =>
        Should.Throw<OperationCanceledException>(() => Training.FitBaseline(Training.Prepare(Examples.Frame(), Examples.Task()).Value, new(canceled: true)));

    [Fact]
    public void The_files_of_an_evaluation_say_what_the_numbers_say()
    {
        var prepared = Training.Prepare(Examples.Frame(600), Examples.Task(folds: 5) with { Costs = new(5, 1) }).Value;
        var candidate = Examples.Train(prepared);

        var evaluation = Training.Evaluate(prepared, candidate, Training.FitBaseline(prepared, default));

        JsonElement Read(string name) => JsonDocument.Parse(evaluation.Artifacts[$"evaluation/{name}.json"]).RootElement;
        Read("roc").GetProperty("test").GetProperty("auc").GetDouble().ShouldBe(evaluation.Metrics["roc_auc"]);
        Read("pr").GetProperty("out_of_fold").GetProperty("average_precision").GetDouble().ShouldBe(evaluation.OutOfFold["pr_auc"]);
        var confusion = Read("confusion").GetProperty("test").GetProperty("confusion");
        (confusion.GetProperty("true_positives").GetDouble() + confusion.GetProperty("true_negatives").GetDouble()).ShouldBe(evaluation.Metrics["accuracy"] * prepared.TestRows, 1e-9);
        Read("threshold").GetProperty("cost_per_row").GetProperty("test").GetDouble().ShouldBe(evaluation.Metrics["cost_per_row"]);
        Read("threshold").GetProperty("cost_per_row").GetProperty("always_yes").GetDouble().ShouldBe(1 - prepared.Prior, 1e-12);
        Read("importance").GetProperty("features")[0].GetProperty("name").GetString().ShouldBe("x");
        Read("baseline").GetProperty("detail").GetString().ShouldBe(evaluation.SignalDetail);
        Read("intervals").GetProperty("test").GetProperty("roc_auc").GetProperty("low").GetDouble().ShouldBe(evaluation.Intervals["roc_auc"].Low);
        Read("calibration").GetProperty("test").GetProperty("ece").GetDouble().ShouldBe(evaluation.Metrics["ece"]);
        Read("lift").GetProperty("test").GetArrayLength().ShouldBe(10);
        foreach (var (name, value) in evaluation.Metrics) value.ShouldBeInRange(evaluation.Intervals[name].Low - 0.05, evaluation.Intervals[name].High + 0.05, name);
    }
}
