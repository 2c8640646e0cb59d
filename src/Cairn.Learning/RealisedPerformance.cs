using Cairn.Learning.Statistics;
using MathNet.Numerics.Distributions;

namespace Cairn.Learning;

/// <summary>How well predictions did against what became of them; a row may be decided at a threshold of its own.</summary>
/// <param name="Metrics">Under the names of <see cref="Learning.Metrics.Names"/>; roc_auc only when both classes occurred.</param>
public sealed record RealisedPerformance(
    long Rows, long TruePositives, long FalsePositives, long FalseNegatives, long TrueNegatives, IReadOnlyDictionary<string, Estimate> Metrics)
{
    /// <summary>
    /// 95 percent intervals: DeLong for roc_auc, Wilson for shares, the normal one of a mean for log_loss and brier, which are means of
    /// losses row by row (standard error s / sqrt(n), s with n - 1). One of fewer than two rows, or rows of one class, has none.
    /// </summary>
    /// <param name="labels">n values, 0 or 1; at least one.</param>
    /// <param name="scores">n probabilities of the positive class.</param>
    /// <param name="decisions">n decisions: true where the positive class was answered.</param>
    public static RealisedPerformance Of(ReadOnlySpan<float> labels, ReadOnlySpan<double> scores, ReadOnlySpan<bool> decisions)
    {
        if (labels.IsEmpty) throw new ArgumentException("Without rows there is nothing to judge.", nameof(labels));
        if (labels.Length != scores.Length || labels.Length != decisions.Length)
            throw new ArgumentException($"{labels.Length} labels, {scores.Length} scores and {decisions.Length} decisions: all three need one for each row.", nameof(scores));

        var (logLoss, brier) = (new double[labels.Length], new double[labels.Length]);
        long tp = 0, fp = 0, fn = 0, tn = 0;
        for (var i = 0; i < labels.Length; i++)
        {
            logLoss[i] = Probabilities.RowLogLoss(labels[i], scores[i]);
            brier[i] = (scores[i] - labels[i]) * (scores[i] - labels[i]);
            switch (labels[i] > 0.5f, decisions[i])
            {
                case (true, true): tp++; break;
                case (false, true): fp++; break;
                case (true, false): fn++; break;
                default: tn++; break;
            }
        }

        var confusion = new Confusion(tp, fp, fn, tn);
        var metrics = new Dictionary<string, Estimate>(StringComparer.Ordinal);
        if (tp + fn > 0 && fp + tn > 0)
        {
            var area = DeLong.Of(labels, scores);
            metrics["roc_auc"] = new(area.First, double.IsNaN(area.VarianceFirst) ? null : area.FirstInterval());
        }

        metrics["log_loss"] = Mean(logLoss);
        metrics["brier"] = Mean(brier);
        metrics["accuracy"] = new(confusion.Accuracy, Proportions.Wilson(tp + tn, labels.Length));
        metrics["precision"] = Share(confusion.Precision, tp, tp + fp);
        metrics["recall"] = Share(confusion.Recall, tp, tp + fn);
        metrics["f1"] = new(confusion.F1, null);
        return new(labels.Length, tp, fp, fn, tn, metrics);
    }

    private static Estimate Share(double value, long count, long of) => new(value, of == 0 ? null : Proportions.Wilson(count, of));

    private static Estimate Mean(ReadOnlySpan<double> values)
    {
        double sum = 0, squares = 0;
        foreach (var value in values) sum += value;
        var mean = sum / values.Length;
        if (values.Length < 2) return new(mean, null);
        foreach (var value in values) squares += (value - mean) * (value - mean);
        var half = Normal.InvCDF(0, 1, 0.975) * Math.Sqrt(squares / (values.Length - 1) / values.Length);
        return new(mean, new Interval(mean - half, mean + half));
    }
}

/// <param name="Interval">Null: it has none.</param>
public readonly record struct Estimate(double Value, Interval? Interval);
