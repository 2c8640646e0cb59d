using System.Globalization;
using Cairn.Access;
using Cairn.Client.Wire;
using Cairn.Kernel;
using Cairn.Storage;
using Cairn.Tracking.Edge;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace Cairn.Tracking.Registry;

/// <summary>GET /api/v1/models/{model}/promotions: newest first; with at= only moves up to that time, so the first says who was champion then.</summary>
internal static class ListPromotions
{
    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapGet("/api/v1/models/{model}/promotions", Handle)
        .Requires(Permission.ModelsRead)
        .WithName(nameof(ListPromotions)).WithTags("Models")
        .WithSummary("Every move of the champion, newest first; at=2026-11-01T12:00:00Z (or microseconds): the first is the champion of that moment")
        .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status404NotFound);

    private static async Task<Results<Ok<Page<PromotionWire>>, ProblemHttpResult>> Handle(
        string model, string? at, int? limit, string? page_token, Caller caller, Database database, CancellationToken cancellation)
    {
        var size = PageSize.Of(limit);
        var until = Moment(at);
        var place = PageToken.ReadNumber(page_token, long.MaxValue);
        if ((size.Refusal ?? until.Refusal ?? place.Refusal) is { } refusal) return refusal.ToProblem();
        var before = place.Value;

        var page = await database.Read<Answer<Page<PromotionWire>>>(
            transaction =>
            {
                var rows = transaction.Query<Promotion>(
                    $"""
                    SELECT {Promotion.Columns} FROM promotions
                    WHERE workspace_id = @workspace AND model = @model AND sequence < @before AND moved_at <= @until ORDER BY sequence DESC LIMIT @rows
                    """,
                    new { workspace = caller.Workspace.Value, model, before, until = until.Value, rows = size.Value + 1 });
                // A deleted model keeps its history, so only one without both is unknown.
                if (rows.Count == 0 && PromotionTable.Last(transaction, caller.Workspace, model) is null && ModelTable.Require(transaction, caller.Workspace, model).Refusal is { } unknown)
                    return unknown;

                var shown = rows.Take(size.Value).ToList();
                return new Page<PromotionWire>(
                    [.. shown.Select(move => move.ToWire(model))], rows.Count > size.Value ? PageToken.Write(shown[^1].Sequence) : null);
            },
            cancellation);
        return page.ToOk();
    }

    /// <summary>Microseconds since 1970, or ISO 8601; without an offset it is UTC, and a day alone is its beginning.</summary>
    internal static Answer<long> Moment(string? text) =>
        text is null ? long.MaxValue
        : long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var micros) ? micros
        : DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? Time.ToMicros(time)
        : new Refusal.Invalid("registry.time-invalid", $"at={text} is no time. Write ISO 8601 (2026-11-01, 2026-11-01T12:00:00Z) or microseconds since 1970.");
}
