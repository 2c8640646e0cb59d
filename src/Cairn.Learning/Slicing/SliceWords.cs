using System.Globalization;

namespace Cairn.Learning.Slicing;

/// <summary>A slice by one metric as a sentence: <c>Contract = Two year: ROC AUC 0.710 (0.660 to 0.760), 0.080 below the rest, sure</c>.</summary>
internal static class SliceWords
{
    public static string Of(SavedSlice slice, string metric)
    {
        var result = slice.Metrics[metric];
        if (result.Value is not { } value) return $"{slice.Rule.Name}: too few rows to say ({result.Why})";

        var gap = metric == "calibration_gap";
        var interval = result is { Low: { } low, High: { } high } ? gap ? $" ({Signed(low)} to {Signed(high)})" : $" ({N(low)} to {N(high)})" : "";
        if (result.Difference is not { } difference)
            return $"{slice.Rule.Name}: {Name(metric)} {N(value)}{interval}, {N(result.Rest ?? double.NaN)} in the rest; it moves with the share of positives, so it is not compared";

        var sure = result.Verdict is "worse" or "better" ? "sure" : "not sure";
        if (gap)
        {
            return $"{slice.Rule.Name}: predicted {N(slice.Predicted)} on average, observed {N((double)slice.Positives / slice.Rows)}, gap {Signed(value)}{interval}; {Signed(result.Rest ?? double.NaN)} in the rest, "
                + $"{(SlicesFile.Worse(result, metric) > 0 ? "further off" : "no further off")}, {sure}";
        }

        return $"{slice.Rule.Name}: {Name(metric)} {N(value)}{interval}, {(difference == 0 ? "as in the rest" : $"{N(Math.Abs(difference))} {(difference > 0 ? "above" : "below")} the rest")}, {sure}";
    }

    private static string Name(string metric) => metric switch
    {
        "roc_auc" => "ROC AUC", "pr_auc" => "PR AUC", "brier" => "Brier", _ => metric.Replace('_', ' '),
    };

    private static string N(double number) => number.ToString("0.000", CultureInfo.InvariantCulture);

    private static string Signed(double number) => number.ToString("+0.000;-0.000;0.000", CultureInfo.InvariantCulture);
}
