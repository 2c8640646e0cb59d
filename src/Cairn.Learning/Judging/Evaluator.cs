using Cairn.Learning.Statistics;

namespace Cairn.Learning.Judging;

/// <summary>Judges a candidate: threshold and signal by the out-of-fold scores, then what the test split says.</summary>
internal static class Evaluator
{
    public static Evaluation Run(Preparation preparation, Candidate candidate, Baseline baseline)
    {
        var costs = preparation.Task.Costs;
        var scores = candidate.Score(preparation, preparation.Test);
        var choice = ThresholdChoice.Of(preparation.TrainLabels, candidate.OutOfFold, costs);

        var test = new Judged(preparation.TestLabels, scores, choice.Threshold, costs);
        var outOfFold = new Judged(preparation.TrainLabels, candidate.OutOfFold, choice.Threshold, costs);
        var signal = SignalTest.Of(preparation.TrainLabels, candidate.OutOfFold, baseline);
        var (intervals, outOfFoldIntervals) = (test.Intervals(preparation.Task.Split.Seed), outOfFold.Intervals(preparation.Task.Split.Seed));

        var artifacts = new EvaluationFiles(preparation, candidate, baseline, test, outOfFold, choice, signal).Write(intervals, outOfFoldIntervals);
        return new(test.Card, outOfFold.Card, intervals, choice.Threshold, choice.Reason, signal.Signal, signal.Detail, signal.Comparison, artifacts);
    }
}

/// <summary>Scores, truth and decisions of one set of rows.</summary>
internal sealed class Judged(float[] labels, double[] scores, double threshold, Costs? costs)
{
    public float[] Labels { get; } = labels;

    public double[] Scores { get; } = scores;

    public RankedPoint[] Points { get; } = new Ranking(labels, scores).Points();

    public Confusion Confusion { get; } = Confusion.At(threshold, labels, scores);

    public IReadOnlyDictionary<string, double> Card { get; } = Scorecard.Of(labels, scores, threshold, costs);

    /// <summary>95 percent: DeLong for roc_auc, Wilson for shares, percentile bootstrap for the rest (1,000 draws, fewer for very many rows).</summary>
    public IReadOnlyDictionary<string, Interval> Intervals(int seed)
    {
        var draws = (int)Math.Clamp(20_000_000L / Labels.Length, 200, 1000);
        var intervals = new Dictionary<string, Interval>(Bootstrap.Intervals(Labels, Scores, threshold, costs, draws, seed), StringComparer.Ordinal)
        {
            ["roc_auc"] = DeLong.Of(Labels, Scores).FirstInterval(),
            ["accuracy"] = Proportions.Wilson(Confusion.TruePositives + Confusion.TrueNegatives, Confusion.Total),
            ["precision"] = Proportions.Wilson(Confusion.TruePositives, Confusion.TruePositives + Confusion.FalsePositives),
            ["recall"] = Proportions.Wilson(Confusion.TruePositives, Confusion.TruePositives + Confusion.FalseNegatives),
        };
        return intervals;
    }
}
