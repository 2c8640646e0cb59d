using Cairn.Learning.Statistics;

namespace Cairn.Learning.Judging;

/// <summary>From which probability on the answer is yes.</summary>
internal readonly record struct ThresholdChoice(double Threshold, string Reason)
{
    /// <value>Below this share of the rarer class, 0.5 would hardly ever say yes (or no).</value>
    public const double RareShare = 0.2;

    /// <summary>
    /// With costs: where out-of-fold decisions cost least. Without: 0.5, where both kinds of error count the same; when one class
    /// is rare, where out-of-fold decisions agree best with the truth (Matthews correlation, fair to both classes).
    /// </summary>
    public static ThresholdChoice Of(ReadOnlySpan<float> labels, ReadOnlySpan<double> outOfFold, Costs? costs)
    {
        var points = new Ranking(labels, outOfFold).Points();
        var (positives, negatives) = (points[^1].Positives, points[^1].Negatives);
        if (costs is not null)
        {
            var (threshold, cost) = Best(points, c => -c.CostPerRow(costs));
            return new(threshold,
                $"{threshold:0.000}: out of fold, decisions cost least there, {-cost:0.##} per row (a missed positive costs {costs.FalseNegative:0.##}, a false alarm {costs.FalsePositive:0.##}); "
                + $"always no would cost {positives * costs.FalseNegative / labels.Length:0.##}, always yes {negatives * costs.FalsePositive / labels.Length:0.##}");
        }

        var rare = Math.Min(positives, negatives) / labels.Length;
        if (rare >= RareShare) return new(0.5, "0.5: no costs are given, so both kinds of error count the same");

        var (best, mcc) = Best(points, c => c.Mcc);
        return new(best, $"{best:0.000}: no costs are given and the rarer class has {rare:P1} of the rows; out of fold, decisions agree best with the truth there (mcc {mcc:0.000})");
    }

    /// <summary>Halfway between the scores it separates; of equal ones the highest. Above all scores: never yes.</summary>
    private static (double Threshold, double Value) Best(RankedPoint[] points, Func<Confusion, double> value)
    {
        var all = points[^1];
        var (threshold, best) = (Math.BitIncrement(points[0].Score), value(new(0, 0, all.Positives, all.Negatives)));
        for (var i = 0; i < points.Length; i++)
        {
            var at = value(new(points[i].Positives, points[i].Negatives, all.Positives - points[i].Positives, all.Negatives - points[i].Negatives));
            if (at <= best) continue;
            (threshold, best) = (i + 1 < points.Length ? (points[i].Score + points[i + 1].Score) / 2 : 0, at);
        }

        return (threshold, best);
    }
}
