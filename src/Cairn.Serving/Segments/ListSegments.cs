using System.Globalization;
using Cairn.Access;
using Cairn.Client.Wire;
using Cairn.Kernel;
using Cairn.Serving.Log;
using Cairn.Storage;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace Cairn.Serving.Segments;

/// <summary>GET /api/v1/predictions/segments: the Parquet files of the log, for other programs to read.</summary>
internal static class ListSegments
{
    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapGet("/api/v1/predictions/segments", Handle)
        .WithName(nameof(ListSegments)).WithSummary("List the Parquet files of the prediction log, newest hour first").WithTags("Serving")
        .ProducesProblem(StatusCodes.Status400BadRequest)
        .Requires(Permission.PredictionsRead);

    private static async Task<Results<Ok<Page<PredictionSegmentWire>>, ProblemHttpResult>> Handle(
        Caller caller, LogDatabase database, IBlobStore blobs, CancellationToken cancellation, string? deployment = null, long? from = null, long? to = null, int limit = 100,
        string? page_token = null)
    {
        if (PageSize.Of(limit).Refusal is { } wrongSize) return wrongSize.ToProblem();
        var range = LogRange.Of(from, to, deployment);
        var place = Place(page_token);
        if ((range.Refusal ?? place.Refusal) is { } refusal) return refusal.ToProblem();

        var found = await database.Read(
            transaction => Segment.Newest(transaction, caller.Workspace, deployment, range.Value.FromMs, range.Value.ToMs, place.Value, limit + 1), cancellation);
        var items = new List<PredictionSegmentWire>();
        foreach (var segment in found.Take(limit))
        {
            items.Add(new(
                segment.SegmentId, segment.Deployment, segment.FromMs * 1000, segment.ToMs * 1000, segment.Rows, segment.Bytes, segment.Blob.Hex, blobs.PlaceOf(segment.Blob),
                segment.CreatedAt));
        }

        return TypedResults.Ok(new Page<PredictionSegmentWire>(items, found.Count > limit ? PageToken.Write($"{found[limit - 1].Hour}:{found[limit - 1].SegmentId}") : null));
    }

    private static Answer<(long Hour, string SegmentId)?> Place(string? token)
    {
        if (token is null) return ((long, string)?)null;
        var read = PageToken.Read(token);
        if (read.Refusal is { } refusal) return refusal;
        return read.Value.Split(':') is [var hour, var id] && long.TryParse(hour, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? (number, id)
            : PageToken.OfAnotherList(token);
    }
}
