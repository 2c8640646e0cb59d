namespace Cairn.Learning;

/// <summary>Metrics of a binary classifier, as scikit-learn defines them.</summary>
public static class Metrics
{
    /// <value>roc_auc, pr_auc (average precision), log_loss, brier, accuracy, f1, precision, recall, mcc, ks, ece…</value>
    public static IReadOnlyList<string> Names => throw new NotImplementedException();
}
