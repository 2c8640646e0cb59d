using System.Diagnostics;
using Cairn.Learning.Judging;
using Cairn.Learning.Models;
using Cairn.Learning.Preprocessing;

namespace Cairn.Learning.Tuning;

/// <summary>Chooses hyperparameters on one partition of the training split, judges the choice on others, then fits on all of it.</summary>
/// <remarks>The test split is not looked at. Same preparation, same algorithm: same candidate to the bit, whatever the threads.</remarks>
internal static class Tuner
{
    /// <value>A trial far behind after this many folds is abandoned.</value>
    public const int FirstFolds = 2;

    public static Candidate Run(Preparation preparation, ITrainer trainer, IProgress<TrainingProgress>? progress, CancellationToken cancellation)
    {
        var clock = Stopwatch.StartNew();
        var task = preparation.Task;
        var runner = new FoldRunner(preparation, trainer, cancellation);
        var trials = TrialsFor(trainer, task.Tune.Trials);
        double steps = task.Tune.Repeats + 1 + (trials > 1 ? trials + 1 : 0); // preparing and every trial; every repeat; the last fit
        var step = 0;

        void Report(string message) => progress?.Report(new(step++ / steps, message));

        var (parameters, tried) = trials > 1
            ? Choose(preparation, trainer, runner, trials, Report)
            : (trainer.Draw(0, task.Split.Seed), []);
        var (crossValidated, outOfFold) = Judge(preparation, runner, parameters, Report);
        if (tried.Count == 0) tried = [crossValidated[task.Tune.Metric].Mean];

        cancellation.ThrowIfCancellationRequested();
        Report($"fitting {trainer.Algorithm} on {preparation.TrainRows:N0} rows");
        var pipeline = Pipeline.Fit(preparation.Frame, preparation.Train, task.Schema, task.Transforms, trainer.NeedsDenseFeatures);
        var model = trainer.Fit(pipeline.Apply(preparation.Frame, preparation.Train), preparation.TrainLabels, parameters, task.Split.Seed, task.Threads);

        var metric = crossValidated[task.Tune.Metric];
        progress?.Report(new(1, $"{trainer.Algorithm}: {task.Tune.Metric} {metric.Mean:0.0000} ± {metric.Deviation:0.0000}"));
        return new(model, pipeline)
        {
            Params = parameters,
            CrossValidated = crossValidated,
            Trials = tried,
            OutOfFold = outOfFold,
            Seconds = clock.Elapsed.TotalSeconds,
        };
    }

    /// <summary>Dear algorithms get fewer trials for the same budget, but never fewer than a third.</summary>
    internal static int TrialsFor(ITrainer trainer, int asked) => Math.Max(Math.Max(1, (asked + 2) / 3), (int)Math.Round(asked / Math.Max(1, trainer.RelativeCost)));

    private static (IReadOnlyDictionary<string, double> Parameters, List<double> Trials) Choose(
        Preparation preparation, ITrainer trainer, FoldRunner runner, int trials, Action<string> report)
    {
        var (metric, seed) = (preparation.Task.Tune.Metric, preparation.Task.Split.Seed);
        var sign = Metrics.HigherIsBetter(metric) ? 1 : -1;
        report($"preparing {preparation.Task.Tune.Folds} folds for {trainer.Algorithm}");
        var folds = runner.Build(partition: 0);

        double[] Values(IReadOnlyList<Fold> some, IReadOnlyDictionary<string, double> parameters) =>
            [.. runner.Score(some, parameters).Zip(some, (scores, fold) => runner.Card(fold, scores)[metric])];

        var tried = new List<double>(trials);
        (IReadOnlyDictionary<string, double> Parameters, double[] Values) best = (trainer.Draw(0, seed), []);
        for (var trial = 0; trial < trials; trial++)
        {
            var parameters = trainer.Draw(trial, seed);
            var values = Values(folds[..Math.Min(FirstFolds, folds.Length)], parameters);
            var abandoned = trial > 0 && Hopeless(values, best.Values, sign);
            if (!abandoned) values = [.. values, .. Values(folds[values.Length..], parameters)];

            tried.Add(values.Average());
            if (!abandoned && (trial == 0 || sign * (values.Average() - best.Values.Average()) > 0)) best = (parameters, values);
            if (trial + 1 < trials) report($"trial {trial + 1} of {trials}: {metric} {values.Average():0.0000}{(abandoned ? $", abandoned after {values.Length} folds" : "")}");
        }

        report($"trial {trials} of {trials}: {metric} {tried[^1]:0.0000}; best {best.Values.Average():0.0000}");
        return (best.Parameters, tried);
    }

    /// <summary>On the same folds behind the best by more than the best differs from fold to fold: a lead that the other folds do not turn.</summary>
    private static bool Hopeless(double[] values, double[] best, int sign) =>
        sign * (best.Take(values.Length).Average() - values.Average()) > Deviation(best);

    private static (Dictionary<string, MeanAndDeviation> CrossValidated, double[] OutOfFold) Judge(
        Preparation preparation, FoldRunner runner, IReadOnlyDictionary<string, double> parameters, Action<string> report)
    {
        var (repeats, metric) = (preparation.Task.Tune.Repeats, preparation.Task.Tune.Metric);
        var (cards, outOfFold) = (new List<IReadOnlyDictionary<string, double>>(), new double[repeats][]);
        for (var repeat = 0; repeat < repeats; repeat++)
        {
            var folds = runner.Build(partition: repeat + 1);
            var scores = runner.Score(folds, parameters);
            outOfFold[repeat] = new double[preparation.TrainRows];
            foreach (var (fold, scored) in folds.Zip(scores))
            {
                cards.Add(runner.Card(fold, scored));
                for (var i = 0; i < scored.Length; i++) outOfFold[repeat][fold.Held[i]] = scored[i];
            }

            report($"cross-validation {repeat + 1} of {repeats}: {metric} {cards.Average(c => c[metric]):0.0000}");
        }

        var summary = cards[0].Keys.ToDictionary(
            name => name,
            name => new MeanAndDeviation(cards.Average(c => c[name]), Deviation([.. cards.Select(c => c[name])])), StringComparer.Ordinal);
        return (summary, BaselineFit.Mean(outOfFold));
    }

    /// <summary>Sample standard deviation; 0 of a single value.</summary>
    private static double Deviation(double[] values)
    {
        var mean = values.Average();
        return values.Length < 2 ? 0 : Math.Sqrt(values.Sum(v => (v - mean) * (v - mean)) / (values.Length - 1));
    }
}
