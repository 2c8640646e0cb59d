using Cairn.Data;
using Cairn.Learning.Splits;
using Cairn.Learning.Statistics;

namespace Cairn.Learning.Judging;

/// <summary>Finds the cheapest thing that works: whichever of the prior and the single features has the lowest out-of-fold log loss.</summary>
internal static class BaselineFit
{
    public static Baseline Run(Preparation preparation, CancellationToken cancellation)
    {
        var labels = preparation.TrainLabels;
        var partitions = Enumerable.Range(1, preparation.Task.Tune.Repeats).Select(preparation.Folds).ToArray();

        // The prior of the whole training split: that of each fold would rank the folds against their own labels.
        var best = Enumerable.Repeat(preparation.Prior, labels.Length).ToArray();
        var (loss, column) = (Probabilities.LogLoss(labels, best), (FrameColumn?)null);
        foreach (var feature in PrepareData.FeatureColumns(preparation.Frame, preparation.Task.Schema))
        {
            cancellation.ThrowIfCancellationRequested();
            var scores = Mean([.. partitions.Select(folds => SingleFeature.OutOfFold(preparation, feature, folds))]);
            var found = Probabilities.LogLoss(labels, scores);
            if (found < loss) (best, loss, column) = (scores, found, feature);
        }

        var test = column is null
            ? Enumerable.Repeat(preparation.Prior, preparation.Test.Length).ToArray()
            : SingleFeature.Fit(column, preparation.Train, preparation.Labels).Score(column, preparation.Test);
        var threshold = ThresholdChoice.Of(labels, best, preparation.Task.Costs).Threshold;
        return new(column?.Name ?? Baseline.Prior,
            Scorecard.Of(labels, best, threshold, preparation.Task.Costs), Scorecard.Of(preparation.TestLabels, test, threshold, preparation.Task.Costs))
        {
            OutOfFold = best,
            TestScores = test,
            Threshold = threshold,
        };
    }

    /// <summary>Summed in the order of the repeats.</summary>
    public static double[] Mean(IReadOnlyList<double[]> repeats)
    {
        var mean = new double[repeats[0].Length];
        foreach (var repeat in repeats)
        {
            for (var i = 0; i < mean.Length; i++) mean[i] += repeat[i];
        }

        for (var i = 0; i < mean.Length; i++) mean[i] /= repeats.Count;
        return mean;
    }
}
