using Cairn.Access;
using Cairn.Kernel;
using Cairn.Storage;
using Cairn.Tracking.RunRecords;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace Cairn.Tracking.Artifacts;

/// <summary>GET /api/v1/runs/{run}/artifacts/content/{path}.</summary>
internal static class GetArtifact
{
    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapGet("/api/v1/runs/{run}/artifacts/content/{**path}", Handle)
        .Requires(Permission.RunsRead)
        .WithName(nameof(GetArtifact)).WithSummary("The bytes of an artifact; ranges and If-None-Match are understood").WithTags("Artifacts")
        .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status409Conflict);

    private static async Task<Results<FileStreamHttpResult, ProblemHttpResult>> Handle(
        string run, string path, HttpContext context, Caller caller, Database database, IBlobStore blobs, CancellationToken cancellation)
    {
        var safe = ArtifactPath.Parse(path);
        if (safe.Refusal is { } unsafePath) return unsafePath.ToProblem();

        var artifact = await database.Read<Answer<Artifact>>(
            transaction =>
            {
                var found = RunTable.RequireByPrefix(transaction, caller.Workspace, run);
                if (found.Refusal is { } refusal) return refusal;
                return ArtifactTable.Find(transaction, caller.Workspace, found.Value.RunId, safe.Value) is { } known ? known : Unknown(transaction, caller.Workspace, found.Value, safe.Value);
            },
            cancellation);
        if (artifact.Refusal is { } unknown) return unknown.ToProblem();
        var digest = Digest.Parse(artifact.Value.Digest);
        if (await blobs.Open(digest, cancellation) is not { } content)
            return new Refusal.Missing(
                "artifact.content-missing", $"The artifact '{path}' is known, but its content (blob {digest}) is gone from the blob store. Restore it from a backup.").ToProblem();

        return ArtifactDownload.Of(context, path, digest, content);
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
