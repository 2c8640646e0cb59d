using System.Globalization;
using Cairn.Client.Wire;
using Cairn.Web.Components;
using Cairn.Web.Components.Tables;
using Cairn.Web.Runs;
using Microsoft.AspNetCore.Http;

namespace Cairn.Web.Overview;

/// <summary>The tables of the overview: what their columns hold, and both as CSV files with every digit (<c>/?table=runs&amp;format=csv</c>).</summary>
internal sealed class OverviewTables(IReadOnlyList<ProjectWire> projects, IReadOnlyList<DeploymentWire> deployments)
{
    public const string Runs = "runs", Models = "models";

    public static string Csv(string table) => $"/?table={table}&format=csv";

    public string? ProjectOf(RunWire run) =>
        run.Tags.GetValueOrDefault("cairn.project") ?? projects.FirstOrDefault(project => project.LastResult?.ExperimentId == run.ExperimentId)?.Name;

    /// <summary>The key of what a run is judged by first; null: it logged nothing.</summary>
    public static string? HeadlineKey(RunWire run) =>
        run.Metrics.Keys.Where(key => key is "roc_auc" || key.EndsWith("roc_auc", StringComparison.Ordinal)).OrderBy(key => key.Length).FirstOrDefault()
        ?? MetricSense.Ordered(run.Metrics.Keys).OrderBy(key => MetricSense.HigherIsBetter(key) is null).FirstOrDefault();

    public IReadOnlyList<DeploymentWire> Serving(ModelWire model) => [.. deployments.Where(deployment => deployment.Model == model.Name && deployment.Version is not null)];

    /// <summary>The version with that alias.</summary>
    public static long? Challenger(ModelWire model) => model.Aliases.TryGetValue("challenger", out var version) ? version : null;

    public IResult Answer(Page<RunWire> runs) => CsvAnswer.Of<RunWire>(
        "latest-runs.csv",
        [
            new("run_id", "Id", run => run.RunId), new("run", "Run", run => run.Name), new("project", "Project", ProjectOf), new("status", "Status", run => run.Status),
            new("metric", "Metric", HeadlineKey), new("value", "Value", run => HeadlineKey(run) is { } key ? Format.Exact(run.Metrics[key]) : null),
            new("started", "Started", run => Format.Iso(run.StartedAt)), new("ended", "Ended", run => run.EndedAt is { } end ? Format.Iso(end) : null),
        ],
        runs.Items);

    public IResult Answer(Page<ModelWire> models) => CsvAnswer.Of<ModelWire>(
        "champions.csv",
        [
            new("model", "Model", model => model.Name), new("champion", "Champion", model => Number(model.Champion)), new("challenger", "Challenger", model => Number(Challenger(model))),
            new("newest", "Newest", model => Number(model.LatestVersion > 0 ? model.LatestVersion : null)), new("served_by", "Served by", model => string.Join(' ', Serving(model).Select(deployment => deployment.Name))),
            new("updated", "Updated", model => Format.Iso(model.UpdatedAt)),
        ],
        models.Items);

    private static string? Number(long? version) => version?.ToString(CultureInfo.InvariantCulture);
}
