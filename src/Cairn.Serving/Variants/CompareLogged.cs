using Cairn.Access;
using Cairn.Client.Wire;
using Cairn.Kernel;
using Cairn.Serving.Live;
using Cairn.Serving.Log;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace Cairn.Serving.Variants;

/// <summary>GET /api/v1/deployments/{name}/variants/logged: the same numbers over a stretch of the log, whoever answered then and whichever process it was.</summary>
internal static class CompareLogged
{
    private const long MostRows = 5_000_000, RowsOfPiece = 50_000, Day = 24 * 3600 * 1000, ShortestPiece = 1000;

    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapGet("/api/v1/deployments/{name}/variants/logged", Handle)
        .WithName(nameof(CompareLogged)).WithSummary("Compare what the variants of a deployment answered in a stretch of the log: from, to in microseconds UTC (default: the last day)").WithTags("Serving")
        .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status413PayloadTooLarge)
        .Requires(Permission.PredictionsRead);

    private static async Task<Results<Ok<LoggedVariantsWire>, ProblemHttpResult>> Handle(
        string name, Caller caller, LiveDeployments live, Predictions predictions, TimeProvider clock, CancellationToken cancellation, long? from = null, long? to = null)
    {
        if (live.Find(caller.Workspace, name).Refusal is { } unknown) return unknown.ToProblem();

        var toMs = to is { } end ? Milliseconds(end) : (clock.Micros() / 1000) + 1;
        var fromMs = from is { } start ? Milliseconds(start) : toMs - Day;
        if (fromMs >= toMs || fromMs < 0)
            return new Refusal.Invalid("request.range", $"from={from} and to={to} leave nothing between them. Both are microseconds since 1970, UTC; from is the earlier one.").ToProblem();
        var span = await predictions.Span(caller.Workspace, name, fromMs, toMs, cancellation);
        if (span.Rows > MostRows)
            return new Refusal.TooLarge("variant.too-many-rows", $"About {span.Rows:N0} rows lie in that stretch; up to {MostRows:N0} are compared at once. Ask for a shorter one.").ToProblem();

        var sums = new LoggedVariants();
        // What is scored under one id has one time, so a piece of time has all of it.
        var length = Math.Max(ShortestPiece, (span.ToMs - span.FromMs) * RowsOfPiece / Math.Max(1, span.Rows));
        for (var at = span.FromMs; span.Rows > 0 && at < span.ToMs; at += length)
        {
            var piece = new List<LoggedPrediction>();
            await foreach (var some in predictions.Scan(caller.Workspace, name, at, Math.Min(at + length, span.ToMs), cancellation)) piece.AddRange(some);
            sums.Add(piece);
        }

        return TypedResults.Ok(sums.ToWire(name, fromMs, toMs));
    }

    private static long Milliseconds(long micros) => (micros + 999) / 1000;
}
