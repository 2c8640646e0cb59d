using Cairn.Client.Wire;
using Cairn.Data;
using Cairn.Kernel;
using Cairn.Serving.Log;
using Cairn.Serving.Segments;

namespace Cairn.Serving.Queries;

/// <summary>
/// Questions in SQL. What a caller writes runs in a DuckDB of its own, which knows the predictions of one workspace, can open no
/// other file and reach no network, as a part of a SELECT of ours: so it can only be one SELECT.
/// </summary>
internal sealed class LogQuery(Predictions predictions, LogRelation relation, TimeProvider clock) : IDisposable
{
    private const int MostRows = 10_000, DefaultRows = 1_000, LongestSql = 100_000, AtOnce = 2;
    private const long Day = 86_400_000_000;

    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(30);
    private static readonly AnalyticsOptions Limits = new() { Threads = Math.Clamp(Environment.ProcessorCount / 2, 1, 4), MemoryMegabytes = 512, SpillMegabytes = 2048 };

    private readonly SemaphoreSlim _free = new(AtOnce);

    /// <returns>A <see cref="PredictionQueryResult"/> as JSON.</returns>
    public async Task<Answer<byte[]>> Run(WorkspaceId workspace, PredictionQuery query, CancellationToken cancellation)
    {
        if (string.IsNullOrWhiteSpace(query.Sql) || query.Sql.Length > LongestSql)
            return new Refusal.Invalid("prediction.query-invalid", $"sql has {query.Sql?.Length ?? 0} characters; a SELECT of at most {LongestSql} is taken, like SELECT count(*) FROM predictions.");
        var limit = query.Limit ?? DefaultRows;
        if (limit is < 1 or > MostRows) return new Refusal.Invalid("request.limit", $"limit={limit} was asked; 1 to {MostRows} are allowed.");
        var to = query.To ?? clock.Micros() + 1;
        var from = query.From ?? Math.Max(0, to - Day);
        var range = LogRange.Of(from, to, query.Deployment);
        if (range.Refusal is { } refusal) return refusal;

        using var time = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        time.CancelAfter(Longest);
        try
        {
            await _free.WaitAsync(time.Token);
            try
            {
                return await Run(workspace, query, range.Value, new(limit, from, to), time.Token);
            }
            finally
            {
                _free.Release();
            }
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return new Refusal.TooLarge("prediction.query-too-long", $"The question took longer than {Longest.TotalSeconds:0} s and was stopped. Ask for a shorter time (from, to), one deployment, or fewer columns.");
        }
        catch (InvalidDataException e)
        {
            return new Refusal.Invalid("prediction.query-invalid", $"DuckDB does not take the question: {e.Message.TrimEnd('.')}. It has to be one SELECT over predictions; FROM (DESCRIBE predictions) shows its columns.");
        }
        catch (IOException e)
        {
            return new Refusal.TooLarge("prediction.query-too-large", $"The question needs more than the {Limits.MemoryMegabytes} MiB of memory and {Limits.SpillMegabytes} MiB of disk it may take ({e.Message}). Ask for a shorter time (from, to) or one deployment, or group before you sort.");
        }
    }

    public void Dispose() => _free.Dispose();

    private async Task<Answer<byte[]>> Run(WorkspaceId workspace, PredictionQuery query, LogRange range, QueryAnswer answer, CancellationToken cancellation)
    {
        var plan = await predictions.Plan(workspace, query.Deployment, range.FromMs, range.ToMs, cancellation);
        if (LogRelation.TooLarge(plan) is { } refusal) return refusal;
        return await relation.Run(
            plan,
            (job, rows, sources) =>
            {
                job.Execute($"CREATE VIEW predictions AS SELECT * REPLACE (map({SegmentColumns.FeatureNames(sources)}, features) AS features) FROM ({rows})");
                return Task.FromResult(answer.Read(job, query.Sql.TrimEnd(' ', '\t', '\r', '\n', ';')));
            },
            cancellation,
            Limits);
    }
}
