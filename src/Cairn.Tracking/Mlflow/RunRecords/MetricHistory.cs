using System.Globalization;
using Cairn.Access;
using Cairn.Kernel;
using Cairn.Tracking.Mlflow.Protocol;

namespace Cairn.Tracking.Mlflow.RunRecords;

/// <summary>GET metrics/get-history: the points of a metric by timestamp, step and value; all of them unless a number is asked.</summary>
internal static class MetricHistory
{
    public static void Map(MlflowRoutes routes) => routes.Get("metrics/get-history", Permission.RunsRead, Handle);

    private static async Task Handle(MlflowCall call)
    {
        var request = call.Read(Request.Read);
        var (runId, key) = (request.Run ?? throw MlflowException.Required("run_id"), request.Key ?? throw MlflowException.Required("metric_key"));
        if (runId.Length == 0) throw MlflowException.Required("run_id");
        if (key.Length == 0) throw MlflowException.Required("metric_key");
        if (request.Most is < 1) throw MlflowException.Invalid($"Invalid value {request.Most} for parameter 'max_results' supplied. It must be a positive integer");
        var after = string.IsNullOrEmpty(request.PageToken) ? null : StoredPoint.Read(request.PageToken);

        var most = request.Most ?? long.MaxValue;
        await call.Reply(await call.Query(transaction =>
        {
            var points = new PointsAnswer(key);
            var last = default((long Timestamp, long Step, double Value, long IsNan));
            string? next = null;
            transaction.Each(
                $"""
                SELECT timestamp, step, value, is_nan FROM run_metrics WHERE workspace_id = @workspace AND run_id = @runId AND key = @key
                {(after is null ? "" : "AND (timestamp, step, value, is_nan) > (@Timestamp, @Step, @Value, @IsNan)")}
                ORDER BY timestamp, step, value, is_nan {(request.Most is null ? "" : "LIMIT @rows")}
                """,
                new { workspace = call.Workspace.Value, runId, key, after?.Timestamp, after?.Step, after?.Value, after?.IsNan, rows = most < long.MaxValue ? most + 1 : most },
                row =>
                {
                    if (points.Count == most)
                    {
                        next = new StoredPoint { Timestamp = last.Timestamp, Step = last.Step, Value = last.Value, IsNan = last.IsNan }.Write();
                        return;
                    }

                    last = (row.Whole(0), row.Whole(1), row.Number(2), row.Whole(3));
                    points.Add(last.Value, last.IsNan, last.Timestamp, last.Step);
                });
            return points.End(next);
        }));
    }

    private sealed record Request(string? Run, string? Key, long? Most, string? PageToken)
    {
        public static Request Read(ref ProtoReader reader)
        {
            string? run = null, key = null, token = null;
            long? most = null;
            while (reader.Next())
            {
                if (reader.Is("run_id"u8)) run = reader.Text("run_id") ?? run;
                else if (reader.Is("run_uuid"u8)) run ??= reader.Text("run_uuid");
                else if (reader.Is("metric_key"u8)) key = reader.Text("metric_key");
                else if (reader.Is("max_results"u8)) most = reader.Whole("max_results");
                else if (reader.Is("page_token"u8)) token = reader.Text("page_token");
                else reader.Skip();
            }

            return new(run, key, most, token);
        }
    }
}

/// <summary>A row of <c>run_metrics</c>.</summary>
internal sealed record StoredPoint
{
    public string RunId { get; init; } = "";

    public long Timestamp { get; init; }

    public long Step { get; init; }

    public double Value { get; init; }

    public long IsNan { get; init; }

    /// <summary>As a page token: where the next page goes on.</summary>
    public string Write() => PageToken.Write(string.Create(CultureInfo.InvariantCulture, $"{Timestamp} {Step} {Value:R} {IsNan}"));

    public static StoredPoint Read(string token) =>
        PageToken.Read(token) is { Refusal: null } read && read.Value.Split(' ') is [var timestamp, var step, var value, var isNan]
        && long.TryParse(timestamp, CultureInfo.InvariantCulture, out var t) && long.TryParse(step, CultureInfo.InvariantCulture, out var s)
        && double.TryParse(value, CultureInfo.InvariantCulture, out var v) && long.TryParse(isNan, CultureInfo.InvariantCulture, out var n)
            ? new StoredPoint { Timestamp = t, Step = s, Value = v, IsNan = n }
            : throw MlflowException.Invalid($"Invalid page token '{token}'. Leave it out to start at the first page.");
}
