using Cairn.Flows;
using Cairn.Learning;

namespace Cairn.Projects.Lifecycle;

/// <summary>The task <c>select</c>: the best candidate by the tuning metric, on folds no candidate was fitted on; a tie goes to the smaller log loss.</summary>
internal static class SelectCandidate
{
    public static string Run(TaskContext context, IReadOnlyList<TrainResult> trained, string metric)
    {
        var best = Best(trained, metric);
        context.Report(1, trained.Count == 1 ? $"{best.Algorithm}, the only candidate" : $"{best.Algorithm}: best of {trained.Count} by {metric} ({best.TuningMetric:0.0000})");
        return Results.Write(new SelectResult(best.Algorithm, metric));
    }

    public static TrainResult Best(IReadOnlyList<TrainResult> trained, string metric) => trained
        .OrderByDescending(t => double.IsNaN(t.TuningMetric) ? double.NegativeInfinity : Metrics.HigherIsBetter(metric) ? t.TuningMetric : -t.TuningMetric)
        .ThenBy(t => t.LogLoss).ThenBy(t => t.Algorithm, StringComparer.Ordinal)
        .First();
}
