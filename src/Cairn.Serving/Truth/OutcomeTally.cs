using Cairn.Client.Wire;
using Cairn.Learning;
using Cairn.Serving.Log;

namespace Cairn.Serving.Truth;

/// <summary>Counts predictions against their outcomes and keeps the scores of those that may be judged.</summary>
internal sealed class OutcomeTally(OutcomeWindow window, long nowMs)
{
    private readonly List<float> _labels = [];
    private readonly List<double> _scores = [];
    private readonly List<bool> _decisions = [];
    private long _predictions, _known, _positive, _assumed, _open, _unknown, _late, _contradicted, _matured;

    /// <param name="outcome">Null: nothing was told about it.</param>
    public void Add(in LogKey key, double threshold, PredictionOutcome? outcome)
    {
        var label = window.LabelOf(key.Milliseconds, outcome, nowMs);
        _predictions++;
        switch (label.State)
        {
            case LabelState.Known: _known++; break;
            case LabelState.AssumedNegative: _assumed++; break;
            case LabelState.Open: _open++; break;
            default: _unknown++; break;
        }

        if (label.Positive is true) _positive++;
        if (label.Closed || label.State == LabelState.Known) _matured++;
        if (outcome is { } told)
        {
            if (window.IsLate(key.Milliseconds, told.ObservedAt)) _late++;
            if (told.Contradicted) _contradicted++;
        }

        if (!window.MayBeJudged(label)) return;
        _labels.Add(label.Positive is true ? 1 : 0);
        _scores.Add(key.Probability);
        _decisions.Add(key.Probability >= threshold);
    }

    /// <value>Rows whose scores are kept.</value>
    public int Judged => _labels.Count;

    /// <summary>Where nothing more is added: gives back room that was kept for it.</summary>
    public void Trim()
    {
        _labels.TrimExcess();
        _scores.TrimExcess();
        _decisions.TrimExcess();
    }

    /// <returns>Where there is one part, that one.</returns>
    public static OutcomeTally Sum(OutcomeWindow window, long nowMs, IEnumerable<OutcomeTally> parts)
    {
        var all = parts.ToList();
        if (all.Count == 1) return all[0];
        var sum = new OutcomeTally(window, nowMs);
        foreach (var part in all)
        {
            sum._labels.AddRange(part._labels);
            sum._scores.AddRange(part._scores);
            sum._decisions.AddRange(part._decisions);
            sum._predictions += part._predictions;
            sum._known += part._known;
            sum._positive += part._positive;
            sum._assumed += part._assumed;
            sum._open += part._open;
            sum._unknown += part._unknown;
            sum._late += part._late;
            sum._contradicted += part._contradicted;
            sum._matured += part._matured;
        }

        return sum;
    }

    public OutcomeCountsWire Counts => new(
        _predictions, _known, _assumed, _open, _unknown, _late, _contradicted, _predictions == 0 ? null : (double)_matured / _predictions,
        _known + _assumed == 0 ? null : (double)_positive / (_known + _assumed));

    /// <value>Asked for when all is added. Null: no prediction can be judged yet.</value>
    public RealisedWire? Performance => field ??= Judge();

    private RealisedWire? Judge()
    {
        if (_labels.Count == 0) return null;
        var realised = RealisedPerformance.Of([.. _labels], [.. _scores], [.. _decisions]);
        return new(
            realised.Rows, realised.TruePositives + realised.FalseNegatives, realised.TruePositives, realised.FalsePositives, realised.FalseNegatives, realised.TrueNegatives,
            realised.Metrics.ToDictionary(metric => metric.Key, metric => new EstimateWire(metric.Value.Value, metric.Value.Interval?.Low, metric.Value.Interval?.High), StringComparer.Ordinal));
    }
}
