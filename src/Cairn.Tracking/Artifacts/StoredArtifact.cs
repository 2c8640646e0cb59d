using Cairn.Kernel;
using Cairn.Storage;
using Cairn.Tracking.RunRecords;

namespace Cairn.Tracking.Artifacts;

/// <summary>A file of a run, found and opened; or why there is none.</summary>
internal static class StoredArtifact
{
    public static async Task<Answer<RunArtifact>> Open(Database database, IBlobStore blobs, WorkspaceId workspace, string run, string path, CancellationToken cancellation)
    {
        var safe = ArtifactPath.Parse(path);
        if (safe.Refusal is { } unsafePath) return unsafePath;

        var artifact = await database.Read<Answer<(Run Run, Artifact File)>>(
            transaction =>
            {
                var found = RunTable.RequireByPrefix(transaction, workspace, run);
                if (found.Refusal is { } refusal) return refusal;
                return ArtifactTable.Find(transaction, workspace, found.Value.RunId, safe.Value) is { } known ? (found.Value, known) : Unknown(transaction, workspace, found.Value, safe.Value);
            },
            cancellation);
        if (artifact.Refusal is { } unknown) return unknown;

        var (owner, file) = artifact.Value;
        var digest = Digest.Parse(file.Digest);
        return await blobs.Open(digest, cancellation) is { } content
            ? new RunArtifact(owner.RunId, digest, file.Length, content)
            : new Refusal.Missing("artifact.content-missing", $"The artifact '{path}' is known, but its content (blob {digest}) is gone from the blob store. Restore it from a backup.");
    }

    private static Refusal.Missing Unknown(ReadTransaction transaction, WorkspaceId workspace, Run run, string path)
    {
        var known = ArtifactTable.Below(transaction, workspace, run.RunId, "");
        var inside = known.Any(artifact => artifact.Path.StartsWith(path + "/", StringComparison.Ordinal));
        return new(
            "artifact.unknown",
            inside ? $"'{path}' is a folder of the run '{run.Name}'; ask for a file in it. List it with GET /api/v1/runs/{run.RunId}/artifacts?path={path}."
            : known.Count == 0 ? $"The run '{run.Name}' has no artifact '{path}'; it has none at all."
            : $"The run '{run.Name}' has no artifact '{path}'. It has: {string.Join(", ", known.Take(10).Select(artifact => artifact.Path))}{(known.Count > 10 ? ", …" : "")}.");
    }
}
