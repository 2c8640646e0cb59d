using Cairn.Access;
using Cairn.Client.Wire;
using Cairn.Kernel;
using Cairn.Storage;
using Cairn.Tracking.Edge;
using Cairn.Tracking.RunRecords;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace Cairn.Tracking.Artifacts;

/// <summary>GET /api/v1/runs/{run}/artifacts: one folder, files and folders in order of the name.</summary>
internal static class ListArtifacts
{
    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapGet("/api/v1/runs/{run}/artifacts", Handle)
        .Requires(Permission.RunsRead)
        .WithName(nameof(ListArtifacts)).WithSummary("The files and folders in one folder of a run's artifacts; path= names the folder").WithTags("Artifacts")
        .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status409Conflict);

    private static async Task<Results<Ok<Page<ArtifactWire>>, ProblemHttpResult>> Handle(
        string run, string? path, int? limit, string? page_token, Caller caller, Database database, CancellationToken cancellation)
    {
        var size = PageSize.Of(limit, unlessSaid: PageSize.Most);
        var folder = string.IsNullOrEmpty(path) ? "" : path.TrimEnd('/');
        var safe = folder.Length == 0 ? "" : ArtifactPath.Parse(folder);
        var after = page_token is null ? "" : PageToken.Read(page_token);
        if ((size.Refusal ?? safe.Refusal ?? after.Refusal) is { } refusal) return refusal.ToProblem();

        var page = await database.Read<Answer<Page<ArtifactWire>>>(
            transaction =>
            {
                var found = RunTable.RequireByPrefix(transaction, caller.Workspace, run);
                if (found.Refusal is { } unknown) return unknown;

                var entries = Entries(folder, ArtifactTable.Below(transaction, caller.Workspace, found.Value.RunId, folder))
                    .Where(entry => string.CompareOrdinal(entry.Path, after.Value) > 0).Take(size.Value + 1).ToList();
                var shown = entries.Take(size.Value).ToList();
                return new Page<ArtifactWire>(shown, entries.Count > size.Value ? PageToken.Write(shown[^1].Path) : null);
            },
            cancellation);
        return page.ToOk();
    }

    /// <summary>What lies directly in the folder: a path that goes deeper shows as its first folder.</summary>
    internal static IEnumerable<ArtifactWire> Entries(string folder, IReadOnlyList<Artifact> below)
    {
        var start = folder.Length == 0 ? 0 : folder.Length + 1;
        return below
            .Select(artifact => artifact.Path.IndexOf('/', start) is var slash and > 0
                ? new ArtifactWire(artifact.Path[..slash], IsDirectory: true, null, null)
                : new ArtifactWire(artifact.Path, IsDirectory: false, artifact.Length, artifact.Digest))
            .DistinctBy(entry => entry.Path, StringComparer.Ordinal)
            .OrderBy(entry => entry.Path, StringComparer.Ordinal);
    }
}
