using System.Collections.Concurrent;
using Cairn.Client.Wire;
using Cairn.Kernel;
using Cairn.Learning;
using Cairn.Serving.Log;

namespace Cairn.Serving.Replay;

/// <summary>Replays a stretch of the log on all cores, a piece at a time: the memory it takes does not depend on how long the stretch is.</summary>
internal sealed class RangeReplay(Predictions predictions, StoredModels models, WorkspaceId workspace, string deployment)
{
    private readonly ConcurrentDictionary<long, Lazy<Task<SourceReplay>>> _sources = new();

    /// <param name="share">Of the records, chosen by their ids.</param>
    /// <param name="progress">Records seen, from any thread, in no order.</param>
    public async Task<ReplayTally> Run(long fromMs, long toMs, double share, Action<long>? progress, CancellationToken cancellation)
    {
        var all = new ReplayTally();
        var seen = 0L;
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount, CancellationToken = cancellation };
        await Parallel.ForEachAsync(predictions.Scan(workspace, deployment, fromMs, toMs, cancellation), parallel, async (piece, stop) =>
        {
            var tally = await Piece(piece, share, stop);
            lock (all) all.Add(tally);
            progress?.Invoke(Interlocked.Add(ref seen, piece.Count));
        });
        return all;
    }

    private async Task<ReplayTally> Piece(IReadOnlyList<LoggedPrediction> piece, double share, CancellationToken cancellation)
    {
        var tally = new ReplayTally { Seen = piece.Count };
        foreach (var bySource in piece.Where(logged => IdSample.Has(logged.Record.Id, share)).GroupBy(logged => logged.Source.SourceId))
        {
            cancellation.ThrowIfCancellationRequested();
            var row = bySource.First().Source;
            var source = await _sources.GetOrAdd(bySource.Key, _ => new(() => Open(row, cancellation))).Value;
            source.Run(bySource, tally);
        }

        return tally;
    }

    private async Task<SourceReplay> Open(LogSourceRow source, CancellationToken cancellation) => new(source, await models.Open(source, cancellation));

    /// <summary>What answered, opened once, with buffers for each thread that is at it.</summary>
    private sealed class SourceReplay(LogSourceRow source, Answer<Predictor> opened)
    {
        private readonly ConcurrentBag<Recomputation> _free = [];
        private readonly Recomputed? _none = opened.Refusal is { } refusal ? Recomputed.Not(refusal) : null;

        public void Run(IEnumerable<LoggedPrediction> records, ReplayTally tally)
        {
            var recomputation = _none is null ? (_free.TryTake(out var used) ? used : new(source, opened.Value)) : null;
            var counts = tally.CountsOf(source);
            foreach (var (record, _) in records)
            {
                var recomputed = recomputation?.Run(record) ?? _none!;
                counts[recomputed.Result] = counts.GetValueOrDefault(recomputed.Result) + 1;
                if (recomputed.Result is not (ReplayWire.IsSame or ReplayWire.Erased))
                    tally.Note(new(record.Id.ToString("N"), recomputed.Result, source.Model, source.Version, recomputed.Detail));
            }

            if (recomputation is not null) _free.Add(recomputation);
        }
    }
}
