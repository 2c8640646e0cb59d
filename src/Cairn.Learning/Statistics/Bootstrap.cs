using Cairn.Learning.Splits;

namespace Cairn.Learning.Statistics;

/// <summary>Resampling rows with replacement (Efron 1979), seeded: same rows, same seed, same interval.</summary>
internal static class Bootstrap
{
    /// <summary>The mean difference of paired losses over the drawn rows: both models on the same rows.</summary>
    public static double Replicate(ReadOnlySpan<double> first, ReadOnlySpan<double> second, ReadOnlySpan<int> rows)
    {
        double sum = 0;
        foreach (var row in rows) sum += first[row] - second[row];
        return sum / rows.Length;
    }

    /// <summary>Percentile interval of mean(first - second).</summary>
    public static Interval MeanDifference(ReadOnlySpan<double> first, ReadOnlySpan<double> second, int replicates, int seed, double confidence = 0.95)
    {
        var random = new SplitMix64((ulong)(uint)seed);
        var (rows, values) = (new int[first.Length], new double[replicates]);
        for (var r = 0; r < replicates; r++)
        {
            for (var i = 0; i < rows.Length; i++) rows[i] = random.Below(rows.Length);
            values[r] = Replicate(first, second, rows);
        }

        return Percentile(values, confidence);
    }

    /// <summary>Percentile intervals of every metric at once; each row's weight is how often it was drawn.</summary>
    public static IReadOnlyDictionary<string, Interval> Intervals(
        ReadOnlySpan<float> labels, ReadOnlySpan<double> scores, double threshold, Costs? costs, int replicates, int seed, double confidence = 0.95)
    {
        var ranking = new Ranking(labels, scores);
        var random = new SplitMix64((ulong)(uint)seed);
        var weights = new double[labels.Length];
        var drawn = new Dictionary<string, List<double>>(StringComparer.Ordinal);
        for (var r = 0; r < replicates; r++)
        {
            Array.Clear(weights);
            for (var i = 0; i < weights.Length; i++) weights[random.Below(weights.Length)]++;
            foreach (var (name, value) in Scorecard.Of(ranking, labels, scores, threshold, costs, weights))
            {
                if (!drawn.TryGetValue(name, out var values)) drawn[name] = values = [];
                if (!double.IsNaN(value)) values.Add(value); // a draw with one class has no area
            }
        }

        return drawn.ToDictionary(d => d.Key, d => Percentile([.. d.Value], confidence), StringComparer.Ordinal);
    }

    /// <summary>Between the two tails, interpolated linearly (numpy's default quantile, Hyndman-Fan type 7).</summary>
    public static Interval Percentile(double[] values, double confidence)
    {
        var sorted = values.Order().ToArray();
        return new(Quantile(sorted, (1 - confidence) / 2), Quantile(sorted, (1 + confidence) / 2));
    }

    private static double Quantile(double[] sorted, double q)
    {
        if (sorted.Length == 0) return double.NaN;
        var position = q * (sorted.Length - 1);
        var below = (int)Math.Floor(position);
        var above = Math.Min(below + 1, sorted.Length - 1);
        return sorted[below] + (position - below) * (sorted[above] - sorted[below]);
    }
}
