using Cairn.Access;
using Cairn.Client.Wire;
using Cairn.Kernel;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace Cairn.Data.Versions;

/// <summary>GET /api/v1/datasets/{name}/versions/{version}/rows: in the order of the source.</summary>
internal static class ListDatasetRows
{
    /// <summary>A page costs a check of all bytes of the parts that hold it, so who reads a whole version asks for more rows than other lists have.</summary>
    private const int MostRows = 50_000, MostValues = 500_000;

    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapGet("/api/v1/datasets/{name}/versions/{version}/rows", Handle)
        .WithName(nameof(ListDatasetRows)).WithSummary("The rows of a version, in the order of its source").WithTags("Data")
        .WithDescription("Values are texts in the order of the version's columns; null is missing. Personal data is null in every row. A page has up to 50,000 rows; of a version with many columns fewer than were asked, when they would be more than 500,000 values.")
        .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status409Conflict)
        .Requires(Permission.DataRead);

    private static async Task<Results<Ok<Page<DatasetRowWire>>, ProblemHttpResult>> Handle(
        string name, string version, Caller caller, Datasets datasets, int? limit, string? page_token, CancellationToken cancellation)
    {
        var place = PageToken.ReadNumber(page_token, first: 0);
        var page = PageSize.Of(limit, most: MostRows);
        if ((page.Refusal ?? place.Refusal) is { } refusal) return refusal.ToProblem();
        var found = await datasets.Versions.Named(caller.Workspace, name, version, cancellation);
        if (found.Refusal is { } unknown) return unknown.ToProblem();
        var (done, size) = (place.Value, Math.Min(page.Value, Math.Max(PageSize.Most, MostValues / found.Value.Schema.Columns.Count)));
        var rows = await datasets.Rows(found.Value, done, size, cancellation);
        return TypedResults.Ok(new Page<DatasetRowWire>(rows, found.Value.Rows - done > size ? PageToken.Write(done + size) : null));
    }
}
