namespace Cairn.Client.Wire;

/// <summary>A logged prediction, recomputed from stored bytes.</summary>
/// <param name="Same">Feature vector, probability and class have the bits they had.</param>
/// <param name="Result">
/// <c>same</c>, <c>different</c>, <c>erased</c> (personal data whose key is gone), <c>package-missing</c>, <c>package-refused</c> (altered, or it no longer
/// gives its golden rows) or <c>evaluator-unknown</c> (answered by arithmetic that this binary does not have).
/// </param>
/// <param name="Detail">What was found, in words.</param>
/// <param name="Recomputed">Null when nothing could be recomputed.</param>
/// <param name="Evaluator">Of the arithmetic that answered.</param>
public sealed record ReplayWire(
    string PredictionId, bool Same, string Result, string Detail, ReplayedAnswerWire Stored, ReplayedAnswerWire? Recomputed, IReadOnlyList<ReplayDifferenceWire> Differences,
    long Time, string Deployment, string Variant, string Model, long Version, string PackageDigest, long Evaluator, ReplayLineageWire Lineage)
{
    public const string IsSame = "same", IsDifferent = "different", Erased = "erased", PackageMissing = "package-missing", PackageRefused = "package-refused", EvaluatorUnknown = "evaluator-unknown";
}

/// <param name="Bits">Of the probability, an IEEE double: 16 hex digits.</param>
public sealed record ReplayedAnswerWire(string Prediction, double Probability, string Bits);

/// <param name="What"><c>probability</c>, <c>prediction</c>, <c>inputs</c> or the name of a feature.</param>
/// <param name="StoredBits">Hex: 8 digits of a feature, 16 of the probability.</param>
public sealed record ReplayDifferenceWire(string What, string Stored, string Recomputed, string? StoredBits = null, string? RecomputedBits = null);

/// <summary>What the version that answered stands on, as far as it is still registered.</summary>
public sealed record ReplayLineageWire(string? RunId, IReadOnlyList<DatasetInputWire> Datasets);

/// <summary>Why a logged prediction was answered as it was, by the version that answered.</summary>
public sealed record LoggedExplanationWire(string PredictionId, string Model, long Version, string PackageDigest, ExplanationWire Explanation);

/// <summary>Which logged predictions to replay.</summary>
/// <param name="From">Microseconds UTC, included; null: from the beginning of the log.</param>
/// <param name="To">Not included; null: now.</param>
/// <param name="Sample">About so many of them, chosen by their ids; null: all.</param>
/// <param name="Fresh">False: the last replay of the same goes on where it stopped, if it did not get to its end.</param>
public sealed record ReplayRange(long? From = null, long? To = null, long? Sample = null, bool Fresh = false);

/// <summary>What a replay of many predictions came to.</summary>
/// <param name="Seen">Predictions in the period; with a sample more than were <paramref name="Replayed"/>.</param>
/// <param name="Results">How many had which <see cref="ReplayWire.Result"/>.</param>
/// <param name="Differences">The first that were not the same.</param>
public sealed record ReplayResultWire(
    string Deployment, long From, long To, long Seen, long Replayed, IReadOnlyDictionary<string, long> Results, IReadOnlyList<ReplayedVersionWire> Versions,
    IReadOnlyList<ReplayFindingWire> Differences, double Seconds)
{
    public const int MostDifferences = 100;

    /// <value>Nothing was found to differ, and all could be recomputed that was not erased.</value>
    public bool Clean => Results.All(result => result.Value == 0 || result.Key is ReplayWire.IsSame or ReplayWire.Erased);
}

/// <param name="Results">As in <see cref="ReplayResultWire"/>.</param>
public sealed record ReplayedVersionWire(string Variant, string Model, long Version, string PackageDigest, long Evaluator, IReadOnlyDictionary<string, long> Results);

public sealed record ReplayFindingWire(string PredictionId, string Result, string Model, long Version, string Detail);
