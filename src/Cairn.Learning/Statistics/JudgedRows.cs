using Cairn.Client.Wire;
using MathNet.Numerics.Distributions;
using Row = Cairn.Learning.ScoreComparison.Judged;

namespace Cairn.Learning.Statistics;

/// <summary>
/// Metrics of two models on the same rows with a truth, and their differences, second minus first. roc_auc by paired DeLong; means over rows by
/// the mean of paired differences, normal at 95 percent; accuracy with McNemar's exact test besides.
/// </summary>
internal sealed class JudgedRows(IReadOnlyList<Row> rows)
{
    private static readonly double Z95 = Normal.InvCDF(0, 1, 0.975);

    private readonly float[] _labels = [.. rows.Select(row => row.Truth ? 1f : 0f)];

    public IReadOnlyList<MetricComparisonWire> Metrics(Costs? costs)
    {
        List<MetricComparisonWire> metrics =
        [
            Areas(),
            Means("log_loss", row => Probabilities.RowLogLoss(Label(row), row.First), row => Probabilities.RowLogLoss(Label(row), row.Second)),
            Means("brier", row => Square(row.First - Label(row)), row => Square(row.Second - Label(row))),
            Accuracy(),
            Shares("precision", row => row.FirstPositive, row => row.SecondPositive, row => row.Truth),
            Shares("recall", row => row.Truth, row => row.Truth, row => row.FirstPositive, row => row.SecondPositive),
        ];
        if (costs is not null) metrics.Add(Means("cost_per_row", row => Cost(row.FirstPositive, row.Truth, costs), row => Cost(row.SecondPositive, row.Truth, costs)));
        return metrics;
    }

    private MetricComparisonWire Areas()
    {
        var positives = rows.Count(row => row.Truth);
        if (positives == 0 || positives == rows.Count) return new("roc_auc", null, null, null, null, null, null);
        var areas = DeLong.Compare(_labels, [.. rows.Select(row => row.Second)], [.. rows.Select(row => row.First)]);
        var interval = areas.DifferenceInterval();
        return new("roc_auc", areas.Second, areas.First, areas.Difference, Finite(interval.Low), Finite(interval.High), Finite(areas.P));
    }

    private MetricComparisonWire Accuracy()
    {
        var means = Means("accuracy", row => row.FirstPositive == row.Truth ? 1 : 0, row => row.SecondPositive == row.Truth ? 1 : 0);
        var onlyFirst = rows.Count(row => row.FirstPositive == row.Truth && row.SecondPositive != row.Truth);
        var onlySecond = rows.Count(row => row.SecondPositive == row.Truth && row.FirstPositive != row.Truth);
        return means with { P = Proportions.McNemar(onlyFirst, onlySecond) };
    }

    private MetricComparisonWire Means(string metric, Func<Row, double> first, Func<Row, double> second)
    {
        double sumFirst = 0, sumSecond = 0, squares = 0;
        foreach (var row in rows) (sumFirst, sumSecond) = (sumFirst + first(row), sumSecond + second(row));
        var (a, b) = (sumFirst / rows.Count, sumSecond / rows.Count);
        if (rows.Count < 2) return new(metric, a, b, b - a, null, null, null);
        foreach (var row in rows) squares += Square(second(row) - first(row) - (b - a));
        var error = Math.Sqrt(squares / (rows.Count - 1) / rows.Count);
        var p = error == 0 ? (b == a ? 1 : 0) : 2 * Normal.CDF(0, 1, -Math.Abs(b - a) / error);
        return new(metric, a, b, b - a, b - a - (Z95 * error), b - a + (Z95 * error), p);
    }

    /// <summary>Shares of different rows on both sides: no paired interval. Without a denominator there is no share.</summary>
    private MetricComparisonWire Shares(string metric, Func<Row, bool> ofFirst, Func<Row, bool> ofSecond, Func<Row, bool> first, Func<Row, bool>? second = null)
    {
        double? a = Share(ofFirst, first), b = Share(ofSecond, second ?? first);
        return new(metric, a, b, b - a, null, null, null);
    }

    private double? Share(Func<Row, bool> of, Func<Row, bool> counted)
    {
        var all = rows.Count(of);
        return all == 0 ? null : rows.Count(row => of(row) && counted(row)) / (double)all;
    }

    private static double Cost(bool decided, bool truth, Costs costs) => (decided, truth) switch
    {
        (false, true) => costs.FalseNegative,
        (true, false) => costs.FalsePositive,
        _ => 0,
    };

    private static float Label(Row row) => row.Truth ? 1 : 0;

    private static double Square(double value) => value * value;

    private static double? Finite(double value) => double.IsFinite(value) ? value : null;
}
