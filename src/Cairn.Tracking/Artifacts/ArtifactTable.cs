using Cairn.Kernel;
using Cairn.Storage;

namespace Cairn.Tracking.Artifacts;

/// <summary>A row of <c>run_artifacts</c>: a file of a run, of a logged model, or of the workspace itself.</summary>
internal sealed record Artifact
{
    public string Path { get; init; } = "";

    public string Digest { get; init; } = "";

    public long Length { get; init; }
}

internal static class ArtifactTable
{
    public static Artifact? Find(ReadTransaction transaction, WorkspaceId workspace, string runId, string path) => transaction.First<Artifact>(
        "SELECT path, digest, length FROM run_artifacts WHERE workspace_id = @workspace AND run_id = @runId AND path = @path",
        new { workspace = workspace.Value, runId, path });

    /// <summary>Everything below a folder (all of the run for an empty one), in order of the path.</summary>
    public static IReadOnlyList<Artifact> Below(ReadTransaction transaction, WorkspaceId workspace, string runId, string folder) => transaction.Query<Artifact>(
        $"""
        SELECT path, digest, length FROM run_artifacts
        WHERE workspace_id = @workspace AND run_id = @runId {(folder.Length == 0 ? "" : "AND path >= @first AND path < @after")} ORDER BY path
        """,
        new { workspace = workspace.Value, runId, first = folder + "/", after = folder + "0" }); // '0' follows '/'

    /// <summary>Refused when the path would make a file of a folder, or a folder of a file: neither could be downloaded.</summary>
    public static Answer<Done> Put(WriteTransaction transaction, WorkspaceId workspace, string runId, string path, Blob blob, long now)
    {
        for (var slash = path.IndexOf('/', StringComparison.Ordinal); slash > 0; slash = path.IndexOf('/', slash + 1))
            if (Find(transaction, workspace, runId, path[..slash]) is { } file)
                return Clash($"'{path}' cannot be stored: '{file.Path}' is a file, not a folder.");

        var below = transaction.First<string>(
            "SELECT path FROM run_artifacts WHERE workspace_id = @workspace AND run_id = @runId AND path >= @first AND path < @after ORDER BY path LIMIT 1",
            new { workspace = workspace.Value, runId, first = path + "/", after = path + "0" });
        if (below is not null) return Clash($"'{path}' cannot be stored: it is a folder, holding '{below}'.");

        if (Find(transaction, workspace, runId, path) is { } replaced && replaced.Digest != blob.Digest.Hex) UnnamedBlobs.LetGo(transaction, workspace, [replaced.Digest], now);
        transaction.Execute(
            """
            INSERT INTO run_artifacts (workspace_id, run_id, path, digest, length, updated_at) VALUES (@workspace, @runId, @path, @digest, @Length, @now)
            ON CONFLICT (workspace_id, run_id, path) DO UPDATE SET digest = excluded.digest, length = excluded.length, updated_at = excluded.updated_at
            """,
            new { workspace = workspace.Value, runId, path, digest = blob.Digest.Hex, blob.Length, now });
        return default(Done);
    }

    private static Refusal.Conflict Clash(string detail) => new("artifact.path-conflict", detail + " Choose another path.");
}
