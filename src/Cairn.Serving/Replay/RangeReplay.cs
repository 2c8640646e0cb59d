using System.Collections.Concurrent;
using Cairn.Client.Wire;
using Cairn.Kernel;
using Cairn.Learning;
using Cairn.Serving.Log;
using Cairn.Serving.Retrospect;

namespace Cairn.Serving.Replay;

/// <summary>Replays a stretch of the log.</summary>
internal sealed class RangeReplay(Predictions predictions, StoredModels models, WorkspaceId workspace, string deployment)
{
    private readonly ConcurrentDictionary<long, Lazy<Task<SourceReplay>>> _sources = new();

    /// <param name="share">Of the records, chosen by their ids.</param>
    /// <param name="progress">Records seen.</param>
    public async Task<ReplayTally> Run(long fromMs, long toMs, double share, Action<long>? progress, CancellationToken cancellation)
    {
        var all = new ReplayTally();
        await Pieces.Of(predictions.Scan(workspace, deployment, fromMs, toMs, cancellation), (piece, stop) => Piece(piece, share, stop), Add, cancellation);
        return all;

        void Add(ReplayTally tally)
        {
            all.Add(tally);
            progress?.Invoke(all.Seen);
        }
    }

    private async ValueTask<ReplayTally> Piece(IReadOnlyList<LoggedPrediction> piece, double share, CancellationToken cancellation)
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
