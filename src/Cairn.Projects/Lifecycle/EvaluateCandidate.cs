using Cairn.Client.Wire;
using Cairn.Flows;
using Cairn.Kernel;
using Cairn.Learning;
using Cairn.Tracking;

namespace Cairn.Projects.Lifecycle;

/// <summary>
/// The task <c>evaluate</c>: the winner and the honest baseline on the rows kept aside, logged to the winner's run. With a
/// signal its package is sealed; without one there is nothing worth keeping, and the run says so.
/// </summary>
internal sealed class EvaluateCandidate(Workbench bench, Runs runs, ModelPackages packages)
{
    public static readonly IReadOnlyList<string> Shown = ["roc_auc", "pr_auc", "log_loss", "brier", "accuracy"];

    public static string CacheKey(string learningKey, IEnumerable<string> algorithms) => $"evaluate/{learningKey}/{string.Join("+", algorithms)}";

    public async Task<Answer<string>> Run(TaskContext context, LifecycleParameters parameters, TrainResult winner, CancellationToken cancellation)
    {
        var prepared = await bench.Preparation(context, parameters, cancellation);
        if (prepared.Refusal is { } refusal) return refusal;

        var preparation = prepared.Value;
        var candidate = await bench.Candidate(context, winner, cancellation);
        var baseline = await bench.Baseline(context, cancellation);
        context.Report(0.1, $"judging {winner.Algorithm} and {baseline.Name} on {preparation.TestRows:N0} rows");
        var evaluation = await bench.Evaluation(context, preparation, candidate, cancellation);

        context.Report(0.7, "logging");
        if (await Log(context, winner.RunId, evaluation, baseline, cancellation) is { } notLogged) return notLogged;

        string? package = null;
        if (evaluation.Signal)
        {
            context.Report(0.8, "sealing the package");
            var packed = await Seal(context, parameters, winner.RunId, preparation, candidate, evaluation, cancellation);
            if (packed.Refusal is { } notSealed) return notSealed;
            package = packed.Value;
        }

        context.Report(1, $"ROC AUC {evaluation.Metrics["roc_auc"]:0.0000} on rows it never saw; {evaluation.SignalDetail}");
        return Results.Write(new EvaluateResult(
            Keep(evaluation.Metrics), Keep(candidate.CrossValidated.ToDictionary(m => m.Key, m => m.Value.Mean, StringComparer.Ordinal)), Keep(baseline.Test), baseline.Name,
            evaluation.Threshold, evaluation.Signal, evaluation.SignalDetail, package));
    }

    private static Dictionary<string, double> Keep(IReadOnlyDictionary<string, double> metrics) =>
        Shown.Where(metrics.ContainsKey).ToDictionary(m => m, m => metrics[m], StringComparer.Ordinal);

    private async Task<Refusal?> Log(TaskContext context, string runId, Evaluation evaluation, Baseline baseline, CancellationToken cancellation)
    {
        var run = await runs.Find(context.Caller.Workspace, runId, cancellation) ?? throw new InvalidOperationException($"Run {runId} of the candidate is gone.");
        var at = run.EndedAt ?? run.StartedAt; // a fixed time: logging again adds no second point
        List<MetricPoint> metrics =
        [
            .. evaluation.Metrics.Select(m => new MetricPoint(m.Key, m.Value, 0, at)),
            .. baseline.Test.Select(m => new MetricPoint($"baseline.{m.Key}", m.Value, 0, at)),
            new("threshold", evaluation.Threshold, 0, at),
        ];
        var tags = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["cairn.winner"] = "true", ["cairn.baseline"] = baseline.Name, ["cairn.signal"] = evaluation.SignalDetail, ["cairn.threshold_reason"] = evaluation.ThresholdReason,
        };
        var logged = await runs.Log(context.Caller, runId, new(metrics, Tags: tags), cancellation);
        if (logged.Refusal is { } refusal) return refusal;
        foreach (var (path, content) in evaluation.Artifacts)
        {
            using var stream = new MemoryStream(content);
            var kept = await runs.LogArtifact(context.Caller, runId, path, stream, cancellation);
            if (kept.Refusal is { } notKept) return notKept;
        }

        return null;
    }

    private async Task<Answer<string>> Seal(
        TaskContext context, LifecycleParameters parameters, string runId, Preparation preparation, Candidate candidate, Evaluation evaluation, CancellationToken cancellation)
    {
        var files = await Workbench.Aside(() => Training.WritePackage(preparation, candidate, evaluation, parameters.Project, runId), cancellation);
        var package = await packages.Seal(context.Caller.Workspace, files, cancellation);
        if (package.Refusal is { } refusal) return refusal;
        foreach (var (path, content) in files)
        {
            using var stream = new MemoryStream(content);
            var kept = await runs.LogArtifact(context.Caller, runId, $"model/{path}", stream, cancellation); // where MLflow clients look for it
            if (kept.Refusal is { } notKept) return notKept;
        }

        return package.Value.Digest.Hex;
    }
}
