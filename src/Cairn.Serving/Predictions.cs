using System.Runtime.CompilerServices;
using Cairn.Client.Wire;
using Cairn.Kernel;
using Cairn.Serving.Log;
using Cairn.Serving.Segments;
using Cairn.Storage;

namespace Cairn.Serving;

/// <summary>The log of what was answered: blocks in the database for the last hour, segments for what was before.</summary>
public sealed class Predictions
{
    private const long RowsAtOnce = 20_000;

    private readonly LogDatabase _database;
    private readonly SegmentReader _segments;
    private readonly PredictionLog _log;
    private readonly PersonalData _personal;

    internal Predictions(LogDatabase database, SegmentReader segments, PredictionLog log, PersonalData personal) => (_database, _segments, _log, _personal) = (database, segments, log, personal);

    /// <summary>Why predictions cannot be logged at present; null when they can.</summary>
    public async Task<string?> Problem(CancellationToken cancellation)
    {
        if (_log.Problem is { } problem) return problem;
        try
        {
            await _database.Read(transaction => transaction.Scalar<long>("SELECT count(*) FROM prediction_segments WHERE workspace_id = ''"), cancellation);
            return null;
        }
        catch (StorageException e)
        {
            return e.Message;
        }
    }

    public async Task<Answer<LoggedPredictionWire>> Find(WorkspaceId workspace, string id, CancellationToken cancellation)
    {
        var found = await FindRecord(workspace, id, cancellation);
        return found.Refusal is { } refusal ? refusal : LoggedPrediction.ToWire(found.Value.Record, found.Value.Source, withFeatures: true);
    }

    /// <summary>About how much of the log lies in a stretch of time: no fewer rows than it has, and no more of the stretch than it spans.</summary>
    public async Task<LogSpan> Span(WorkspaceId workspace, string deployment, long fromMs, long toMs, CancellationToken cancellation)
    {
        var span = await _database.Read(transaction => Block.Span(transaction, workspace, deployment, fromMs, toMs), cancellation);
        return span.Rows == 0 ? span : new(span.Rows, Math.Max(fromMs, span.FromMs), Math.Min(toMs, span.ToMs + 1));
    }

    /// <summary>All that a deployment answered in a stretch of time, as it was logged when this was called, in pieces, roughly in the order it was answered.</summary>
    /// <param name="fromMs">Milliseconds, as inside the ids; included.</param>
    /// <param name="toMs">Not included.</param>
    internal async IAsyncEnumerable<IReadOnlyList<LoggedPrediction>> Scan(
        WorkspaceId workspace, string deployment, long fromMs, long toMs, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var plan = await Plan(workspace, deployment, fromMs, toMs, cancellation);
        await foreach (var piece in Read(plan, cancellation)) yield return piece;
    }

    /// <param name="deployment">Null: all.</param>
    internal Task<LogPlan> Plan(WorkspaceId workspace, string? deployment, long fromMs, long toMs, CancellationToken cancellation) =>
        _database.Read(transaction => LogPlan.Of(transaction, workspace, deployment, fromMs, toMs), cancellation);

    /// <summary>With the personal data of those who are not erased.</summary>
    private async ValueTask<IReadOnlyList<LoggedPrediction>> Open(LogPlan plan, IReadOnlyList<LogRecord> records, CancellationToken cancellation)
    {
        if (records.Any(record => record.Sealed.Length > 0))
        {
            var opened = new List<LogRecord>(records.Count);
            foreach (var some in records.GroupBy(record => plan.Sources[record.Source] is var source ? (source.WorkspaceId, source.Deployment) : default))
                opened.AddRange(await _personal.Unseal(some.Key.WorkspaceId, some.Key.Deployment, [.. some], cancellation));
            records = opened;
        }

        return [.. records.Select(record => new LoggedPrediction(record, plan.Sources[record.Source]))];
    }

    internal async IAsyncEnumerable<IReadOnlyList<LoggedPrediction>> Read(LogPlan plan, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await foreach (var piece in _segments.Read(plan.Segments, plan.FromMs, plan.ToMs, cancellation))
        {
            yield return await Open(plan, [.. piece.Select(row => row.Record)], cancellation);
        }

        var moved = new HashSet<long>();
        foreach (var some in BlockSize.InPieces(plan.Blocks, RowsAtOnce))
        {
            var blocks = await _database.Read(transaction => Block.Read(transaction, some), cancellation);
            if (blocks.Count < some.Count) moved.UnionWith(some.Select(block => block.BlockId).Except(blocks.Select(block => block.BlockId)));
            yield return await Open(plan, [.. blocks.SelectMany(block => block.Records(plan.FromMs, plan.ToMs))], cancellation);
        }

        if (moved.Count == 0) yield break;
        var since = await _database.Read(plan.Since, cancellation);
        await foreach (var piece in _segments.Read(since, plan.FromMs, plan.ToMs, cancellation))
        {
            yield return await Open(plan, [.. piece.Where(row => moved.Contains(row.Block)).Select(row => row.Record)], cancellation);
        }
    }

    /// <summary>The record and what answered it.</summary>
    internal async Task<Answer<LoggedPrediction>> FindRecord(WorkspaceId workspace, string id, CancellationToken cancellation)
    {
        if (!Uuid7.TryParse(id, out var guid) || Uuid7.TimeOf(guid) is not { } ms)
            return new Refusal.Invalid("prediction.id-invalid", $"'{id}' is no id of a prediction: 32 hex digits, as in the answer's prediction_id.");

        // One snapshot: what has left the blocks is in one of these segments.
        var (hot, segments) = await _database.Read(transaction => (Block.Find(transaction, workspace, guid, ms), Segment.At(transaction, workspace, ms)), cancellation);
        if ((hot ?? await _segments.Find(segments, guid, cancellation)) is { } found)
        {
            var source = await _database.Read(transaction => LogSource.Find(transaction, workspace, found.Source), cancellation);
            return new LoggedPrediction((await _personal.Unseal(workspace, source!.Deployment, [found], cancellation))[0], source);
        }

        return new Refusal.Missing("prediction.unknown", $"There is no prediction {id} in the log, whose time would be {Time.FromMicros(ms * 1000):yyyy-MM-dd HH:mm:ss} UTC. It was never logged (the deployment samples or does not log), or its time to be kept is over.");
    }
}

/// <summary>A stretch of the log.</summary>
/// <param name="FromMs">Milliseconds, as inside the ids; included.</param>
/// <param name="ToMs">Not included.</param>
public sealed record LogSpan(long Rows, long FromMs, long ToMs);
