using System.Runtime.CompilerServices;
using Cairn.Client.Wire;
using Cairn.Kernel;
using Cairn.Serving.Log;
using Cairn.Storage;

namespace Cairn.Serving;

/// <summary>The log of what was answered.</summary>
public sealed class Predictions
{
    private readonly LogDatabase _database;
    private readonly PredictionLog _log;
    private readonly PersonalData _personal;

    internal Predictions(LogDatabase database, PredictionLog log, PersonalData personal) => (_database, _log, _personal) = (database, log, personal);

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

    /// <summary>All that a deployment answered in a stretch of time, in pieces, roughly in the order it was answered.</summary>
    /// <param name="fromMs">Milliseconds, as inside the ids; included.</param>
    /// <param name="toMs">Not included.</param>
    internal async IAsyncEnumerable<IReadOnlyList<LoggedPrediction>> Scan(
        WorkspaceId workspace, string deployment, long fromMs, long toMs, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var sources = (await _database.Read(transaction => LogSource.Of(transaction, workspace, deployment), cancellation)).ToDictionary(source => source.SourceId);
        var after = 0L;
        while (true)
        {
            var blocks = await _database.Read(transaction => Block.Next(transaction, workspace, deployment, fromMs, toMs, after), cancellation);
            if (blocks.Count == 0) yield break;
            after = blocks[^1].BlockId;

            var missing = blocks.SelectMany(Block.SourcesOf).Any(id => !sources.ContainsKey(id)); // a version that came to serve meanwhile
            if (missing) sources = (await _database.Read(transaction => LogSource.Of(transaction, workspace, deployment), cancellation)).ToDictionary(source => source.SourceId);
            var records = await _personal.Unseal(workspace, deployment, [.. blocks.SelectMany(block => block.Records(fromMs, toMs))], cancellation);
            yield return [.. records.Select(record => new LoggedPrediction(record, sources[record.Source]))];
        }
    }

    /// <summary>The record and what answered it.</summary>
    internal async Task<Answer<LoggedPrediction>> FindRecord(WorkspaceId workspace, string id, CancellationToken cancellation)
    {
        if (!Uuid7.TryParse(id, out var guid) || Uuid7.TimeOf(guid) is not { } ms)
            return new Refusal.Invalid("prediction.id-invalid", $"'{id}' is no id of a prediction: 32 hex digits, as in the answer's prediction_id.");

        var found = await _database.Read(
            transaction => Block.Find(transaction, workspace, guid, ms) is { } record ? new LoggedPrediction(record, LogSource.Find(transaction, workspace, record.Source)!) : null, cancellation);
        if (found is not null) return found with { Record = (await _personal.Unseal(workspace, found.Source.Deployment, [found.Record], cancellation))[0] };
        return new Refusal.Missing("prediction.unknown", $"There is no prediction {id} in the log, whose time would be {Time.FromMicros(ms * 1000):yyyy-MM-dd HH:mm:ss} UTC. It was never logged (the deployment samples or does not log), or its time to be kept is over.");
    }
}

/// <summary>A stretch of the log.</summary>
/// <param name="FromMs">Milliseconds, as inside the ids; included.</param>
/// <param name="ToMs">Not included.</param>
public sealed record LogSpan(long Rows, long FromMs, long ToMs);
