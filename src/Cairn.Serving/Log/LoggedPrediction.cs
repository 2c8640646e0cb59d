using Cairn.Client.Wire;
using Cairn.Learning;

namespace Cairn.Serving.Log;

/// <summary>A record with what answered it.</summary>
internal sealed record LoggedPrediction(LogRecord Record, LogSourceRow Source)
{
    public static LoggedPredictionWire ToWire(LogRecord record, LogSourceRow source, bool withFeatures) => new(
        record.Id.ToString("N"), record.Time, source.Deployment, source.Variant, record.Flags.HasFlag(RecordFlags.Shadow), source.Model, source.Version, source.PackageDigest.Hex,
        source.Evaluator, record.Entity.Length > 0 ? record.Entity : null, ClassOf(record, source), record.Probability,
        source.Threshold, record.Latency, record.Caller,
        withFeatures ? [.. source.FeatureNames.Zip(record.Features, (name, value) => new FeatureValueWire(name, float.IsNaN(value) ? null : value))] : null,
        withFeatures && record.IsErased,
        withFeatures ? InputLayout.Read(source.Inputs).Values(record.Inputs) : null);

    public static string ClassOf(LogRecord record, LogSourceRow source) => record.Probability >= source.Threshold ? source.Positive : source.Negative;
}
