using Cairn.Access;
using Cairn.Tracking.Edge;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Routing;

namespace Cairn.Tracking.Artifacts;

/// <summary>PUT /api/v1/runs/{run}/artifacts/content/{path}: the body as it is, of any size.</summary>
internal static class PutArtifact
{
    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapPut("/api/v1/runs/{run}/artifacts/content/{**path}", Handle)
        .Requires(Permission.RunsWrite).DataPlane()
        .WithMetadata(new AnySize())
        .WithName(nameof(PutArtifact)).WithSummary("Store a file under a run; one of the same path is replaced").WithTags("Artifacts")
        .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status409Conflict);

    private static async Task<Results<NoContent, ProblemHttpResult>> Handle(
        string run, string path, HttpRequest request, Caller caller, Runs runs, CancellationToken cancellation) =>
        (await runs.LogArtifact(caller, run, path, request.Body, cancellation)).ToNoContent();

    private sealed class AnySize : IRequestSizeLimitMetadata
    {
        public long? MaxRequestBodySize => null;
    }
}
