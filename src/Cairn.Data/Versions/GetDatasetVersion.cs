using Cairn.Access;
using Cairn.Client.Wire;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace Cairn.Data.Versions;

/// <summary>GET /api/v1/datasets/{name}/versions/{version}: by number or by the first digits of its digest.</summary>
internal static class GetDatasetVersion
{
    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapGet("/api/v1/datasets/{name}/versions/{version}", Handle)
        .WithName(nameof(GetDatasetVersion)).WithSummary("One version of a dataset, by number or by six or more digits of its digest").WithTags("Data")
        .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status409Conflict)
        .Requires(Permission.DataRead);

    private static async Task<Results<Ok<DatasetVersionWire>, ProblemHttpResult>> Handle(string name, string version, Caller caller, Datasets datasets, CancellationToken cancellation)
    {
        var found = await datasets.Versions.Named(caller.Workspace, name, version, cancellation);
        return found.Refusal is { } refusal ? refusal.ToProblem() : TypedResults.Ok(found.Value.ToWire());
    }
}
