using System.Text.Json;
using Cairn.Client;
using Cairn.Client.Wire;
using Cairn.Data;
using Cairn.Flows;

namespace Cairn.Projects.Lifecycle;

/// <param name="Digest">The identity of the dataset version.</param>
/// <param name="Schema">The contract it was taken by, its target included.</param>
/// <param name="LearningKey">Names all that a training depends on besides the algorithm: data, contract, choices, this build.</param>
internal sealed record SnapshotResult(string Dataset, long Version, string Digest, long Rows, bool Reused, Schema Schema, string LearningKey);

/// <param name="Saved">The blob with the fitted baseline.</param>
internal sealed record BaselineResult(string Saved, string Name, int TrainRows, int TestRows);

/// <param name="Saved">The blob with the candidate, so that nothing is trained twice.</param>
/// <param name="TuningMetric">Mean over folds and repeats of the metric that decides.</param>
internal sealed record TrainResult(string Algorithm, string RunId, string ExperimentId, string Saved, double TuningMetric, double RocAuc, double RocAucSd, double LogLoss, double Seconds);

internal sealed record SelectResult(string Algorithm, string Metric);

/// <param name="Package">Null without a signal: what has none is not packaged.</param>
internal sealed record EvaluateResult(
    IReadOnlyDictionary<string, double> Metrics, IReadOnlyDictionary<string, double> CrossValidated, IReadOnlyDictionary<string, double> Baseline, string BaselineName,
    double Threshold, bool Signal, string SignalDetail, string? Package);

/// <param name="Version">Null without a signal.</param>
internal sealed record RegisterResult(string Model, long? Version);

internal sealed record GateResult(GateVerdictWire Verdict);

/// <param name="Promoted">The version is champion now.</param>
internal sealed record PromoteResult(bool Promoted, bool WasChampion, string Message);

internal static class Results
{
    public static string Write<T>(T result) => JsonSerializer.Serialize(result, CairnJson.Options);

    public static T ResultOf<T>(this TaskContext context, string task) => Read<T>(context.ResultOf(task));

    public static T Read<T>(string json) => JsonSerializer.Deserialize<T>(json, CairnJson.Options) ?? throw new InvalidOperationException("A task result is null.");
}
