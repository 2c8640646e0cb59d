using Cairn.Access;
using Cairn.Client.Wire;
using Cairn.Kernel;
using Cairn.Storage;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace Cairn.Tracking.Recycling;

/// <summary>GET /api/v1/bin: what was deleted last comes first.</summary>
internal static class ListBin
{
    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapGet("/api/v1/bin", Handle)
        .Requires(Permission.RunsRead)
        .WithName(nameof(ListBin)).WithSummary("List what is deleted and can be restored, what it holds, and when it is purged").WithTags("Bin")
        .ProducesProblem(StatusCodes.Status400BadRequest);

    private static async Task<Results<Ok<Page<BinItemWire>>, ProblemHttpResult>> Handle(
        Caller caller, Database database, BinOptions options, int? limit, string? page_token, CancellationToken cancellation)
    {
        var size = PageSize.Of(limit);
        if (size.Refusal is { } wrongSize) return wrongSize.ToProblem();
        BinContents.Place? after = null;
        if (page_token is not null)
        {
            var place = BinContents.Place.Read(page_token);
            if (place.Refusal is { } badToken) return badToken.ToProblem();
            after = place.Value;
        }

        return TypedResults.Ok(await database.Read(transaction => BinContents.Page(transaction, caller.Workspace, size.Value, after, options.KeepDays), cancellation));
    }
}
