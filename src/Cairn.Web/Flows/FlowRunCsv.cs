using System.Globalization;
using System.Text.Json;
using Cairn.Client;
using Cairn.Client.Wire;
using Cairn.Web.Components;
using Cairn.Web.Components.Tables;
using Cairn.Web.Runs;
using Microsoft.AspNetCore.Http;

namespace Cairn.Web.Flows;

/// <summary>The tables of a flow run as CSV files, every digit of a number: its tasks, what it came to, and the candidates of a lifecycle.</summary>
internal static class FlowRunCsv
{
    public const string Tasks = "tasks", Result = "result", Candidates = "candidates";

    private static readonly IReadOnlyList<Column<TaskRunWire>> _tasks =
    [
        new("task", "Task", task => task.Name), new("state", "State", task => task.Reused ? "reused" : task.State), new("message", "What it says", task => task.Message),
        new("started", "Started", task => task.StartedAt is { } start ? Format.Iso(start) : null), new("ended", "Ended", task => task.EndedAt is { } end ? Format.Iso(end) : null),
        new("after", "After", task => task.After is { } after ? string.Join(' ', after) : null),
    ];

    private static readonly IReadOnlyList<Column<CandidateWire>> _candidates =
    [
        new("algorithm", "Algorithm", candidate => candidate.Algorithm), new("run_id", "Run", candidate => candidate.RunId), new("cv.roc_auc", "cv ROC AUC", candidate => Format.Exact(candidate.RocAuc)),
        new("cv.roc_auc.sd", "over folds", candidate => Format.Exact(candidate.RocAucSd)), new("cv.log_loss", "cv log loss", candidate => Format.Exact(candidate.LogLoss)), new("seconds", "Trained in", candidate => Format.Exact(candidate.Seconds)),
    ];

    private static readonly IReadOnlyList<Column<MetricComparisonWire>> _judged =
    [
        new("metric", "Metric", metric => metric.Metric), new("given", "Given", metric => Format.Exact(metric.Logged)), new("candidate", "Candidate", metric => Format.Exact(metric.Candidate)),
        new("difference", "Difference", metric => Format.Exact(metric.Difference)), new("low", "Low", metric => Format.Exact(metric.Low)), new("high", "High", metric => Format.Exact(metric.High)), new("p", "p", metric => Format.Exact(metric.P)),
    ];

    private static readonly IReadOnlyList<Column<RefusedOutcomeWire>> _refused =
    [
        new("row", "Row", row => row.Row.ToString(CultureInfo.InvariantCulture)), new("why", "Why", row => row.Detail), new("code", "Code", row => row.Code),
    ];

    /// <summary>The address of one.</summary>
    public static string Of(FlowRunWire run, string table) => $"{Address.FlowRun(run.FlowRunId)}?table={table}&format=csv";

    /// <summary>Null: the flow run has no such table.</summary>
    public static IResult? Answer(FlowRunWire run, string? table)
    {
        if (table == Tasks) return CsvAnswer.Of("tasks.csv", _tasks, run.Tasks);
        if (run.Result is not { ValueKind: JsonValueKind.Object } result) return null;
        return (table, run.Flow) switch
        {
            (Candidates, "lifecycle") => CsvAnswer.Of("candidates.csv", _candidates, Read<LifecycleResult>(result).Candidates),
            (Result, "lifecycle") => Metrics(Read<LifecycleResult>(result)),
            (Result, "shadow") => CsvAnswer.Of("judged.csv", _judged, Read<ShadowResultWire>(result).Comparison?.Outcomes?.Metrics ?? []),
            (Result, "outcome-import") => CsvAnswer.Of("refused-rows.csv", _refused, Read<OutcomeImportWire>(result).Refused),
            _ => null,
        };
    }

    private static CsvAnswer<KeyValuePair<string, double>> Metrics(LifecycleResult life) => CsvAnswer.Of(
        "metrics.csv",
        [
            new("metric", "Metric", metric => metric.Key), new(life.Algorithm, "Value", metric => Format.Exact(metric.Value)),
            new("baseline", "Baseline", metric => life.Baseline.TryGetValue(metric.Key, out var baseline) ? Format.Exact(baseline) : null),
        ],
        [.. MetricSense.Ordered(life.Metrics.Keys).Select(key => KeyValuePair.Create(key, life.Metrics[key]))]);

    private static T Read<T>(JsonElement result) => result.Deserialize<T>(CairnJson.Options)!;
}
