using Cairn.Client;
using Cairn.Client.Wire;
using Cairn.Web.Components;
using Microsoft.AspNetCore.Components;

namespace Cairn.Web.Overview;

public sealed partial class OverviewPage
{
    private const int RunsShown = 10;
    private const int Enough = 100;

    private Loaded<Page<ProjectWire>> _projects = null!;
    private Loaded<Page<RunWire>> _runs = null!;
    private Loaded<Page<ModelWire>> _models = null!;
    private Loaded<Page<DeploymentWire>> _deployments = null!;
    private Loaded<About>? _about;
    private long _now;

    [Parameter] public string? Theme { get; set; }

    [Inject] private CairnClient Api { get; set; } = null!;

    [Inject] private TimeProvider Clock { get; set; } = null!;

    protected override async Task OnInitializedAsync()
    {
        _now = Clock.GetUtcNow().ToUnixTimeMilliseconds() * 1000;
        var projects = Loaded<Page<ProjectWire>>.From(Api.ListProjectsAsync(Enough));
        var runs = Loaded<Page<RunWire>>.From(Api.ListRunsAsync(limit: RunsShown));
        var models = Loaded<Page<ModelWire>>.From(Api.ListModelsAsync(Enough));
        var deployments = Loaded<Page<DeploymentWire>>.From(Api.ListDeploymentsAsync(Enough));
        var about = Loaded<About>.From(Api.AboutAsync());
        (_projects, _runs, _models, _deployments, _about) = (await projects, await runs, await models, await deployments, await about);
    }

    /// <summary>The state of affairs in one or two sentences.</summary>
    private string Lede()
    {
        if (_projects.Value is not { Items: var projects }) return "What is known of the projects cannot be shown now.";
        if (projects.Count == 0) return "Nothing here yet.";
        var serving = _deployments.Value?.Items.Count(deployment => deployment.Version is not null) ?? 0;
        var silent = projects.Count(project => project.LastResult?.Verdict == "no_signal");
        var text = $"{(projects.Count == 1 ? "One project" : $"{projects.Count} projects")}, {serving switch { 0 => "nothing served", 1 => "one model served", _ => $"{serving} models served" }}.";
        return silent == 0 ? text : $"{text} {(silent == 1 ? "One" : silent)} without signal: the baseline was not beaten, so nothing was promoted.";
    }

    private static string? Verdict(ProjectWire project) => project.LastRun?.State is { } state and not "succeeded" ? state : project.LastResult?.Verdict;

    private string ProjectOf(RunWire run) =>
        _projects.Value?.Items.FirstOrDefault(project => project.LastResult?.ExperimentId == run.ExperimentId)?.Name ?? Format.None;

    private static string Headline(RunWire run)
    {
        var key = run.Metrics.Keys.Where(key => key is "roc_auc" || key.EndsWith("roc_auc", StringComparison.Ordinal)).OrderBy(key => key.Length).FirstOrDefault()
            ?? run.Metrics.Keys.Order(StringComparer.Ordinal).FirstOrDefault();
        return key is null ? Format.None : $"{Format.Metric(key)} {Format.Score(run.Metrics[key])}";
    }

    private string ServedBy(ModelWire model) =>
        _deployments.Value?.Items.FirstOrDefault(deployment => deployment.Model == model.Name && deployment.Version is not null) is { } deployment
            ? $", served by deployment {deployment.Name}"
            : "";
}
