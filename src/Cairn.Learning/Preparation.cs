using Cairn.Data;
using Cairn.Learning.Splits;

namespace Cairn.Learning;

/// <summary>Rows, labels and who is in which split.</summary>
public sealed class Preparation
{
    internal Preparation(Frame frame, LearningTask task, float[] labels, int[] train, int[] test, IReadOnlyList<string>? warnings = null, ulong[]? rowKeys = null)
    {
        (Frame, Task, Labels, Train, Test, Warnings) = (frame, task, labels, train, test, warnings ?? []);
        RowKeys = rowKeys ?? Splits.RowKeys.Of(frame, task.Schema);
        TrainLabels = LabelsOf(train);
        TestLabels = LabelsOf(test);
        Prior = train.Length == 0 ? double.NaN : TrainLabels.Average(l => (double)l);
    }

    public Frame Frame { get; }

    public LearningTask Task { get; }

    /// <value>What does not stop the training but somebody should know, one sentence each.</value>
    public IReadOnlyList<string> Warnings { get; }

    /// <value>1 for the positive class; one for each row of the frame.</value>
    internal float[] Labels { get; }

    /// <value>Rows of the training split, ascending.</value>
    internal int[] Train { get; }

    /// <value>Rows of the test split, ascending.</value>
    internal int[] Test { get; }

    /// <value>By position in <see cref="Train"/>.</value>
    internal float[] TrainLabels { get; }

    /// <value>By position in <see cref="Test"/>.</value>
    internal float[] TestLabels { get; }

    /// <value>What names each row of the frame, whatever the seed: a hash of its key column, or of all its columns.</value>
    internal ulong[] RowKeys { get; }

    public int TrainRows => Train.Length;

    public int TestRows => Test.Length;

    /// <value>Share of positives in the training split.</value>
    public double Prior { get; }

    /// <summary>The fold of each position in <see cref="Train"/>. Partition 0 is for tuning, 1 to repeats are for judging.</summary>
    internal int[] Folds(int partition) =>
        StratifiedFolds.Deal(TrainLabels, Array.ConvertAll(Train, row => RowKeys[row]), Task.Tune.Folds, Task.Split.Seed, partition);

    private float[] LabelsOf(int[] rows) => Array.ConvertAll(rows, row => Labels[row]);
}
