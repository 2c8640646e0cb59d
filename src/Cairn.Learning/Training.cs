using Cairn.Data;
using Cairn.Kernel;

namespace Cairn.Learning;

/// <summary>From a frame to a judged candidate, step by step; each step is a pure function of its inputs and the seed.</summary>
public static class Training
{
    /// <summary>The algorithms there are, by the names of cairn.yaml.</summary>
    public static IReadOnlyList<string> Algorithms => throw new NotImplementedException();

    /// <summary>Splits, and refuses what cannot be learned from: one class, no rows, no usable column, a column that gives the target away.</summary>
    public static Answer<Preparation> Prepare(Frame frame, LearningTask task) => throw new NotImplementedException();

    /// <summary>Tunes by repeated stratified k-fold on the training split, keeps out-of-fold predictions, then fits on the whole training split.</summary>
    public static Answer<Candidate> Train(Preparation preparation, string algorithm, IProgress<TrainingProgress>? progress, CancellationToken cancellation) =>
        throw new NotImplementedException();

    /// <summary>The cheapest thing that could work: the prior, or the best single feature, on the same folds and rows.</summary>
    public static Baseline FitBaseline(Preparation preparation, CancellationToken cancellation) => throw new NotImplementedException();

    /// <summary>Metrics with intervals, threshold, curves, importance, and whether there is a signal at all.</summary>
    public static Evaluation Evaluate(Preparation preparation, Candidate candidate, Baseline baseline) => throw new NotImplementedException();

    /// <summary>Everything a package holds but its seal: MLmodel, native model, pipeline, signature, input example, golden rows, hold-out keys.</summary>
    public static IReadOnlyDictionary<string, byte[]> WritePackage(Preparation preparation, Candidate candidate, Evaluation evaluation, string model, string runId) =>
        throw new NotImplementedException();
}

/// <param name="Done">0 to 1.</param>
public readonly record struct TrainingProgress(double Done, string Message);

/// <summary>Rows, labels and who is in which split.</summary>
public sealed class Preparation
{
    internal Preparation(Frame frame, LearningTask task, float[] labels, int[] train, int[] test) =>
        (Frame, Task, Labels, Train, Test) = (frame, task, labels, train, test);

    public Frame Frame { get; }

    public LearningTask Task { get; }

    /// <value>1 for the positive class; one for each row of the frame.</value>
    internal float[] Labels { get; }

    /// <value>Rows of the training split, ascending.</value>
    internal int[] Train { get; }

    /// <value>Rows of the test split, ascending.</value>
    internal int[] Test { get; }

    public int TrainRows => Train.Length;

    public int TestRows => Test.Length;

    /// <value>Share of positives in the training split.</value>
    public double Prior => throw new NotImplementedException();
}

/// <summary>One trained model with the scores it was judged by.</summary>
public sealed class Candidate
{
    public string Algorithm => throw new NotImplementedException();

    /// <value>The chosen hyperparameters.</value>
    public IReadOnlyDictionary<string, double> Params => throw new NotImplementedException();

    /// <value>Mean over folds and repeats, and standard deviation, by metric name.</value>
    public IReadOnlyDictionary<string, MeanAndDeviation> CrossValidated => throw new NotImplementedException();

    /// <value>Tuning metric of every trial, in order: what the run logs with steps.</value>
    public IReadOnlyList<double> Trials => throw new NotImplementedException();

    public double Seconds => throw new NotImplementedException();

    /// <summary>So that a resumed run need not train again.</summary>
    public byte[] Save() => throw new NotImplementedException();

    public static Candidate Load(byte[] saved) => throw new NotImplementedException();
}

public readonly record struct MeanAndDeviation(double Mean, double Deviation);

/// <param name="Name"><c>prior</c>, or the feature that stands alone.</param>
/// <param name="CrossValidated">Of the out-of-fold scores.</param>
/// <param name="Test">On the test split.</param>
public sealed record Baseline(string Name, IReadOnlyDictionary<string, double> CrossValidated, IReadOnlyDictionary<string, double> Test)
{
    /// <value>Out-of-fold scores, one for each row of the training split.</value>
    internal double[] OutOfFold { get; init; } = [];

    internal double[] TestScores { get; init; } = [];

    public byte[] Save() => throw new NotImplementedException();

    public static Baseline Load(byte[] saved) => throw new NotImplementedException();
}

/// <param name="Metrics">On the test split, at the threshold where one is needed.</param>
/// <param name="OutOfFold">The same keys on the out-of-fold predictions: what gates read.</param>
/// <param name="Signal">False: the baseline is not beaten beyond chance.</param>
/// <param name="SignalDetail">The test and its numbers in words: "no gain over Contract alone".</param>
/// <param name="Artifacts">Files for the run: curves, importance, confusion, calibration as JSON, by path.</param>
public sealed record Evaluation(
    IReadOnlyDictionary<string, double> Metrics, IReadOnlyDictionary<string, double> OutOfFold, IReadOnlyDictionary<string, Interval> Intervals,
    double Threshold, string ThresholdReason, bool Signal, string SignalDetail, IReadOnlyDictionary<string, byte[]> Artifacts);

/// <summary>95 percent, unless said otherwise.</summary>
public readonly record struct Interval(double Low, double High);
