using Cairn.Access;
using Cairn.Client.Wire;
using Cairn.Kernel;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;

namespace Cairn.Serving.Truth;

/// <summary>POST /api/v1/outcomes: one outcome or many; each is answered for itself, and what was told before changes nothing.</summary>
internal static class RecordOutcomes
{
    private const int MostRows = 10_000, LongestKey = 255;

    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapPost("/api/v1/outcomes", Handle)
        .WithName(nameof(RecordOutcomes)).WithSummary("Tell what became of predictions").WithTags("Outcomes")
        .WithDescription("Takes one outcome or {\"outcomes\": [...]} with up to 10,000. Each names its prediction by prediction_id, or by entity and observed_at. Every one of a list is answered with its status; sending it again changes nothing.")
        .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status409Conflict)
        .ProducesProblem(StatusCodes.Status413PayloadTooLarge).ProducesProblem(StatusCodes.Status503ServiceUnavailable)
        .Requires(Permission.PredictionsWrite).DataPlane();

    private static async Task<Results<Ok<OutcomeReceiptsWire>, ProblemHttpResult>> Handle(
        NewOutcomesWire request, Caller caller, OutcomeIntake intake, TimeProvider clock, [FromHeader(Name = "Idempotency-Key")] string? key, CancellationToken cancellation)
    {
        if (key is { Length: > LongestKey } || key?.AsSpan().ContainsAnyExceptInRange('!', '~') is true)
            return new Refusal.Invalid("access.idempotency-key-invalid", $"The Idempotency-Key has {key.Length} characters. It takes 1 to {LongestKey} visible ASCII characters; a UUID is a good one.").ToProblem();
        if (request.Outcomes is { Count: > MostRows } many)
            return new Refusal.TooLarge("outcome.too-many", $"{many.Count} outcomes were sent; at most {MostRows} are taken in a request. Send them in several, or as a file: POST /api/v1/outcomes/import.").ToProblem();
        if (request.Outcomes is not null && (request.PredictionId ?? request.Entity ?? request.Value ?? request.ObservedAt) is not null)
            return new Refusal.Invalid("outcome.subject", "The body holds a list of outcomes and an outcome of its own beside it. Put all of them into the list.").ToProblem();

        var now = clock.Micros();
        var rows = (request.Outcomes ?? [request]).Select(told => NewOutcome.Read(told.Deployment is null ? told with { Deployment = request.Deployment } : told, TimeZoneInfo.Utc, now)).ToList();
        var receipts = await intake.Take(caller, key ?? "", rows, cancellation);
        return request.Outcomes is null && receipts[0].Problem is { } refused ? refused.ToProblem() : TypedResults.Ok(ToWire(receipts));
    }

    private static OutcomeReceiptsWire ToWire(Receipt[] receipts)
    {
        var counts = new ReceiptCounts();
        foreach (var receipt in receipts) counts.Add(receipt);
        return new(counts.ToWire(), [.. receipts.Select(receipt => new OutcomeReceiptWire(
            receipt.Status, receipt.PredictionId?.ToString("N"), receipt.Late ? true : null, receipt.Problem?.ToWire()))]);
    }
}
