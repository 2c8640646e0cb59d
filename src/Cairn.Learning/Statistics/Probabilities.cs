namespace Cairn.Learning.Statistics;

/// <summary>How good the probabilities are, not only their order. Labels are 0 or 1, probabilities 0 to 1, weights n values or empty (1 each).</summary>
internal static class Probabilities
{
    private const double Epsilon = 2.220446049250313e-16;

    /// <summary>Mean negative log likelihood in nats, probabilities clipped to [2^-52, 1 - 2^-52] as scikit-learn does for float64.</summary>
    public static double LogLoss(ReadOnlySpan<float> labels, ReadOnlySpan<double> probabilities, ReadOnlySpan<double> weights = default)
    {
        double sum = 0, total = 0;
        for (var i = 0; i < labels.Length; i++)
        {
            var weight = weights.IsEmpty ? 1 : weights[i];
            sum += weight * RowLogLoss(labels[i], probabilities[i]);
            total += weight;
        }

        return sum / total;
    }

    public static double RowLogLoss(float label, double probability)
    {
        var p = Math.Clamp(probability, Epsilon, 1 - Epsilon);
        return -Math.Log(label > 0.5f ? p : 1 - p);
    }

    /// <summary>Mean squared difference between probability and label (Brier 1950).</summary>
    public static double Brier(ReadOnlySpan<float> labels, ReadOnlySpan<double> probabilities, ReadOnlySpan<double> weights = default)
    {
        double sum = 0, total = 0;
        for (var i = 0; i < labels.Length; i++)
        {
            var (weight, error) = (weights.IsEmpty ? 1 : weights[i], probabilities[i] - labels[i]);
            sum += weight * error * error;
            total += weight;
        }

        return sum / total;
    }

    /// <summary>Equal-width bins, closed on the right: (0.1, 0.2]; 0 belongs to the first. Empty bins are left out.</summary>
    public static CalibrationBin[] Calibration(ReadOnlySpan<float> labels, ReadOnlySpan<double> probabilities, int bins = 10, ReadOnlySpan<double> weights = default)
    {
        var (count, predicted, positives) = (new double[bins], new double[bins], new double[bins]);
        for (var i = 0; i < labels.Length; i++)
        {
            var bin = Math.Clamp((int)Math.Ceiling(probabilities[i] * bins) - 1, 0, bins - 1);
            var weight = weights.IsEmpty ? 1 : weights[i];
            count[bin] += weight;
            predicted[bin] += weight * probabilities[i];
            positives[bin] += weight * labels[i];
        }

        return [.. Enumerable.Range(0, bins).Where(b => count[b] > 0).Select(b => new CalibrationBin(b, count[b], predicted[b] / count[b], positives[b] / count[b]))];
    }

    /// <summary>Expected calibration error: mean |predicted - observed| over the bins, by their rows (Naeini et al. 2015).</summary>
    public static double CalibrationError(ReadOnlySpan<CalibrationBin> bins)
    {
        double sum = 0, total = 0;
        foreach (var bin in bins)
        {
            sum += bin.Rows * Math.Abs(bin.Predicted - bin.Observed);
            total += bin.Rows;
        }

        return sum / total;
    }

    /// <summary>Murphy 1973: Brier = reliability - resolution + uncertainty, exact when all probabilities in a bin are equal.</summary>
    public static BrierParts Decompose(ReadOnlySpan<CalibrationBin> bins)
    {
        double rows = 0, positives = 0;
        foreach (var bin in bins) (rows, positives) = (rows + bin.Rows, positives + bin.Rows * bin.Observed);

        var prior = positives / rows;
        double reliability = 0, resolution = 0;
        foreach (var bin in bins)
        {
            reliability += bin.Rows * (bin.Predicted - bin.Observed) * (bin.Predicted - bin.Observed);
            resolution += bin.Rows * (bin.Observed - prior) * (bin.Observed - prior);
        }

        return new(reliability / rows, resolution / rows, prior * (1 - prior));
    }
}

/// <param name="Bin">0 is the lowest.</param>
/// <param name="Predicted">Mean probability.</param>
/// <param name="Observed">Share of positives.</param>
internal readonly record struct CalibrationBin(int Bin, double Rows, double Predicted, double Observed);

internal readonly record struct BrierParts(double Reliability, double Resolution, double Uncertainty);
