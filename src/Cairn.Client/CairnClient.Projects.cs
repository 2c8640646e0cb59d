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
        ListProjectsAsync(null, limit, pageToken, cancellation);

    /// <param name="name">A part of the name, in any case; null: all.</param>
    public Task<Page<ProjectWire>> ListProjectsAsync(string? name, int? limit = null, string? pageToken = null, CancellationToken cancellation = default) =>
        GetAsync<Page<ProjectWire>>(Query("projects", ("name", name), ("limit", limit), ("page_token", pageToken)), cancellation);

    /// <summary>Null when there is none of that name.</summary>
    public Task<ProjectWire?> FindProjectAsync(string name, CancellationToken cancellation = default) => FindAsync<ProjectWire>($"projects/{Escape(name)}", cancellation);

    public Task<ProjectWire> GetProjectAsync(string name, CancellationToken cancellation = default) => GetAsync<ProjectWire>($"projects/{Escape(name)}", cancellation);

    /// <param name="revision">Null: the current one.</param>
    public Task<RevisionFilesWire> GetProjectFilesAsync(string name, string? revision = null, CancellationToken cancellation = default) =>
        GetAsync<RevisionFilesWire>(Query($"projects/{Escape(name)}/files", ("revision", revision)), cancellation);

    /// <summary>Newest first.</summary>
    public Task<Page<ProjectRevisionWire>> ListProjectRevisionsAsync(string name, int? limit = null, string? pageToken = null, CancellationToken cancellation = default) =>
        GetAsync<Page<ProjectRevisionWire>>(Query($"projects/{Escape(name)}/revisions", ("limit", limit), ("page_token", pageToken)), cancellation);
}
