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

    private readonly QuantileBins? _bins;
    private readonly Dictionary<int, double> _rates;
    private readonly double _prior;

    private SingleFeature(QuantileBins? bins, Dictionary<int, double> rates, double prior) => (_bins, _rates, _prior) = (bins, rates, prior);

    /// <param name="rows">Rows of the frame to learn from.</param>
    public static SingleFeature Fit(FrameColumn column, ReadOnlySpan<int> rows, float[] labels)
    {
        var bins = column is NumberColumn number ? QuantileBins.Of(number.Values, rows, Bins) : null;
        var (counts, positives) = (new Dictionary<int, int>(), new Dictionary<int, int>());
        var all = 0.0;
        foreach (var row in rows)
        {
            var bin = Bin(column, bins, row);
            counts[bin] = counts.GetValueOrDefault(bin) + 1;
            if (labels[row] < 0.5f) continue;
            positives[bin] = positives.GetValueOrDefault(bin) + 1;
            all++;
        }

        var prior = all / rows.Length;
        return new(bins, counts.ToDictionary(c => c.Key, c => (positives.GetValueOrDefault(c.Key) + PriorRows * prior) / (c.Value + PriorRows)), prior);
    }

    public double[] Score(FrameColumn column, ReadOnlySpan<int> rows)
    {
        var scores = new double[rows.Length];
        for (var i = 0; i < scores.Length; i++) scores[i] = _rates.GetValueOrDefault(Bin(column, _bins, rows[i]), _prior);
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
    private static int Bin(FrameColumn column, QuantileBins? bins, int row) => column switch
    {
        CategoryColumn category => category.Codes[row],
        NumberColumn number => bins!.Of(number.Values[row]),
        _ => throw new NotSupportedException($"A {column.GetType().Name} is no feature."),
    };
}
