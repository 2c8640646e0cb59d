using Cairn.Access;
using Cairn.Client.Wire;
using Cairn.Kernel;
using Cairn.Serving.Live;
using Cairn.Storage;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace Cairn.Serving.Canaries;

/// <summary>GET /api/v1/deployments/{name}/canaries: newest first.</summary>
internal static class ListCanaries
{
    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapGet("/api/v1/deployments/{name}/canaries", Handle)
        .WithName(nameof(ListCanaries)).WithSummary("List the canaries a deployment had, and how they ended").WithTags("Serving")
        .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status404NotFound)
        .Requires(Permission.DeploymentsRead);

    private static async Task<Results<Ok<Page<CanaryWire>>, ProblemHttpResult>> Handle(
        string name, Caller caller, LiveDeployments live, Database database, TimeProvider clock, CancellationToken cancellation, int limit = 100, string? page_token = null)
    {
        if (PageSize.Of(limit).Refusal is { } wrongSize) return wrongSize.ToProblem();
        if (live.Find(caller.Workspace, name).Refusal is { } unknown) return unknown.ToProblem();

        var place = PageToken.ReadNumber(page_token, long.MaxValue);
        if (place.Refusal is { } foreign) return foreign.ToProblem();
        var before = place.Value;

        var rows = await database.Read(transaction => CanaryTable.Page(transaction, caller.Workspace, name, before, limit + 1), cancellation);
        var now = clock.Micros();
        return TypedResults.Ok(new Page<CanaryWire>(
            [.. rows.Take(limit).Select(row => row.ToWire(now))], rows.Count > limit ? PageToken.Write(rows[limit - 1].Number) : null));
    }
}
