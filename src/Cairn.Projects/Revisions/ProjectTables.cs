using System.Text.Json;
using Cairn.Access;
using Cairn.Client;
using Cairn.Kernel;
using Cairn.Storage;

namespace Cairn.Projects.Revisions;

internal sealed record ProjectRow
{
    public required string Name { get; init; }

    public required string Folder { get; init; }

    public required string Revision { get; init; }

    public required string Model { get; init; }

    public required string Deployment { get; init; }

    /// <value>A <see cref="Client.Wire.LifecycleResult"/> as JSON.</value>
    public string? LastResult { get; init; }

    public long UpdatedAt { get; init; }
}

internal sealed record RevisionRow
{
    public required string Revision { get; init; }

    /// <value>Path → digest, as JSON.</value>
    public required string Files { get; init; }

    public required string Caller { get; init; }

    public long CreatedAt { get; init; }
}

internal sealed record SourceRow
{
    public required string Path { get; init; }

    public long Length { get; init; }

    public long ModifiedAt { get; init; }

    public required string SchemaDigest { get; init; }

    public required string DatasetDigest { get; init; }

    public long DatasetVersion { get; init; }

    public long Rows { get; init; }
}

internal sealed record TrainingRunRow
{
    public required string WorkspaceId { get; init; }

    public required string FlowRunId { get; init; }

    public required string Task { get; init; }

    public required string RunId { get; init; }
}

/// <summary>The tables projects, project_revisions, project_sources and project_training_runs.</summary>
internal sealed class ProjectTables(Database database, TimeProvider clock)
{
    /// <summary>Keeps a revision (the same again changes nothing) and makes it the project's current one.</summary>
    public Task Save(Caller caller, ProjectRow project, IReadOnlyDictionary<string, Digest> files) => database.Write(t =>
    {
        var now = clock.Micros();
        t.Execute(
            """
            INSERT INTO project_revisions (workspace_id, project, revision, files, caller, created_at) VALUES (@workspace, @Name, @Revision, @files, @caller, @now)
            ON CONFLICT (workspace_id, project, revision) DO NOTHING
            """,
            new { workspace = caller.Workspace.Value, project.Name, project.Revision, files = JsonSerializer.Serialize(files.ToDictionary(f => f.Key, f => f.Value.Hex, StringComparer.Ordinal)), caller = caller.Name, now });
        t.Execute(
            """
            INSERT INTO projects (workspace_id, name, folder, revision, model, deployment, created_at, updated_at) VALUES (@workspace, @Name, @Folder, @Revision, @Model, @Deployment, @now, @now)
            ON CONFLICT (workspace_id, name) DO UPDATE SET folder = excluded.folder, revision = excluded.revision, model = excluded.model,
                deployment = excluded.deployment, updated_at = excluded.updated_at
            """,
            new { workspace = caller.Workspace.Value, project.Name, project.Folder, project.Revision, project.Model, project.Deployment, now });
        t.Write(caller, "project.revise", $"projects/{project.Name}", JsonSerializer.Serialize(new { project.Revision, project.Folder }, CairnJson.Options));
        return true;
    });

    public Task SaveResult(WorkspaceId workspace, string project, string result) => database.Write(t => t.Execute(
        "UPDATE projects SET last_result = @result, updated_at = @now WHERE workspace_id = @workspace AND name = @project",
        new { workspace = workspace.Value, project, result, now = clock.Micros() }));

    public Task<ProjectRow?> Find(WorkspaceId workspace, string name, CancellationToken cancellation) => database.Read(
        t => t.First<ProjectRow>("SELECT * FROM projects WHERE workspace_id = @workspace AND name = @name", new { workspace = workspace.Value, name }), cancellation);

    /// <summary>By name.</summary>
    public Task<IReadOnlyList<ProjectRow>> List(WorkspaceId workspace, string? part, string? after, int limit, CancellationToken cancellation) => database.Read(
        t => t.Query<ProjectRow>(
            $"SELECT * FROM projects WHERE workspace_id = @workspace AND name > @after{(part is null ? "" : $" AND {t.Holds("name", "@part")}")} ORDER BY name LIMIT @limit",
            new { workspace = workspace.Value, after = after ?? "", part = ReadTransaction.Part(part ?? ""), limit }),
        cancellation);

    public Task<RevisionRow?> FindRevision(WorkspaceId workspace, string project, string revision, CancellationToken cancellation) => database.Read(
        t => t.First<RevisionRow>(
            "SELECT * FROM project_revisions WHERE workspace_id = @workspace AND project = @project AND revision = @revision", new { workspace = workspace.Value, project, revision }),
        cancellation);

    /// <summary>Newest first.</summary>
    /// <param name="before">Time and digest of the last one seen.</param>
    public Task<IReadOnlyList<RevisionRow>> Revisions(WorkspaceId workspace, string project, (long Time, string Revision)? before, int limit, CancellationToken cancellation) => database.Read(
        t => t.Query<RevisionRow>(
            $"""
            SELECT * FROM project_revisions WHERE workspace_id = @workspace AND project = @project
            {(before is null ? "" : "AND (created_at < @time OR (created_at = @time AND revision < @revision))")}
            ORDER BY created_at DESC, revision DESC LIMIT @limit
            """,
            new { workspace = workspace.Value, project, time = before?.Time ?? 0, revision = before?.Revision ?? "", limit }),
        cancellation);

    public Task SaveSource(WorkspaceId workspace, string project, SourceRow source) => database.Write(t => t.Execute(
        """
        INSERT INTO project_sources (workspace_id, project, path, length, modified_at, schema_digest, dataset_digest, dataset_version, rows)
        VALUES (@workspace, @project, @Path, @Length, @ModifiedAt, @SchemaDigest, @DatasetDigest, @DatasetVersion, @Rows)
        ON CONFLICT (workspace_id, project) DO UPDATE SET path = excluded.path, length = excluded.length, modified_at = excluded.modified_at,
            schema_digest = excluded.schema_digest, dataset_digest = excluded.dataset_digest, dataset_version = excluded.dataset_version, rows = excluded.rows
        """,
        new { workspace = workspace.Value, project, source.Path, source.Length, source.ModifiedAt, source.SchemaDigest, source.DatasetDigest, source.DatasetVersion, source.Rows }));

    public Task<SourceRow?> FindSource(WorkspaceId workspace, string project, CancellationToken cancellation) => database.Read(
        t => t.First<SourceRow>("SELECT * FROM project_sources WHERE workspace_id = @workspace AND project = @project", new { workspace = workspace.Value, project }), cancellation);

    public Task SaveTrainingRun(TrainingRunRow run) => database.Write(t => t.Execute(
        """
        INSERT INTO project_training_runs (workspace_id, flow_run_id, task, run_id, ended) VALUES (@WorkspaceId, @FlowRunId, @Task, @RunId, 0)
        ON CONFLICT (workspace_id, flow_run_id, task) DO UPDATE SET run_id = excluded.run_id, ended = 0
        """,
        run));

    public Task EndTrainingRun(string workspace, string runId) => database.Write(t => t.Execute(
        "UPDATE project_training_runs SET ended = 1 WHERE workspace_id = @workspace AND run_id = @runId", new { workspace, runId }));

    public Task<IReadOnlyList<TrainingRunRow>> OpenTrainingRuns(CancellationToken cancellation) => database.Read(
        t => t.Query<TrainingRunRow>("SELECT workspace_id, flow_run_id, task, run_id FROM project_training_runs WHERE ended = 0"), cancellation);
}
