using Cairn.Client.Wire;
using Cairn.Learning.Statistics;

namespace Cairn.Learning.Slicing;

/// <summary>Metrics of a slice beside those of the rest of the test split. Nothing is drawn: same rows, same numbers.</summary>
internal sealed class SliceJudge
{
    /// <value>A slice of fewer rows is not judged.</value>
    public const int FewestRows = 30;

    /// <value>Of each class, in the slice and in the rest: fewer say nothing about a ranking or a loss.</value>
    public const int FewestOfAClass = 10;

    /// <value>In the order they are offered.</value>
    public static IReadOnlyList<string> Metrics { get; } = ["roc_auc", "calibration_gap", "log_loss", "brier", "cost_per_row", "precision", "recall", "pr_auc"];

    private readonly int[] _order;
    private readonly int[] _ends;
    private readonly ScoredRow[] _rows;
    private readonly SliceSums _all = new();
    private readonly SubsetRanking _ranking;
    private readonly bool _hasCosts;

    public SliceJudge(float[] labels, double[] scores, double threshold, Costs? costs)
    {
        _hasCosts = costs is not null;
        var keys = Array.ConvertAll(scores, score => -score);
        _order = [.. Enumerable.Range(0, keys.Length)];
        Array.Sort(keys, _order);
        _ends = [.. Enumerable.Range(1, keys.Length).Where(end => end == keys.Length || keys[end] != keys[end - 1])];
        _rows = Array.ConvertAll(_order, row => Of(labels[row], scores[row], threshold, costs));
        foreach (ref readonly var row in _rows.AsSpan()) _all.Add(row);
        _ranking = Rank(new int[_rows.Length], 0).Inside;
    }

    /// <summary>By the rules of the cut: rows and metrics. Verdicts come when all slices are known.</summary>
    public IReadOnlyList<JudgedSlice> Judge(FeatureCut cut)
    {
        var parts = Array.ConvertAll(_order, row => cut.Part[row]);
        var sums = Enumerable.Range(0, cut.Rules.Count).Select(_ => new SliceSums()).ToArray();
        for (var i = 0; i < parts.Length; i++) sums[parts[i]].Add(_rows[i]);
        return [.. cut.Rules.Select((rule, part) => Judge(cut.Feature, rule, parts, part, sums[part]))];
    }

    private JudgedSlice Judge(string feature, SliceRule rule, int[] parts, int part, SliceSums inside)
    {
        var outside = _all.Without(inside);
        return new(
            feature, rule, (long)inside.Rows, (long)inside.Positives, inside.Predicted / inside.Rows,
            inside.Rows < FewestRows
                ? Metrics.Where(Asked).ToDictionary(metric => metric, _ => TooFew($"{inside.Rows:N0} rows; at least {FewestRows} are needed"), StringComparer.Ordinal)
                : Judge(parts, part, inside, outside));
    }

    private bool Asked(string metric) => metric != "cost_per_row" || _hasCosts;

    private Dictionary<string, SliceMetricWire> Judge(int[] parts, int part, SliceSums inside, SliceSums outside)
    {
        var metrics = new Dictionary<string, SliceMetricWire>(StringComparer.Ordinal) { ["calibration_gap"] = Gap(inside, outside) };
        metrics["precision"] = Share(inside.TruePositives, inside.TruePositives + inside.FalsePositives, outside.TruePositives, outside.TruePositives + outside.FalsePositives, "flagged rows");
        metrics["recall"] = Share(inside.TruePositives, inside.Positives, outside.TruePositives, outside.Positives, "positives");
        if ((TooFewOfAClass(inside, "") ?? TooFewOfAClass(outside, "the rest has ")) is { } few)
        {
            foreach (var metric in Metrics.Where(Asked)) metrics.TryAdd(metric, few);
            return metrics;
        }

        var (ranked, rest) = Rank(parts, part);
        metrics["roc_auc"] = Compared(ranked.RocAucAmong(_ranking), rest.RocAucAmong(_ranking), 0, 1);
        metrics["log_loss"] = Compared(inside.LogLoss(_all), outside.LogLoss(_all), 0);
        metrics["brier"] = Compared(inside.Brier(_all), outside.Brier(_all), 0, 1);
        if (_hasCosts) metrics["cost_per_row"] = Compared(inside.Cost(_all), outside.Cost(_all));
        var interval = ranked.AveragePrecisionInterval();
        metrics["pr_auc"] = new(ranked.AveragePrecision, interval?.Low, interval?.High, rest.AveragePrecision, Verdict: "not_compared");
        return metrics;
    }

