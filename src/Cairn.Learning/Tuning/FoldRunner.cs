using Cairn.Learning.Models;
using Cairn.Learning.Statistics;

namespace Cairn.Learning.Tuning;

/// <summary>
/// Fits folds side by side, one thread each: threads inside a small fit mostly wait for each other (bench/learning-telco.md). Results stand at
/// the place of their fold, so they do not depend on which fold was done first.
/// </summary>
internal sealed class FoldRunner(Preparation preparation, ITrainer trainer, CancellationToken cancellation)
{
    private readonly LearningTask _task = preparation.Task;

    public Fold[] Build(int partition)
    {
        var folds = preparation.Folds(partition);
        return Each(_task.Tune.Folds, fold => Fold.Of(preparation, folds, fold, trainer.NeedsDenseFeatures));
    }

    public double[][] Score(IReadOnlyList<Fold> folds, IReadOnlyDictionary<string, double> parameters) =>
        Each(folds.Count, fold => folds[fold].Score(trainer, parameters, _task.Split.Seed));

    /// <summary>All metrics of a fold; those that need a decision at the threshold that is best for sound probabilities.</summary>
    public IReadOnlyDictionary<string, double> Card(Fold fold, double[] scores) => Scorecard.Of(fold.HeldLabels, scores, PlainThreshold(_task.Costs), _task.Costs);

    /// <summary>0.5; with costs the probability from which on a missed positive is dearer than a false alarm (Elkan 2001).</summary>
    public static double PlainThreshold(Costs? costs) =>
        costs is { FalseNegative: var missed, FalsePositive: var alarm } && missed + alarm > 0 ? alarm / (missed + alarm) : 0.5;

    private T[] Each<T>(int count, Func<int, T> one)
    {
        var results = new T[count];
        var options = new ParallelOptions { MaxDegreeOfParallelism = Math.Max(1, _task.Threads), CancellationToken = cancellation };
        Parallel.For(0, count, options, i => results[i] = one(i));
        return results;
    }
}
