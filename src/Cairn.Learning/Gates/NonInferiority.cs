using Cairn.Learning.Statistics;

namespace Cairn.Learning.Gates;

/// <summary>
/// Is a challenger worse than the champion by more than a margin? Paired DeLong on rows neither was trained on; a challenger
/// passes when even the lower end of the one-sided 95 % interval of the difference lies above the margin.
/// </summary>
/// <param name="Power">What more rows would do; empty when the answer is clear.</param>
internal readonly record struct NonInferiority(bool Passed, string Detail, string Power)
{
    private const double Z95 = 1.6448536269514722;
    private const double Z80 = 0.8416212335729143;

    /// <summary>Fewer rows of a class than this say nothing about a ROC AUC.</summary>
    public const int FewestOfAClass = 10;

    /// <param name="labels">n values, 0 or 1, of the common hold-out.</param>
    public static NonInferiority Of(float[] labels, double[] challenger, double[] champion, double margin)
    {
        var positives = labels.Count(l => l > 0.5f);
        var negatives = labels.Length - positives;
        if (Math.Min(positives, negatives) < FewestOfAClass)
        {
            return new(false,
                $"not decided: {labels.Length:N0} rows ({positives:N0} positive) are new to both models, and each class needs at least {FewestOfAClass}", "more labelled rows are needed");
        }

        var areas = DeLong.Compare(labels, challenger, champion);
        var (low, high) = (areas.Difference - Z95 * areas.StandardError, areas.Difference + Z95 * areas.StandardError);
        var numbers = $"ROC AUC {areas.First:0.0000} against {areas.Second:0.0000} of the champion on {labels.Length:N0} rows new to both; difference {areas.Difference:+0.0000;-0.0000;0.0000}, "
            + $"at least {low:+0.0000;-0.0000;0.0000} at 95 %";
        if (low > -margin) return new(true, $"{numbers}; a loss of up to {margin:0.####} is allowed", "");
        if (high < -margin) return new(false, $"worse: {numbers}; even its better end {high:+0.0000;-0.0000;0.0000} is below the allowed {-margin:0.####}", "");

        var more = RowsFor(areas.StandardError, labels.Length, margin) - labels.Length;
        var power = more > 0
            ? $"about {Rounded(more):N0} more labelled rows are needed to tell (80 % power, if both are equally good)"
            : "more rows would hardly help: were both equally good, this many would do in 80 % of the cases";
        return new(false, $"not decided: {numbers}; allowed is {-margin:0.####}; {power}", power);
    }

    /// <summary>Rows for 80 % power to show non-inferiority when there is no difference; the variance goes down with the rows.</summary>
    public static double RowsFor(double standardError, int rows, double margin) => rows * Math.Pow((Z95 + Z80) * standardError / margin, 2);

    /// <summary>Two digits: it is an estimate.</summary>
    private static double Rounded(double rows)
    {
        var unit = Math.Pow(10, Math.Max(0, Math.Floor(Math.Log10(rows)) - 1));
        return Math.Ceiling(rows / unit) * unit;
    }
}
