using System.Text.Json;
using Cairn.Client;
using Cairn.Client.Wire;
using Cairn.Flows;
using Cairn.Kernel;
using Cairn.Projects.Lifecycle;
using Cairn.Tracking;

namespace Cairn.Projects.Revisions;

/// <summary>A project with what the other modules know of it.</summary>
internal sealed class ProjectView(FlowRuns flows, Models models)
{
    public async Task<ProjectWire> Of(WorkspaceId workspace, ProjectRow row, CancellationToken cancellation)
    {
        var result = row.LastResult is null ? null : JsonSerializer.Deserialize<LifecycleResult>(row.LastResult, CairnJson.Options);
        var champion = await models.FindChampion(workspace, row.Model, cancellation);
        return new(
            row.Name, row.Revision, row.UpdatedAt, result is null ? null : row.Name, champion is null && result?.Model is null ? null : row.Model, champion?.Version,
            champion is null ? null : row.Deployment, await flows.LatestOf(workspace, LifecycleParameters.SubjectOf(row.Name), cancellation), result);
    }
}
