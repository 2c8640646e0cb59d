using Cairn.Learning.Models;
using Cairn.Learning.Preprocessing;
using Cairn.Learning.Tuning;

namespace Cairn.Learning;

/// <summary>One trained model with the scores it was judged by.</summary>
public sealed class Candidate
{
    internal Candidate(FittedModel model, Pipeline pipeline) => (Model, Pipeline) = (model, pipeline);

    public string Algorithm => Model.Algorithm;

    /// <value>The chosen hyperparameters.</value>
    public required IReadOnlyDictionary<string, double> Params { get; init; }

    /// <value>Mean over folds and repeats, and standard deviation, by metric name.</value>
    public required IReadOnlyDictionary<string, MeanAndDeviation> CrossValidated { get; init; }

    /// <value>Tuning metric of every trial, in order: what the run logs with steps. Of an abandoned trial over its first two folds.</value>
    public required IReadOnlyList<double> Trials { get; init; }

    public required double Seconds { get; init; }

    /// <value>Fitted on the whole training split.</value>
    internal FittedModel Model { get; }

    internal Pipeline Pipeline { get; }

    /// <value>By position in the training split: mean over the repeats of the score by models that did not see the row.</value>
    internal double[] OutOfFold { get; init; } = [];

    /// <summary>So that a resumed run need not train again.</summary>
    public byte[] Save() => CandidateFile.Write(this);

    public static Candidate Load(byte[] saved)
    {
        ArgumentNullException.ThrowIfNull(saved);
        return CandidateFile.Read(saved);
    }

    internal double[] Score(Preparation preparation, int[] rows) => Model.Score(Pipeline.Apply(preparation.Frame, rows));
}

public readonly record struct MeanAndDeviation(double Mean, double Deviation);
