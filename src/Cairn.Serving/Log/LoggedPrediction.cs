using Cairn.Client.Wire;

namespace Cairn.Serving.Log;

/// <summary>A record with what answered it.</summary>
internal sealed record LoggedPrediction(LogRecord Record, LogSourceRow Source)
{
    public static LoggedPredictionWire ToWire(LogRecord record, LogSourceRow source, bool withFeatures) => new(
        record.Id.ToString("N"), record.Time, source.Deployment, source.Variant, record.Flags.HasFlag(RecordFlags.Shadow), source.Model, source.Version, source.PackageDigest.Hex,
        source.Evaluator, record.Entity.Length > 0 ? record.Entity : null, record.Probability >= source.Threshold ? source.Positive : source.Negative, record.Probability,
        source.Threshold, record.Latency, record.Caller,
        withFeatures ? [.. source.FeatureNames.Zip(record.Features, (name, value) => new FeatureValueWire(name, float.IsNaN(value) ? null : value))] : null,
        withFeatures && record.Sealed.Length > 0);
}
