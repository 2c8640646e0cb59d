using System.Runtime.InteropServices;

namespace Cairn.Learning.Statistics;

/// <summary>
/// How some of the rows are ranked among themselves, in one pass over rows that were sorted once. The area is that of DeLong, DeLong,
/// Clarke-Pearson 1988; its degrees of freedom are those of Brunner and Munzel 2000 (Biometrical Journal 42, 17-25), whose statistic is the same.
/// </summary>
[StructLayout(LayoutKind.Auto)]
internal struct SubsetRanking
{
    private double _positives, _negatives, _above, _aboveSquares, _below, _belowSquares, _precision;

    /// <summary>The rows of one score: scores come from the highest to the lowest.</summary>
    public void Add(int positives, int negatives)
    {
        if (positives > 0)
        {
            var placed = 2 * _negatives + negatives; // twice the negatives that stand above such a positive, ties counted half
            _above += positives * placed;
            _aboveSquares += positives * placed * placed;
            _precision += positives * (_positives + positives) / (_positives + positives + _negatives + negatives);
        }

        if (negatives > 0)
        {
            var placed = 2 * _positives + positives;
            _below += negatives * placed;
            _belowSquares += negatives * placed * placed;
        }

        _positives += positives;
        _negatives += negatives;
    }

    /// <value>By its own rows alone; NaN with one class.</value>
    public readonly Sampled RocAuc
    {
        get
        {
            var (m, n) = (_positives, _negatives);
            var (ofPositives, ofNegatives) = (SpreadOfPositives / m, SpreadOfNegatives / n);
            var variance = ofPositives + ofNegatives;
            return new(_below / (2 * m * n), variance, variance * variance / (ofPositives * ofPositives / (m - 1) + ofNegatives * ofNegatives / (n - 1)));
        }
    }

    /// <summary>Of rows among others: the variance is what so few of all rows would have (Mann-Whitney, with the spread of all rows), where their own is smaller.</summary>
    /// <remarks>Ten rows that happen to be ranked alike look surer than ten rows can be: among a hundred such slices some always do.</remarks>
    public readonly Sampled RocAucAmong(SubsetRanking all)
    {
        var (m, n, own, area) = (_positives, _negatives, RocAuc, all.RocAuc.Value);
        var ofAll = (area * (1 - area) + (n - 1) * all.SpreadOfPositives + (m - 1) * all.SpreadOfNegatives) / (m * n);
        return own with { Variance = Math.Max(own.Variance, ofAll), Freedom = own.Variance > 0 ? own.Freedom : Math.Min(m, n) - 1 };
    }

    /// <value>The variance, over positives, of the share of negatives below them.</value>
    private readonly double SpreadOfPositives => Spread(_above, _aboveSquares, _positives) / (4 * _negatives * _negatives);

    private readonly double SpreadOfNegatives => Spread(_below, _belowSquares, _negatives) / (4 * _positives * _positives);

    /// <value>NaN without positives.</value>
    public readonly double AveragePrecision => _precision / _positives;

    /// <summary>95 percent, on the logit scale with variance 1 / (positives · a · (1 - a)): Boyd, Eng and Page 2013, "Area under the precision-recall curve".</summary>
    /// <returns>Null at 0 and 1, where that scale ends.</returns>
    public readonly Interval? AveragePrecisionInterval()
    {
        var average = AveragePrecision;
        if (average is not (> 0 and < 1)) return null;
        var (center, half) = (Math.Log(average / (1 - average)), 1.959963984540054 / Math.Sqrt(_positives * average * (1 - average)));
        return new(1 / (1 + Math.Exp(half - center)), 1 / (1 + Math.Exp(-half - center)));
    }

    /// <summary>The variance between rows, from whole numbers; what only rounding leaves of it is none.</summary>
    private static double Spread(double sum, double squares, double rows)
    {
        var around = squares - sum * sum / rows;
        return around > 1e-13 * squares ? around / (rows - 1) : 0;
    }
}
