using Cairn.Data;
using Cairn.Kernel;
using Cairn.Learning.Judging;
using Cairn.Learning.Models;
using Cairn.Learning.Packages;
using Cairn.Learning.Splits;
using Cairn.Learning.Tuning;

namespace Cairn.Learning;

/// <summary>From a frame to a judged candidate, step by step; each step is a pure function of its inputs and the seed.</summary>
public static class Training
{
    /// <summary>The algorithms there are, by the names of cairn.yaml.</summary>
    public static IReadOnlyList<string> Algorithms { get; } = [.. Trainers.All.Select(t => t.Algorithm)];

    /// <summary>Splits, and refuses what cannot be learned from: one class, no rows, no usable column, a column that gives the target away.</summary>
    public static Answer<Preparation> Prepare(Frame frame, LearningTask task)
    {
        ArgumentNullException.ThrowIfNull(frame);
        ArgumentNullException.ThrowIfNull(task);
        return PrepareData.Run(frame, task);
    }

    /// <summary>Tunes by stratified k-fold on the training split, judges the choice by repeated k-fold, keeps out-of-fold predictions, then fits on the whole training split.</summary>
    /// <exception cref="OperationCanceledException">Between two fits.</exception>
    public static Answer<Candidate> Train(Preparation preparation, string algorithm, IProgress<TrainingProgress>? progress, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(preparation);
        if (Trainers.Find(algorithm) is { } trainer) return Tuner.Run(preparation, trainer, progress, cancellation);

        return new Refusal.Invalid("learning.algorithm-unknown", $"There is no algorithm '{algorithm}'. There are: {string.Join(", ", Algorithms)}.");
    }

    /// <summary>The cheapest thing that could work: the prior, or the best single feature, on the same folds and rows.</summary>
    public static Baseline FitBaseline(Preparation preparation, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(preparation);
        return BaselineFit.Run(preparation, cancellation);
    }

    /// <summary>Metrics with intervals, threshold, curves, importance, and whether there is a signal at all.</summary>
    public static Evaluation Evaluate(Preparation preparation, Candidate candidate, Baseline baseline)
    {
        ArgumentNullException.ThrowIfNull(preparation);
        ArgumentNullException.ThrowIfNull(candidate);
        ArgumentNullException.ThrowIfNull(baseline);
        return Evaluator.Run(preparation, candidate, baseline);
    }

    /// <summary>Everything a package holds but its seal: MLmodel, native model, pipeline, signature, input example, golden rows, hold-out keys.</summary>
    /// <remarks>Same inputs, same bytes: the time it says it was made is that of the run.</remarks>
    public static IReadOnlyDictionary<string, byte[]> WritePackage(Preparation preparation, Candidate candidate, Evaluation evaluation, string model, string runId)
    {
        ArgumentNullException.ThrowIfNull(preparation);
        ArgumentNullException.ThrowIfNull(candidate);
        ArgumentNullException.ThrowIfNull(evaluation);
        return PackageWriter.Write(new(
            candidate.Pipeline, candidate.Model, preparation.Task.Schema, preparation.Frame, preparation.Test, evaluation.Threshold, model, runId, PackageWriter.TimeOf(runId)));
    }
}

/// <param name="Done">0 to 1.</param>
public readonly record struct TrainingProgress(double Done, string Message);
