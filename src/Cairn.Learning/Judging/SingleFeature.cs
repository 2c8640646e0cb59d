using Cairn.Data;

namespace Cairn.Learning.Judging;

/// <summary>
/// The smallest model there is: the share of positives for each value of one column (for each of up to 20 quantile bins of a
/// number), pulled towards the prior as if 10 more rows had it. Missing is a value of its own; an unseen one gets the prior.
/// </summary>
internal sealed class SingleFeature
{
    public const int Bins = 20;
    public const double PriorRows = 10;

    private readonly double[] _edges;
    private readonly Dictionary<int, double> _rates;
    private readonly double _prior;

    private SingleFeature(double[] edges, Dictionary<int, double> rates, double prior) => (_edges, _rates, _prior) = (edges, rates, prior);

    /// <param name="rows">Rows of the frame to learn from.</param>
    public static SingleFeature Fit(FrameColumn column, ReadOnlySpan<int> rows, float[] labels)
    {
        var edges = column is NumberColumn number ? Edges(number.Values, rows) : [];
        var (counts, positives) = (new Dictionary<int, int>(), new Dictionary<int, int>());
        var all = 0.0;
        foreach (var row in rows)
        {
            var bin = Bin(column, edges, row);
            counts[bin] = counts.GetValueOrDefault(bin) + 1;
            if (labels[row] < 0.5f) continue;
            positives[bin] = positives.GetValueOrDefault(bin) + 1;
            all++;
        }

        var prior = all / rows.Length;
        return new(edges, counts.ToDictionary(c => c.Key, c => (positives.GetValueOrDefault(c.Key) + PriorRows * prior) / (c.Value + PriorRows)), prior);
    }

    public double[] Score(FrameColumn column, ReadOnlySpan<int> rows)
    {
        var scores = new double[rows.Length];
        for (var i = 0; i < scores.Length; i++) scores[i] = _rates.GetValueOrDefault(Bin(column, _edges, rows[i]), _prior);
        return scores;
    }

    /// <summary>By position in the training split, each row scored by a model that did not see its fold.</summary>
    public static double[] OutOfFold(Preparation preparation, FrameColumn column, int[] folds)
    {
        var train = preparation.Train;
        var scores = new double[train.Length];
        for (var fold = 0; fold <= folds.Max(); fold++)
        {
            var held = Enumerable.Range(0, train.Length).Where(i => folds[i] == fold).ToArray();
            var model = Fit(column, Enumerable.Range(0, train.Length).Where(i => folds[i] != fold).Select(i => train[i]).ToArray(), preparation.Labels);
            var scored = model.Score(column, Array.ConvertAll(held, i => train[i]));
            for (var i = 0; i < held.Length; i++) scores[held[i]] = scored[i];
        }

        return scores;
    }

    /// <summary>-1 is missing.</summary>
    private static int Bin(FrameColumn column, double[] edges, int row)
    {
        switch (column)
        {
            case CategoryColumn category: return category.Codes[row];
            case NumberColumn number when double.IsNaN(number.Values[row]): return -1;
            case NumberColumn number:
                var found = Array.BinarySearch(edges, number.Values[row]);
                return found >= 0 ? found : ~found;
            default: throw new NotSupportedException($"A {column.GetType().Name} is no feature.");
        }
    }

    /// <summary>Upper ends of the bins, ascending: quantiles, or every value when there are few.</summary>
    private static double[] Edges(double[] values, ReadOnlySpan<int> rows)
    {
        var present = new List<double>(rows.Length);
        foreach (var row in rows)
        {
            if (!double.IsNaN(values[row])) present.Add(values[row]);
        }

        present.Sort();
        var distinct = present.Distinct().Take(Bins + 1).ToArray();
        if (distinct.Length <= Bins) return distinct;
        return [.. Enumerable.Range(1, Bins - 1).Select(b => present[(int)((long)b * present.Count / Bins)]).Distinct()];
    }
}
