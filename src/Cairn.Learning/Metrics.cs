namespace Cairn.Learning;

/// <summary>Metrics of a binary classifier, as scikit-learn defines them (docs/reference/metrics.md).</summary>
public static class Metrics
{
    /// <value>roc_auc, pr_auc (average precision), log_loss, brier, accuracy, f1, precision, recall, mcc, ks, ece; cost_per_row when costs are given.</value>
    public static IReadOnlyList<string> Names { get; } =
        ["roc_auc", "pr_auc", "log_loss", "brier", "accuracy", "precision", "recall", "f1", "mcc", "ks", "ece", "cost_per_row"];

    /// <summary>False for errors and costs, where less is better.</summary>
    public static bool HigherIsBetter(string name) => name is not ("log_loss" or "brier" or "ece" or "cost_per_row");
}
