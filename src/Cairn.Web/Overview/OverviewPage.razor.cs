using Cairn.Client.Wire;
using Cairn.Web.Components;
using Cairn.Web.Routing;
using Cairn.Web.Runs;
using Microsoft.AspNetCore.Components;

namespace Cairn.Web.Overview;

public sealed partial class OverviewPage
{
    private long _now;
    private OverviewTables _tables = null!;

    [Parameter, EditorRequired] public required Loaded<Page<ProjectWire>> Projects { get; set; }

    [Parameter, EditorRequired] public required Loaded<Page<RunWire>> Runs { get; set; }

    [Parameter, EditorRequired] public required Loaded<Page<ModelWire>> Models { get; set; }

    [Parameter, EditorRequired] public required Loaded<Page<DeploymentWire>> Deployments { get; set; }

    [Parameter, EditorRequired] public required Loaded<Page<AuditEntry>> Audit { get; set; }

    [Inject] private TimeProvider Clock { get; set; } = null!;

    private IReadOnlyList<Timeline.Moment> Happened =>
        [.. Audit.Value!.Items.Select(entry => (entry.Time, Change: new Change(entry))).Select(one => new Timeline.Moment(one.Time, one.Change.Title, one.Change.By, "info", one.Change.Path))];

    /// <value>Nothing may be said to be well that was not seen.</value>
    private Problem? Unread => Attention.Count > 0 ? null : Deployments.Problem ?? Projects.Problem ?? Models.Problem;

    private IReadOnlyList<Concern> Attention { get; set; } = [];

    protected override void OnInitialized()
    {
        _now = Clock.GetUtcNow().ToUnixTimeMilliseconds() * 1000;
        _tables = new(Projects.Value?.Items ?? [], Deployments.Value?.Items ?? []);
        Attention = Concern.Of(Projects.Value?.Items ?? [], Models.Value?.Items ?? [], Deployments.Value?.Items ?? []);
    }

    /// <summary>The state of affairs in one or two sentences.</summary>
    private string Lede()
    {
        if (Projects.Value is not { Items: var projects }) return "What is known of the projects cannot be shown now.";
        if (projects.Count == 0) return "Nothing here yet.";
        var serving = Deployments.Value?.Items.Count(deployment => deployment.Version is not null) ?? 0;
        var silent = projects.Count(project => project.LastResult?.Verdict == "no_signal");
        var text = $"{(projects.Count == 1 ? "One project" : $"{projects.Count} projects")}, {serving switch { 0 => "nothing served", 1 => "one model served", _ => $"{serving} models served" }}.";
        return silent == 0 ? text : $"{text} {(silent == 1 ? "One" : silent)} without signal: the baseline was not beaten, so nothing was promoted.";
    }

    private static string? Verdict(ProjectWire project) => project.LastRun?.State is { } state and not "succeeded" ? state : project.LastResult?.Verdict;

    private static string Headline(RunWire run) => OverviewTables.HeadlineKey(run) is not { } key ? Format.None
        : $"{Format.Name(Format.Metric(key))} {(MetricSense.IsHeadline(key) ? Format.Score(run.Metrics[key]) : MetricText.Of(run.Metrics[key]))}";
}
