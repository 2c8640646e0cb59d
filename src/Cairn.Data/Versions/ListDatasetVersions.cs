using Cairn.Access;
using Cairn.Client.Wire;
using Cairn.Kernel;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace Cairn.Data.Versions;

/// <summary>GET /api/v1/datasets/{name}/versions: newest first.</summary>
internal static class ListDatasetVersions
{
    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapGet("/api/v1/datasets/{name}/versions", Handle)
        .WithName(nameof(ListDatasetVersions)).WithSummary("Versions of a dataset, newest first").WithTags("Data")
        .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status404NotFound)
        .Requires(Permission.DataRead);

    private static async Task<Results<Ok<Page<DatasetVersionWire>>, ProblemHttpResult>> Handle(
        string name, Caller caller, Datasets datasets, int? limit, string? page_token, CancellationToken cancellation)
    {
        var place = PageToken.ReadNumber(page_token, long.MaxValue);
        var page = PageSize.Of(limit);
        if ((page.Refusal ?? place.Refusal) is { } refusal) return refusal.ToProblem();
        var (size, before) = (page.Value, place.Value);
        var found = await datasets.Versions.List(caller.Workspace, name, before, size + 1, cancellation);
        if (found.Count == 0 && before == long.MaxValue)
            return new Refusal.Missing("data.dataset-unknown", $"There is no dataset {name}. GET /api/v1/datasets lists those there are.").ToProblem();
        var items = found.Take(size).Select(v => v.ToWire()).ToList();
        return TypedResults.Ok(new Page<DatasetVersionWire>(items, found.Count > size ? PageToken.Write(items[^1].Version) : null));
    }
}
