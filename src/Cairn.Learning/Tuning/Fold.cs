using Cairn.Learning.Models;
using Cairn.Learning.Preprocessing;

namespace Cairn.Learning.Tuning;

/// <summary>One fold, ready to fit: the pipeline was fitted on its fit rows alone. It does not depend on hyperparameters, so trials share it.</summary>
/// <param name="Held">Positions in the training split of the rows kept back.</param>
internal sealed record Fold(FeatureMatrix FitFeatures, float[] FitLabels, int[] Held, FeatureMatrix HeldFeatures, float[] HeldLabels)
{
    public static Fold Of(Preparation preparation, int[] folds, int fold, bool dense)
    {
        var (train, task) = (preparation.Train, preparation.Task);
        var held = Enumerable.Range(0, train.Length).Where(i => folds[i] == fold).ToArray();
        var fit = Enumerable.Range(0, train.Length).Where(i => folds[i] != fold).ToArray();
        var fitRows = Array.ConvertAll(fit, i => train[i]);

        var pipeline = Pipeline.Fit(preparation.Frame, fitRows, task.Schema, task.Transforms, dense);
        return new(
            pipeline.Apply(preparation.Frame, fitRows), Array.ConvertAll(fit, i => preparation.TrainLabels[i]),
            held, pipeline.Apply(preparation.Frame, Array.ConvertAll(held, i => train[i])), Array.ConvertAll(held, i => preparation.TrainLabels[i]));
    }

    public double[] Score(ITrainer trainer, IReadOnlyDictionary<string, double> parameters, int seed) =>
        trainer.Fit(FitFeatures, FitLabels, parameters, seed, threads: 1).Score(HeldFeatures);
}
