using Cairn.Access;
using Cairn.Client.Wire;
using Cairn.Kernel;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace Cairn.Data.Versions;

/// <summary>GET /api/v1/datasets: by name; <c>name</c> is a part of it, in any case.</summary>
internal static class ListDatasets
{
    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapGet("/api/v1/datasets", Handle)
        .WithName(nameof(ListDatasets)).WithSummary("Datasets, by name; name asks for those that have that part in theirs, in any case").WithTags("Data")
        .ProducesProblem(StatusCodes.Status400BadRequest)
        .Requires(Permission.DataRead);

    private static async Task<Results<Ok<Page<DatasetWire>>, ProblemHttpResult>> Handle(
        Caller caller, Datasets datasets, string? name, int? limit, string? page_token, CancellationToken cancellation)
    {
        var after = page_token is null ? "" : PageToken.Read(page_token);
        var page = PageSize.Of(limit);
        if ((page.Refusal ?? after.Refusal) is { } refusal) return refusal.ToProblem();
        var size = page.Value;
        var found = await datasets.Versions.Datasets(caller.Workspace, name, after.Value, size + 1, cancellation);
        var items = found.Take(size).Select(v => new DatasetWire(v.Dataset, v.Version, v.Digest.Hex, v.Rows, v.Version, v.CreatedAt)).ToList();
        return TypedResults.Ok(new Page<DatasetWire>(items, found.Count > size ? PageToken.Write(items[^1].Name) : null));
    }
}
