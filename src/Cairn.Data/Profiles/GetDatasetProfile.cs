using Cairn.Access;
using Cairn.Client.Wire;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace Cairn.Data.Profiles;

/// <summary>GET /api/v1/datasets/{name}/versions/{version}/profile: distributions, missing values and what each column tells of the target.</summary>
internal static class GetDatasetProfile
{
    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapGet("/api/v1/datasets/{name}/versions/{version}/profile", Handle)
        .WithName(nameof(GetDatasetProfile)).WithSummary("What the columns of a version hold").WithTags("Data")
        .WithDescription("Worked out when it is asked for the first time, a scan of every column, and kept. The values of texts and of personal data are not told.")
        .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status409Conflict)
        .Requires(Permission.DataRead);

    private static async Task<Results<Ok<DatasetProfileWire>, ProblemHttpResult>> Handle(string name, string version, Caller caller, Datasets datasets, CancellationToken cancellation)
    {
        var found = await datasets.Versions.Named(caller.Workspace, name, version, cancellation);
        return found.Refusal is { } refusal ? refusal.ToProblem() : TypedResults.Ok(await datasets.Profile(caller.Workspace, found.Value, cancellation));
    }
}
