namespace Cairn.Learning.Statistics;

/// <summary>Decisions against truth; a score at or above the threshold is a yes. Ratios without a denominator are 0, as in scikit-learn.</summary>
internal readonly record struct Confusion(double TruePositives, double FalsePositives, double FalseNegatives, double TrueNegatives)
{
    public static Confusion At(double threshold, ReadOnlySpan<float> labels, ReadOnlySpan<double> scores, ReadOnlySpan<double> weights = default)
    {
        double tp = 0, fp = 0, fn = 0, tn = 0;
        for (var i = 0; i < labels.Length; i++)
        {
            var weight = weights.IsEmpty ? 1 : weights[i];
            switch (labels[i] > 0.5f, scores[i] >= threshold)
            {
                case (true, true): tp += weight; break;
                case (false, true): fp += weight; break;
                case (true, false): fn += weight; break;
                default: tn += weight; break;
            }
        }

        return new(tp, fp, fn, tn);
    }

    public double Total => TruePositives + FalsePositives + FalseNegatives + TrueNegatives;

    public double Accuracy => Ratio(TruePositives + TrueNegatives, Total);

    public double Precision => Ratio(TruePositives, TruePositives + FalsePositives);

    public double Recall => Ratio(TruePositives, TruePositives + FalseNegatives);

    public double F1 => Ratio(2 * TruePositives, 2 * TruePositives + FalsePositives + FalseNegatives);

    /// <value>Matthews correlation, -1 to 1 (Matthews 1975); 0 when all decisions or all labels are the same.</value>
    public double Mcc => Ratio(
        TruePositives * TrueNegatives - FalsePositives * FalseNegatives,
        Math.Sqrt(TruePositives + FalsePositives) * Math.Sqrt(TruePositives + FalseNegatives)
            * Math.Sqrt(TrueNegatives + FalsePositives) * Math.Sqrt(TrueNegatives + FalseNegatives));

    /// <summary>Mean cost of a decision, in the unit of the costs.</summary>
    public double CostPerRow(Costs costs) => Ratio(FalseNegatives * costs.FalseNegative + FalsePositives * costs.FalsePositive, Total);

    private static double Ratio(double part, double whole) => whole == 0 ? 0 : part / whole;
}
