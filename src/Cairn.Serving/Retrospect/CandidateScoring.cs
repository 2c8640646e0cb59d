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
        private const int Together = 64;

        private readonly bool _same = source.PackageDigest == candidate.Package;
        private readonly InputTranslation _asked = candidate.Translate(InputLayout.Read(source.Inputs), own: source.PackageDigest == candidate.Package);
        private readonly string? _never = source.Positive == candidate.Positive
            ? null
            : $"the probability was that of {source.Positive}, the candidate's is that of {candidate.Positive}";

        public void Score(IEnumerable<LogRecord> records, PredictorRow row, Func<LogRecord, bool?> truth, ShadowTally tally)
        {
            var (scored, width) = (0L, candidate.Features.Count);
            var (asked, vectors, scores) = (new List<LogRecord>(Together), new float[Together * width], new double[Together]);
            foreach (var record in records)
            {
                if (Ask(record, row, vectors.AsSpan(asked.Count * width, width)) is { } unread)
                {
                    if (unread.Sealed) tally.Erased++;
                    else tally.Refuse(unread.ToString(), record.Id);
                    continue;
                }

                asked.Add(record);
                if (asked.Count == Together) Answer();
            }

            Answer();
            tally.Count(source, scored);

            void Answer()
            {
                candidate.Score(vectors.AsSpan(0, asked.Count * width), scores.AsSpan(0, asked.Count));
                for (var i = 0; i < asked.Count; i++)
                {
                    var (record, score) = (asked[i], scores[i]);
                    tally.Comparison.Add(
                        record.Probability, record.Probability >= source.Threshold, score, score >= candidate.Threshold, truth(record), IdSample.KeyOf(record.Id));
                }

                scored += asked.Count;
                asked.Clear();
            }
        }

        /// <summary>Writes the feature vector that the candidate makes of what was asked.</summary>
        private UnreadInput? Ask(LogRecord record, PredictorRow row, Span<float> vector)
        {
            if (_never is not null) return new("", _never);
            if (record.Inputs.Length == 0)
            {
                if (record.IsErased) return new("", "", Sealed: true);
                if (!_same || record.Features.Length != candidate.Features.Count) return new("", "what was asked is not in the log, and the features are not the candidate's");
                record.Features.CopyTo(vector);
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

            row.Features.CopyTo(vector);
            return null;
        }
    }
}
