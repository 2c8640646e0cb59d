using Cairn.Access;
using Cairn.Client.Wire;
using Cairn.Kernel;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;

namespace Cairn.Serving.Log;

/// <summary>GET /api/v1/predictions: what was answered, newest first.</summary>
internal static class ListPredictions
{
    internal sealed record Query
    {
        public string? Deployment { get; init; }

        /// <value>Whom the rows are about, exactly.</value>
        public string? Entity { get; init; }

        /// <value>Microseconds UTC; included.</value>
        public long? From { get; init; }

        /// <value>Not included.</value>
        public long? To { get; init; }

        public string? Variant { get; init; }

        public long? Version { get; init; }

        /// <value>true: only what was scored beside the answer; false: only what was answered.</value>
        public bool? Shadow { get; init; }

        public int? Limit { get; init; }

        [FromQuery(Name = "page_token")]
        public string? PageToken { get; init; }
    }

    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapGet("/api/v1/predictions", Handle)
        .WithName(nameof(ListPredictions)).WithSummary("List logged predictions, newest first, without their features").WithTags("Serving")
        .ProducesProblem(StatusCodes.Status400BadRequest)
        .Requires(Permission.PredictionsRead);

    private static async Task<Results<Ok<Page<LoggedPredictionWire>>, ProblemHttpResult>> Handle(
        [AsParameters] Query query, Caller caller, PredictionSearch search, CancellationToken cancellation)
    {
        var limit = query.Limit ?? 100;
        if (PageSize.Of(limit).Refusal is { } wrongSize) return wrongSize.ToProblem();
        var range = LogRange.Of(query.From, query.To, query.Deployment, query.Entity, query.Variant);
        var place = Place(query.PageToken);
        if ((range.Refusal ?? place.Refusal) is { } refusal) return refusal.ToProblem();

        var filter = new PredictionFilter(query.Deployment, query.Entity, range.Value.FromMs, range.Value.ToMs, query.Variant, query.Version, query.Shadow);
        return TypedResults.Ok(await search.Page(caller.Workspace, filter, place.Value, limit, cancellation));
    }

    private static Answer<Guid?> Place(string? token)
    {
        if (token is null) return (Guid?)null;
        var read = PageToken.Read(token);
        if (read.Refusal is { } refusal) return refusal;
        return Uuid7.TryParse(read.Value, out var id) && Uuid7.TimeOf(id) is not null
            ? (Guid?)id
            : PageToken.OfAnotherList(token);
    }
}
