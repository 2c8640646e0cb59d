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

namespace Cairn.Tracking.RunRecords;

/// <summary>GET /api/v1/runs/{run}/metrics/{key}: every point, by timestamp, step and value.</summary>
internal static class GetMetricHistory
{
    private const int MostPoints = 25_000;

    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapGet("/api/v1/runs/{run}/metrics/{**key}", Handle)
        .Requires(Permission.RunsRead)
        .WithName(nameof(GetMetricHistory)).WithSummary("All points of a metric of a run, in order of timestamp, step and value; sample=500: so many of them, evenly spread").WithTags("Runs")
        .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status404NotFound);

    private static async Task<Results<Ok<Page<MetricPoint>>, ProblemHttpResult>> Handle(
        string run, string key, Caller caller, Database database, int? limit, string? page_token, int? sample, CancellationToken cancellation)
    {
        var size = PageSize.Of(limit, unlessSaid: 1000, most: MostPoints);
        if (size.Refusal is { } badSize) return badSize.ToProblem();
        if (sample is < 2 or > MostPoints || (sample is not null && (limit ?? 0) + (page_token?.Length ?? 0) > 0))
            return new Refusal.Invalid("run.sample-invalid", $"sample={sample} cannot be followed. It is from 2 to {MostPoints} points, which come in one answer: without limit and page_token.").ToProblem();

        Point? after = null;
        if (page_token is not null)
        {
            var token = PageToken.Read(page_token);
            if (token.Refusal is { } badToken) return badToken.ToProblem();
            after = Point.Read(token.Value);
            if (after is null) return PageToken.OfAnotherList(page_token).ToProblem();
        }

        var page = await database.Read<Answer<Page<MetricPoint>>>(
            transaction =>
            {
                var found = RunTable.RequireByPrefix(transaction, caller.Workspace, run);
                if (found.Refusal is { } unknown) return unknown;

                var rows = sample is { } most ? Sample(transaction, caller.Workspace, found.Value, key, most) : transaction.Query<Point>(
                    $"""
                    SELECT timestamp, step, value, is_nan FROM run_metrics WHERE workspace_id = @workspace AND run_id = @RunId AND key = @key
                    {(after is null ? "" : "AND (timestamp, step, value, is_nan) > (@Timestamp, @Step, @Value, @IsNan)")}
                    ORDER BY timestamp, step, value, is_nan LIMIT @rows
                    """,
                    new { workspace = caller.Workspace.Value, found.Value.RunId, key, after?.Timestamp, after?.Step, after?.Value, after?.IsNan, rows = size.Value + 1 });
                if (rows.Count == 0 && after is null) return Unknown(transaction, caller.Workspace, found.Value, key);

                var shown = sample is null ? rows.Take(size.Value).ToList() : rows;
                return new Page<MetricPoint>(
                    [.. shown.Select(row => new MetricPoint(key, row.IsNan != 0 ? double.NaN : row.Value, row.Step, row.Timestamp))],
                    rows.Count > shown.Count ? PageToken.Write(shown[^1].Write()) : null);
            },
            cancellation);
        return page.ToOk();
    }

    /// <summary>One walk along the history, which keeps as many points as asked: the first of each of so many stretches of equal length, and the last.</summary>
    private static IReadOnlyList<Point> Sample(ReadTransaction transaction, WorkspaceId workspace, Run run, string key, int most) => transaction.Query<Point>(
        """
        SELECT timestamp, step, value, is_nan FROM (
            SELECT timestamp, step, value, is_nan, ROW_NUMBER() OVER (ORDER BY timestamp, step, value, is_nan) - 1 AS place, COUNT(*) OVER () AS points
            FROM run_metrics WHERE workspace_id = @workspace AND run_id = @RunId AND key = @key) history
        WHERE points <= @most OR place = 0 OR place = points - 1 OR place * (@most - 1) / points <> (place - 1) * (@most - 1) / points
        ORDER BY timestamp, step, value, is_nan
        """,
        new { workspace = workspace.Value, run.RunId, key, most = (long)most });

    private static Refusal.Missing Unknown(ReadTransaction transaction, WorkspaceId workspace, Run run, string key)
    {
        var known = transaction.Query<string>(
            "SELECT key FROM run_latest_metrics WHERE workspace_id = @workspace AND run_id = @RunId ORDER BY key LIMIT 20", new { workspace = workspace.Value, run.RunId });
        return new("run.metric-unknown", $"The run '{run.Name}' has no metric '{key}'. {(known.Count == 0 ? "It has none." : $"It has: {string.Join(", ", known)}.")}");
    }

    private sealed record Point
    {
        public long Timestamp { get; init; }

        public long Step { get; init; }

        public double Value { get; init; }

        public long IsNan { get; init; }

        public string Write() => string.Create(CultureInfo.InvariantCulture, $"{Timestamp} {Step} {Value:R} {IsNan}");

        public static Point? Read(string text) =>
            text.Split(' ') is [var timestamp, var step, var value, var isNan]
            && long.TryParse(timestamp, CultureInfo.InvariantCulture, out var t) && long.TryParse(step, CultureInfo.InvariantCulture, out var s)
            && double.TryParse(value, CultureInfo.InvariantCulture, out var v) && long.TryParse(isNan, CultureInfo.InvariantCulture, out var n)
                ? new Point { Timestamp = t, Step = s, Value = v, IsNan = n }
                : null;
    }
}
