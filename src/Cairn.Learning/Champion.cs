namespace Cairn.Learning;

/// <summary>The version that serves at the moment.</summary>
public sealed record Champion(long Version, Predictor Predictor);
