using System.Collections.Concurrent;
using Cairn.Learning;
using Cairn.Serving.Log;

namespace Cairn.Serving.Retrospect;

/// <summary>Asks a candidate what was asked of others. Safe for several threads.</summary>
internal sealed class CandidateScoring(Predictor candidate)
{
    private readonly ConcurrentDictionary<long, SourceScoring> _sources = new();
    private readonly ConcurrentBag<PredictorRow> _rows = [];

    /// <param name="truth">Whether a prediction turned out positive; null: not known, or not to be judged yet.</param>
    public ShadowTally Score(IEnumerable<LoggedPrediction> piece, Func<LogRecord, bool?> truth)
    {
        var tally = new ShadowTally();
        var row = _rows.TryTake(out var used) ? used : candidate.NewRow();
        foreach (var bySource in piece.GroupBy(logged => logged.Source.SourceId))
        {
            var first = bySource.First().Source;
            _sources.GetOrAdd(bySource.Key, _ => new(first, candidate)).Score(bySource.Select(logged => logged.Record), row, truth, tally);
        }

        _rows.Add(row);
        return tally;
    }

    private sealed class SourceScoring(LogSourceRow source, Predictor candidate)
    {
        private readonly bool _same = source.PackageDigest == candidate.Package;
        private readonly InputTranslation _asked = candidate.Translate(InputLayout.Read(source.Inputs), own: source.PackageDigest == candidate.Package);
        private readonly string? _never = source.Positive == candidate.Positive
            ? null
            : $"the probability was that of {source.Positive}, the candidate's is that of {candidate.Positive}";

        public void Score(IEnumerable<LogRecord> records, PredictorRow row, Func<LogRecord, bool?> truth, ShadowTally tally)
        {
            var scored = 0L;
            foreach (var record in records)
            {
                if (Ask(record, row, out var score) is { } unread)
                {
                    if (unread.Sealed) tally.Erased++;
                    else tally.Refuse(unread.ToString(), record.Id);
                    continue;
                }

                scored++;
                tally.Comparison.Add(
                    record.Probability, record.Probability >= source.Threshold, score, score >= candidate.Threshold, truth(record), IdSample.KeyOf(record.Id));
            }

            tally.Count(source, scored);
        }

        private UnreadInput? Ask(LogRecord record, PredictorRow row, out double score)
        {
            score = double.NaN;
            if (_never is not null) return new("", _never);
            if (record.Inputs.Length == 0)
            {
                if (record.IsErased) return new("", "", Sealed: true);
                if (!_same || record.Features.Length != candidate.Features.Count) return new("", "what was asked is not in the log, and the features are not the candidate's");
                score = candidate.Score(record.Features);
                return null;
            }

            try
            {
                if (_asked.Read(record.Inputs, row) is { } unread) return unread;
            }
            catch (InvalidDataException)
            {
                return new("", "what was asked was altered in the log and cannot be read");
            }

            score = candidate.Score(row);
            return null;
        }
    }
}
