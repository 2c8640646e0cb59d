using Cairn.Client.Wire;
using Cairn.Learning.Statistics;

namespace Cairn.Learning.Gates;

/// <summary>
/// Is a challenger worse than the champion by more than a margin? Paired DeLong on rows neither was trained on; a challenger
/// passes when even the lower end of the one-sided 95 % interval of the difference lies above the margin.
/// </summary>
/// <param name="Comparison">Null: too few rows of a class to compare anything.</param>
internal readonly record struct NonInferiority(bool Passed, string Detail, GateComparisonWire? Comparison)
{
    /// <summary>Fewer rows of a class than this say nothing about a ROC AUC.</summary>
    public const int FewestOfAClass = 10;

    /// <param name="labels">n values, 0 or 1, of the common hold-out.</param>
    /// <param name="against">The champion, as in v6.</param>
    public static NonInferiority Of(float[] labels, double[] challenger, double[] champion, double margin, string against)
    {
        var positives = labels.Count(l => l > 0.5f);
        var negatives = labels.Length - positives;
        if (Math.Min(positives, negatives) < FewestOfAClass)
        {
            return new(false,
                $"not decided: {labels.Length:N0} rows ({positives:N0} positive) are new to both models, and each class needs at least {FewestOfAClass}", null);
        }

        var areas = DeLong.Compare(labels, challenger, champion);
        var power = TestPower.OfEquals(areas.StandardError, margin);
        var needed = TestPower.RowsFor(areas.StandardError, labels.Length, margin);
        var comparison = TestPower.Describe(areas, labels.Length, margin, against) with { Power = power, RowsForPower = (long)Math.Ceiling(needed) };
        var (low, high) = (comparison.AtLeast, areas.Difference + TestPower.OneSided95 * areas.StandardError);

        var numbers = $"ROC AUC {areas.First:0.0000} against {areas.Second:0.0000} of the champion on {labels.Length:N0} rows new to both; difference {areas.Difference:+0.0000;-0.0000;0.0000}, "
            + $"at least {low:+0.0000;-0.0000;0.0000} at 95 %";
        var chance = $"power {(power > 0.99 ? "more than 99" : $"{100 * power:0}")} %, if both are equally good";
        if (low > -margin) return new(true, $"{numbers}; a loss of up to {margin:0.####} is allowed; {chance}", comparison);
        if (high < -margin) return new(false, $"worse: {numbers}; even its better end {high:+0.0000;-0.0000;0.0000} is below the allowed {-margin:0.####}; {chance}", comparison);

        var more = needed - labels.Length;
        var advice = more > 0
            ? $"about {Rounded(more):N0} more labelled rows are needed to tell (80 % power, if both are equally good)"
            : "more rows would hardly help: were both equally good, this many would do in 80 % of the cases";
        return new(false, $"not decided: {numbers}; allowed is {-margin:0.####}; {advice}", comparison);
    }

    /// <summary>Two digits: it is an estimate.</summary>
    private static double Rounded(double rows)
    {
        var unit = Math.Pow(10, Math.Max(0, Math.Floor(Math.Log10(rows)) - 1));
        return Math.Ceiling(rows / unit) * unit;
    }
}
