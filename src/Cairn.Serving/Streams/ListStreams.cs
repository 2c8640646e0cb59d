using Cairn.Access;
using Cairn.Client.Wire;
using Cairn.Kernel;
using Cairn.Storage;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace Cairn.Serving.Streams;

/// <summary>GET /api/v1/streams: by name.</summary>
internal static class ListStreams
{
    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapGet("/api/v1/streams", Handle)
        .WithName(nameof(ListStreams)).WithSummary("List streams and what they are doing").WithTags("Streams")
        .ProducesProblem(StatusCodes.Status400BadRequest)
        .Requires(Permission.DeploymentsRead);

    private static async Task<Results<Ok<Page<StreamWire>>, ProblemHttpResult>> Handle(
        Caller caller, Database database, LiveStreams streams, CancellationToken cancellation, int limit = 100, string? page_token = null)
    {
        if (PageSize.Of(limit).Refusal is { } wrongSize) return wrongSize.ToProblem();

        var after = "";
        if (page_token is not null)
        {
            var read = PageToken.Read(page_token);
            if (read.Refusal is { } refusal) return refusal.ToProblem();
            after = read.Value;
        }

        var rows = await database.Read(transaction => StreamTable.Page(transaction, caller.Workspace, after, limit + 1), cancellation);
        return TypedResults.Ok(new Page<StreamWire>([.. rows.Take(limit).Select(streams.ToWire)], rows.Count > limit ? PageToken.Write(rows[limit - 1].Name) : null));
    }
}