    private (SubsetRanking Inside, SubsetRanking Outside) Rank(int[] parts, int part)
    {
        var (slice, rest) = (new SubsetRanking(), new SubsetRanking());
        var at = 0;
        foreach (var end in _ends)
        {
            int positives = 0, negatives = 0, restPositives = 0, restNegatives = 0;
            for (; at < end; at++)
            {
                if (parts[at] == part)
                {
                    if (_rows[at].Positive) positives++;
                    else negatives++;
                }
                else if (_rows[at].Positive) restPositives++;
                else restNegatives++;
            }

            if (positives + negatives > 0) slice.Add(positives, negatives);
            if (restPositives + restNegatives > 0) rest.Add(restPositives, restNegatives);
        }

        return (slice, rest);
    }

    /// <summary>Sure of what it says where as many are expected as the normal distribution needs; a share that never occurred says something too.</summary>
    private static SliceMetricWire Gap(SliceSums inside, SliceSums outside)
    {
        foreach (var (sums, whose) in ((SliceSums, string)[])[(inside, ""), (outside, "the rest has ")])
        {
            var expected = Math.Min(sums.Predicted, sums.Rows - sums.Predicted);
            if (!(expected >= Proportions.FewestExpected)) return TooFew($"{whose}{expected:0.#} expected of the rarer class; at least {Proportions.FewestExpected:0} are needed");
        }

        return Compared(inside.CalibrationGap, outside.CalibrationGap, -1, 1);
    }

    private static SliceMetricWire Share(double count, double of, double restCount, double restOf, string what)
    {
        if (of < FewestOfAClass) return TooFew($"{of:N0} {what}; at least {FewestOfAClass} are needed");
        if (restOf < FewestOfAClass) return TooFew($"the rest has {restOf:N0} {what}; at least {FewestOfAClass} are needed");
        var (own, difference) = (Proportions.Wilson(count, of), Proportions.Difference(count, of, restCount, restOf));
        return new(count / of, own.Low, own.High, restCount / restOf, count / of - restCount / restOf, difference.Low, difference.High, Proportions.Same(count, of, restCount, restOf));
    }

    private static SliceMetricWire Compared(Sampled slice, Sampled rest, double least = double.NegativeInfinity, double most = double.PositiveInfinity)
    {
        var (own, difference) = (slice.Interval(), slice.Minus(rest));
        var between = difference.Interval();
        return new(
            slice.Value, own is { } o ? Math.Max(least, o.Low) : null, own is { } w ? Math.Min(most, w.High) : null, rest.Value, difference.Value, between?.Low, between?.High, difference.P);
    }

    private static SliceMetricWire? TooFewOfAClass(SliceSums sums, string whose) =>
        sums.Positives < FewestOfAClass ? TooFew($"{whose}{sums.Positives:N0} positives; at least {FewestOfAClass} are needed")
        : sums.Negatives < FewestOfAClass ? TooFew($"{whose}{sums.Negatives:N0} negatives; at least {FewestOfAClass} are needed")
        : null;

    private static SliceMetricWire TooFew(string why) => new(Verdict: "too_few", Why: why);

    private static ScoredRow Of(float label, double score, double threshold, Costs? costs)
    {
        var (positive, flagged) = (label > 0.5f, score >= threshold);
        var cost = (positive, flagged) switch { (true, false) => costs?.FalseNegative ?? 0, (false, true) => costs?.FalsePositive ?? 0, _ => 0 };
        return new(score, positive, flagged, Probabilities.RowLogLoss(label, score), (score - label) * (score - label), cost);
    }
}

/// <param name="Predicted">Mean probability.</param>
internal sealed record JudgedSlice(string Feature, SliceRule Rule, long Rows, long Positives, double Predicted, IReadOnlyDictionary<string, SliceMetricWire> Metrics);
