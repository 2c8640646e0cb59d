using Cairn.Client.Wire;
using Cairn.Web.Components;

namespace Cairn.Web.Overview;

/// <summary>What a project has to say about one stage of its lifecycle: a headline, a note, and how well it is.</summary>
internal sealed record Stage(string Name, string Headline, string Note, string Tone, string Path = "")
{
    public static IReadOnlyList<Stage> Of(ProjectWire project, IReadOnlyList<DeploymentWire> deployments) =>
        [
        Data(project) with { Path = project.Dataset is { } dataset ? Address.Dataset(dataset) : "" },
        Train(project) with { Path = project.LastResult is { } result ? Address.Run(result.RunId) : "" },
        Register(project) with { Path = project.LastResult?.Model is { } model ? Address.Model(model) : "" },
        Serve(project, deployments) with { Path = project.Deployment is { } deployment ? Address.Deployment(deployment) : "" },
    ];

    private static Stage Data(ProjectWire project) => project.LastResult is { } result
        ? new("Data", $"{Format.Count(result.Rows)} rows", $"version {Format.Short(result.DatasetVersion)}{(result.DatasetReused ? ", unchanged" : "")}", "ok")
        : new("Data", project.Dataset is null ? "no version yet" : project.Dataset, "", Unfinished(project));

    private static Stage Train(ProjectWire project)
    {
        if (project.LastResult is not { } result) return new("Train", "not trained", "", "quiet");
        var key = result.Metrics.ContainsKey("roc_auc") ? "roc_auc" : result.Metrics.Keys.Order(StringComparer.Ordinal).FirstOrDefault();
        if (key is null) return new("Train", Format.None, "", "quiet");
        var name = Format.Metric(key);
        var against = $"{Format.Score(result.Metrics[key])} vs {Format.Score(result.Baseline.TryGetValue(key, out var baseline) ? baseline : null)}";
        return result.Verdict == "no_signal"
            ? new("Train", "no signal", $"{name} {against}, {result.BaselineName}", "quiet")
            : new("Train", $"{name} {Format.Score(result.Metrics[key])}", $"baseline {Format.Score(result.Baseline.TryGetValue(key, out baseline) ? baseline : null)}, {result.BaselineName}", "ok");
    }

    private static Stage Register(ProjectWire project) => project.LastResult switch
    {
        null => new("Register", "nothing registered", "", "quiet"),
        { Verdict: "no_signal" } => new("Register", "refused", "baseline not beaten", "quiet"),
        { Verdict: "refused" } result => new(
            "Register", result.Version is { } version ? $"v{version} refused" : "refused",
            result.Gates.FirstOrDefault(gate => !gate.Passed) is { } gate ? $"gate: {gate.Gate}" : "a gate did not hold", "bad"),
        { Version: { } version } result => new(
            "Register", $"v{version} {(result.Verdict == "promoted" ? "champion" : "passed")}", $"{result.Gates.Count(gate => gate.Passed)} of {result.Gates.Count} gates hold", "ok"),
        _ => new("Register", "nothing registered", "", "quiet"),
    };

    private static Stage Serve(ProjectWire project, IReadOnlyList<DeploymentWire> deployments) =>
        deployments.FirstOrDefault(deployment => deployment.Name == project.Deployment) switch
        {
            { Version: { } version } deployment => new("Serve", $"v{version} serves", $"deployment {deployment.Name}", deployment.Problem is null ? "ok" : "warn"),
            { Problem: { } problem } => new("Serve", "nothing served", problem, "bad"),
            _ => new("Serve", "nothing served", "", "quiet"),
        };

    private static string Unfinished(ProjectWire project) => project.LastRun?.State switch { "pending" or "running" => "info", "failed" => "bad", _ => "quiet" };
}
