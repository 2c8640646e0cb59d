using Cairn.Access;
using Cairn.Kernel;
using Cairn.Storage;
using Cairn.Tracking.Mlflow.Protocol;

namespace Cairn.Tracking.Mlflow.RunRecords;

/// <summary>GET metrics/get-history-bulk and metrics/get-history-bulk-interval: one metric of many runs, whole or at steps evenly spread.</summary>
internal static class MetricHistories
{
    private const int MostRuns = 100, MostPoints = 25_000, MostOfInterval = 2500, UsualOfInterval = 320;

    public static void Map(MlflowRoutes routes)
    {
        routes.Get("metrics/get-history-bulk", Permission.RunsRead, Bulk);
        routes.Get("metrics/get-history-bulk-interval", Permission.RunsRead, Interval);
    }

    private static async Task Bulk(MlflowCall call)
    {
        var request = call.Read(Request.Read);
        if (request.Runs.Count == 0) throw MlflowException.Invalid("GetMetricHistoryBulk request must specify at least one run_id.");
        if (request.Runs.Count > MostRuns) throw MlflowException.Invalid($"GetMetricHistoryBulk request cannot specify more than {MostRuns} run_ids. Received {request.Runs.Count} run_ids.");
        if (request.Key is null) throw MlflowException.Invalid("GetMetricHistoryBulk request must specify a metric_key.");
        var most = Math.Clamp(request.Most ?? MostPoints, 1, MostPoints);
        await call.Reply(await call.Query(transaction =>
        {
            var points = new PointsAnswer(request.Key);
            transaction.Each(
                $"""
                SELECT run_id, timestamp, step, value, is_nan FROM run_metrics WHERE workspace_id = @workspace AND run_id {transaction.Among("runs")} AND key = @key
                ORDER BY run_id, timestamp, step, value, is_nan LIMIT @most
                """,
                new { workspace = call.Workspace.Value, runs = transaction.Texts(request.Runs), key = request.Key, most },
                row => points.Add(row.Number(3), row.Whole(4), row.Whole(1), row.Whole(2), row.Text(0)));
            return points.End();
        }));
    }

    private static async Task Interval(MlflowCall call)
    {
        var request = call.Read(Request.Read);
        if (request.Runs.Count == 0) throw MlflowException.Required("run_ids");
        if (request.Runs.Count > MostRuns) throw MlflowException.Invalid($"GetMetricHistoryBulkInterval request must specify at most {MostRuns} run_ids. Received {request.Runs.Count} run_ids.");
        if (string.IsNullOrEmpty(request.Key)) throw MlflowException.Required("metric_key");
        if (request.Start is null != request.End is null) throw MlflowException.Invalid("If either start step or end step are specified, both must be specified.");
        if (request.Start > request.End) throw MlflowException.Invalid($"end_step must be greater than start_step. Found start_step={request.Start} and end_step={request.End}.");
        var most = request.Most ?? UsualOfInterval;
        if (most is < 1 or > MostOfInterval) throw MlflowException.Invalid($"max_results must be between 1 and {MostOfInterval}. See the API docs for more information about request parameters.");

        await call.Reply(await call.Query(transaction =>
        {
            var points = new PointsAnswer(request.Key);
            var steps = Steps(transaction, call.Workspace, request, (int)most);
            foreach (var point in request.Runs.SelectMany(run => transaction.Query<StoredPoint>(
                """
                SELECT run_id, timestamp, step, value, is_nan FROM run_metrics WHERE workspace_id = @workspace AND run_id = @run AND key = @key AND step >= @first AND step <= @last
                ORDER BY step, timestamp, value, is_nan
                """,
                new { workspace = call.Workspace.Value, run, key = request.Key, first = steps.Count == 0 ? 1 : steps.Min, last = steps.Count == 0 ? 0 : steps.Max })
                .Where(point => steps.Contains(point.Step)).Take(MostOfInterval)))
            {
                points.Add(point.Value, point.IsNan, point.Timestamp, point.Step, point.RunId);
            }

            return points.End();
        }));
    }

    /// <summary>Of the steps that the runs together have, as many as asked, evenly spread, with the last; and the first and the last of each run.</summary>
    private static SortedSet<long> Steps(ReadTransaction transaction, WorkspaceId workspace, Request request, int most)
    {
        var (all, ends) = (new SortedSet<long>(), new SortedSet<long>());
        foreach (var run in request.Runs.Distinct(StringComparer.Ordinal))
        {
            var own = transaction.Query<long>(
                "SELECT DISTINCT step FROM run_metrics WHERE workspace_id = @workspace AND run_id = @run AND key = @key AND step >= @first AND step <= @last ORDER BY step",
                new { workspace = workspace.Value, run, key = request.Key, first = request.Start ?? long.MinValue, last = request.End ?? long.MaxValue });
            if (own.Count == 0) continue;
            all.UnionWith(own);
            ends.Add(own[0]);
            ends.Add(own[^1]);
        }

        var steps = all.ToArray();
        if (steps.Length <= most) return all;
        for (var at = 0; at < most; at++) ends.Add(steps[(int)((long)at * steps.Length / most)]);
        ends.Add(steps[^1]);
        return ends;
    }

    private sealed record Request(IReadOnlyList<string> Runs, string? Key, long? Start, long? End, long? Most)
    {
        public static Request Read(ref ProtoReader reader)
        {
            IReadOnlyList<string> runs = [];
            string? key = null;
            long? start = null, end = null, most = null;
            while (reader.Next())
            {
                if (reader.Is("run_ids"u8) || reader.Is("run_id"u8)) runs = reader.Texts("run_ids");
                else if (reader.Is("metric_key"u8)) key = reader.Text("metric_key");
                else if (reader.Is("start_step"u8)) start = reader.Whole("start_step");
                else if (reader.Is("end_step"u8)) end = reader.Whole("end_step");
                else if (reader.Is("max_results"u8)) most = reader.Whole("max_results");
                else reader.Skip();
            }

            return new(runs, key, start, end, most);
        }
    }
}
