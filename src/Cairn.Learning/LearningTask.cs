using Cairn.Data;

namespace Cairn.Learning;

/// <summary>What is to be learned: the contract of the data and the choices of cairn.yaml, resolved and valid.</summary>
public sealed record LearningTask(
    Schema Schema, IReadOnlyList<Transform> Transforms, SplitChoice Split, IReadOnlyList<string> Algorithms, TuneChoice Tune, Costs? Costs)
{
    /// <value>Threads of one training; default 2.</value>
    public int Threads { get; init; } = 2;
}

/// <summary>A derived column, row by row; travels in the model. May use transforms before it.</summary>
public sealed record Transform(string Name, string Text);

/// <param name="TestShare">Of the rows, for a stratified split.</param>
/// <param name="TimeColumn">Set: split by time, rows from <paramref name="TestFrom"/> on are the test split.</param>
/// <param name="TestFrom">Microseconds UTC.</param>
public sealed record SplitChoice(double TestShare = 0.2, int Seed = 42, string? TimeColumn = null, long? TestFrom = null);

/// <param name="Metric">A name of <see cref="Metrics.Names"/>.</param>
public sealed record TuneChoice(int Trials = 15, int Folds = 5, int Repeats = 4, string Metric = "roc_auc");

/// <summary>What the two kinds of error cost; picks the threshold.</summary>
public sealed record Costs(double FalseNegative, double FalsePositive);
