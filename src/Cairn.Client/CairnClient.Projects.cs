using Cairn.Client.Wire;

namespace Cairn.Client;

public sealed partial class CairnClient
{
    /// <summary>Looks at a source and proposes the files of a project. Writes nothing.</summary>
    public Task<InitializedProject> InitProjectAsync(InitProject request, CancellationToken cancellation = default) =>
        PostAsync<InitializedProject>("projects/init", request, cancellation);

    /// <summary>What a run would do, step by step, and why. Changes nothing.</summary>
    public Task<PlanWire> PlanProjectAsync(ProjectFiles project, CancellationToken cancellation = default) => PostAsync<PlanWire>("projects/plan", project, cancellation);

    /// <summary>Stores the revision and starts the lifecycle; <see cref="WaitForFlowRunAsync"/> follows it.</summary>
    public Task<FlowRunWire> RunProjectAsync(RunProject request, CancellationToken cancellation = default) => PostAsync<FlowRunWire>("projects/run", request, cancellation);

    public Task<Page<ProjectWire>> ListProjectsAsync(int? limit = null, string? pageToken = null, CancellationToken cancellation = default) =>
        GetAsync<Page<ProjectWire>>(Query("projects", ("limit", limit), ("page_token", pageToken)), cancellation);

    /// <summary>Null when there is none of that name.</summary>
    public Task<ProjectWire?> FindProjectAsync(string name, CancellationToken cancellation = default) => FindAsync<ProjectWire>($"projects/{Escape(name)}", cancellation);
}
