namespace Cairn.Client.Wire;

/// <param name="Version">What serves now; null: nothing does (see <see cref="Problem"/>).</param>
public sealed record DeploymentWire(string Name, string Model, bool IsDefault, long? Version, string? PackageDigest, long UpdatedAt, string? Problem, IReadOnlyList<InputFieldWire>? Inputs = null);

/// <summary>What a request has to carry.</summary>
public sealed record InputFieldWire(string Name, string Type, bool Required, IReadOnlyList<string>? Categories = null, double? Min = null, double? Max = null);

/// <param name="Prediction">The class as it stands in the data: <c>Yes</c>.</param>
/// <param name="Probability">Of the positive class.</param>
/// <param name="Explanation">On request: how far each feature moved the answer, largest first, in log-odds (or probability, see <c>unit</c>).</param>
public sealed record PredictionWire(
    string PredictionId, string Prediction, double Probability, double Threshold, string Model, long Version, ExplanationWire? Explanation = null);

public sealed record ExplanationWire(double BaseValue, string Unit, IReadOnlyList<ContributionWire> Contributions);

public sealed record ContributionWire(string Feature, double Contribution);

/// <summary>The answer to many rows, in the order of the request.</summary>
public sealed record PredictionsWire(IReadOnlyList<PredictionWire> Predictions);
