namespace Cairn.Learning.Statistics;

/// <summary>All metrics of one set of scores, under the names of <see cref="Metrics.Names"/>.</summary>
internal static class Scorecard
{
    /// <summary>The metrics that need a decision, not only a score.</summary>
    public static IReadOnlyList<string> AtThreshold { get; } = ["accuracy", "precision", "recall", "f1", "mcc", "cost_per_row"];

    public static IReadOnlyDictionary<string, double> Of(ReadOnlySpan<float> labels, ReadOnlySpan<double> scores, double threshold, Costs? costs) =>
        Of(new Ranking(labels, scores), labels, scores, threshold, costs);

    /// <param name="weights">n values or empty; the bootstrap passes how often it drew each row.</param>
    public static IReadOnlyDictionary<string, double> Of(
        Ranking ranking, ReadOnlySpan<float> labels, ReadOnlySpan<double> scores, double threshold, Costs? costs, ReadOnlySpan<double> weights = default)
    {
        var points = ranking.Points(weights);
        var confusion = Confusion.At(threshold, labels, scores, weights);
        var card = new Dictionary<string, double>(StringComparer.Ordinal)
        {
            ["roc_auc"] = Ranking.RocAuc(points),
            ["pr_auc"] = Ranking.AveragePrecision(points),
            ["log_loss"] = Probabilities.LogLoss(labels, scores, weights),
            ["brier"] = Probabilities.Brier(labels, scores, weights),
            ["accuracy"] = confusion.Accuracy,
            ["precision"] = confusion.Precision,
            ["recall"] = confusion.Recall,
            ["f1"] = confusion.F1,
            ["mcc"] = confusion.Mcc,
            ["ks"] = Ranking.KolmogorovSmirnov(points),
            ["ece"] = Probabilities.CalibrationError(Probabilities.Calibration(labels, scores, weights: weights)),
        };
        if (costs is not null) card["cost_per_row"] = confusion.CostPerRow(costs);
        return card;
    }
}
