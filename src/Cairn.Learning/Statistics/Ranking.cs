namespace Cairn.Learning.Statistics;

/// <summary>
/// Scores in descending order with their ties, sorted once and read many times: by the curves, and by the bootstrap, which only
/// changes the weights. Everything here takes equal scores as one step, as scikit-learn does.
/// </summary>
internal sealed class Ranking
{
    private readonly float[] _labels;
    private readonly double[] _scores;
    private readonly int[] _order;
    private readonly int[] _ends;

    /// <param name="labels">n values, 0 or 1.</param>
    /// <param name="scores">n values, finite; higher is more likely positive.</param>
    public Ranking(ReadOnlySpan<float> labels, ReadOnlySpan<double> scores)
    {
        if (labels.Length != scores.Length) throw new ArgumentException($"{labels.Length} labels for {scores.Length} scores.", nameof(scores));
        foreach (var score in scores)
        {
            if (!double.IsFinite(score)) throw new ArgumentException($"A score of {score} cannot be ranked.", nameof(scores));
        }

        _labels = labels.ToArray();
        _scores = scores.ToArray();
        _order = new int[scores.Length];
        var keys = new double[scores.Length];
        for (var i = 0; i < keys.Length; i++) (_order[i], keys[i]) = (i, -scores[i]);
        Array.Sort(keys, _order);

        var ends = new List<int>();
        for (var i = 1; i <= keys.Length; i++)
        {
            if (i == keys.Length || keys[i] != keys[i - 1]) ends.Add(i);
        }

        _ends = [.. ends];
    }

    /// <summary>After each distinct score, from the highest: the weight of positives and negatives at or above it.</summary>
    /// <param name="weights">n values in row order, not negative; empty: 1 each.</param>
    public RankedPoint[] Points(ReadOnlySpan<double> weights = default)
    {
        var points = new RankedPoint[_ends.Length];
        double positives = 0, negatives = 0;
        for (int step = 0, i = 0; step < _ends.Length; step++)
        {
            for (; i < _ends[step]; i++)
            {
                var row = _order[i];
                var weight = weights.IsEmpty ? 1 : weights[row];
                if (_labels[row] > 0.5f) positives += weight;
                else negatives += weight;
            }

            points[step] = new(_scores[_order[i - 1]], positives, negatives);
        }

        return points;
    }

    /// <summary>Area under the ROC curve: the chance that a positive stands above a negative, ties counted half (Mann-Whitney). NaN with one class.</summary>
    public static double RocAuc(ReadOnlySpan<RankedPoint> points)
    {
        double area = 0, positives = 0, negatives = 0;
        foreach (var point in points)
        {
            area += (point.Negatives - negatives) * (positives + point.Positives) / 2;
            (positives, negatives) = (point.Positives, point.Negatives);
        }

        return area / (positives * negatives);
    }

    /// <summary>Average precision: sum of (recall step) x precision, not interpolated (scikit-learn's average_precision_score). NaN without positives.</summary>
    public static double AveragePrecision(ReadOnlySpan<RankedPoint> points)
    {
        double sum = 0, positives = 0;
        foreach (var point in points)
        {
            if (point.Positives > positives) sum += (point.Positives - positives) * point.Positives / (point.Positives + point.Negatives);
            positives = point.Positives;
        }

        return sum / positives;
    }

    /// <summary>Kolmogorov-Smirnov: the largest distance between the score distributions of the two classes.</summary>
    public static double KolmogorovSmirnov(ReadOnlySpan<RankedPoint> points)
    {
        if (points.IsEmpty) return double.NaN;
        var all = points[^1];
        double largest = 0;
        foreach (var point in points) largest = Math.Max(largest, Math.Abs(point.Positives / all.Positives - point.Negatives / all.Negatives));
        return all.Positives > 0 && all.Negatives > 0 ? largest : double.NaN;
    }
}

/// <param name="Positives">Weight of positives with a score of <paramref name="Score"/> or more.</param>
/// <param name="Negatives">Weight of negatives with a score of <paramref name="Score"/> or more.</param>
internal readonly record struct RankedPoint(double Score, double Positives, double Negatives);
