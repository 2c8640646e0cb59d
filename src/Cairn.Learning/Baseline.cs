using Cairn.Learning.Judging;

namespace Cairn.Learning;

/// <param name="Name"><c>prior</c>, or the feature that stands alone.</param>
/// <param name="CrossValidated">Of the out-of-fold scores.</param>
/// <param name="Test">On the test split.</param>
public sealed record Baseline(string Name, IReadOnlyDictionary<string, double> CrossValidated, IReadOnlyDictionary<string, double> Test)
{
    /// <value>The name of the baseline that knows nothing but the share of positives.</value>
    public const string Prior = "prior";

    /// <value>Out-of-fold scores, one for each row of the training split.</value>
    internal double[] OutOfFold { get; init; } = [];

    internal double[] TestScores { get; init; } = [];

    /// <value>Chosen by the same rule as a candidate's.</value>
    internal double Threshold { get; init; } = 0.5;

    /// <value>For sentences: "Contract alone", "the prior".</value>
    internal string Phrase => Name == Prior ? "the prior" : $"{Name} alone";

    public byte[] Save() => BaselineFile.Write(this);

    public static Baseline Load(byte[] saved)
    {
        ArgumentNullException.ThrowIfNull(saved);
        return BaselineFile.Read(saved);
    }
}
