namespace Cairn.Web.Runs;

/// <summary>Which way a metric is better, as its name says. A name that says nothing has no best value: none is shown as one.</summary>
internal static class MetricSense
{
    private static readonly string[] _higher = ["auc", "accuracy", "acc", "precision", "recall", "f1", "mcc", "ks", "r2", "lift", "gain"];
    private static readonly string[] _lower = ["loss", "brier", "ece", "rmse", "mse", "mae", "mape", "smape", "error", "cost"];

    /// <summary>What people look at first; cross-validated ones next, for runs that were not judged on the test split.</summary>
    private static readonly string[] _headlines = ["roc_auc", "pr_auc", "log_loss", "brier", "rmse", "mae", "accuracy", "cv.roc_auc", "cv.pr_auc", "cv.log_loss", "cv.brier"];

    /// <summary>True: more is better; false: less; null: not known.</summary>
    public static bool? HigherIsBetter(string key)
    {
        var words = key.Split('.', '/', '_', '-', ':', ' ');
        if (key.StartsWith("baseline.", StringComparison.Ordinal) || words[^1] is "sd" or "std" or "seconds") return null;
        return words.Any(word => _lower.Contains(word, StringComparer.OrdinalIgnoreCase)) ? false
            : words.Any(word => _higher.Contains(word, StringComparer.OrdinalIgnoreCase)) ? true
            : null;
    }

    /// <summary>The best of the values, where the name says what that is and they are not all the same.</summary>
    public static double? Best(string key, IEnumerable<double?> values)
    {
        if (HigherIsBetter(key) is not { } higher) return null;
        var finite = values.Where(value => value is { } number && double.IsFinite(number)).Select(value => value!.Value).Distinct().ToList();
        return finite.Count < 2 ? null : higher ? finite.Max() : finite.Min();
    }

    /// <summary>The keys in the order people want them: headlines, other results, then baselines and deviations, and last what MLflow measures of the machine.</summary>
    public static IEnumerable<string> Ordered(IEnumerable<string> keys) => keys.Distinct(StringComparer.Ordinal)
        .OrderBy(key => Array.IndexOf(_headlines, key) is var at and >= 0 ? at : key.StartsWith("system/", StringComparison.Ordinal) ? 300 : key.EndsWith(".sd", StringComparison.Ordinal) || key.StartsWith("baseline.", StringComparison.Ordinal) ? 200 : key.StartsWith("cv.", StringComparison.Ordinal) ? 150 : 100)
        .ThenBy(key => key, new NaturalOrder());

    public static bool IsHeadline(string key) => Array.IndexOf(_headlines, key) >= 0;
}
