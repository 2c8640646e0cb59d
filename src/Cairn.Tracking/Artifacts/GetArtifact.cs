using Cairn.Access;
using Cairn.Storage;
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
        var artifact = await StoredArtifact.Open(database, blobs, caller.Workspace, run, path, cancellation);
        return artifact.Refusal is { } refusal ? refusal.ToProblem() : ArtifactDownload.Of(context, path, artifact.Value.Digest, artifact.Value.Content);
    }
}
