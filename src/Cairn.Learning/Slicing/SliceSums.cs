using Cairn.Learning.Statistics;

namespace Cairn.Learning.Slicing;

/// <summary>What is added up over the rows of a slice; that of the rest is the whole less the slice.</summary>
internal sealed class SliceSums
{
    public double Rows { get; private set; }

    public double Positives { get; private set; }

    public double Predicted { get; private set; }

    public double TruePositives { get; private set; }

    public double FalsePositives { get; private set; }

    private double _doubt, _logLoss, _logLossSquares, _brier, _brierSquares, _cost, _costSquares;

    public void Add(in ScoredRow row)
    {
        Rows++;
        Predicted += row.Score;
        _doubt += row.Score * (1 - row.Score);
        if (row.Positive) Positives++;
        if (row.Flagged && row.Positive) TruePositives++;
        if (row.Flagged && !row.Positive) FalsePositives++;
        _logLoss += row.LogLoss;
        _logLossSquares += row.LogLoss * row.LogLoss;
        _brier += row.Brier;
        _brierSquares += row.Brier * row.Brier;
        _cost += row.Cost;
        _costSquares += row.Cost * row.Cost;
    }

    public SliceSums Without(SliceSums part) => new()
    {
        Rows = Rows - part.Rows, Positives = Positives - part.Positives, Predicted = Predicted - part.Predicted,
        TruePositives = TruePositives - part.TruePositives, FalsePositives = FalsePositives - part.FalsePositives,
        _doubt = _doubt - part._doubt, _logLoss = _logLoss - part._logLoss, _logLossSquares = _logLossSquares - part._logLossSquares,
        _brier = _brier - part._brier, _brierSquares = _brierSquares - part._brierSquares, _cost = _cost - part._cost, _costSquares = _costSquares - part._costSquares,
    };

    public double Negatives => Rows - Positives;

    /// <param name="all">Of all rows: their spread counts where that of these is smaller, because few rows look more alike than they are.</param>
    public Sampled LogLoss(SliceSums all) => Mean(_logLoss, _logLossSquares, all.Rows, all._logLoss, all._logLossSquares);

    public Sampled Brier(SliceSums all) => Mean(_brier, _brierSquares, all.Rows, all._brier, all._brierSquares);

    public Sampled Cost(SliceSums all) => Mean(_cost, _costSquares, all.Rows, all._cost, all._costSquares);

    /// <summary>
    /// Mean predicted less share of positives. Its variance is that of outcomes as the model predicts them, the sum of p(1 - p) (Spiegelhalter
    /// 1986), or that of its misses where they are larger: a slice without any positive still has one, and a model that is too sure none the smaller.
    /// </summary>
    public Sampled CalibrationGap => new((Predicted - Positives) / Rows, Math.Max(_doubt, _brier) / (Rows * Rows));

    private Sampled Mean(double sum, double squares, double allRows, double allSum, double allSquares)
    {
        var own = Sampled.Mean(sum / Rows, Math.Max(0, squares - sum * sum / Rows), Rows);
        return own with { Variance = Math.Max(own.Variance, Math.Max(0, allSquares - allSum * allSum / allRows) / (allRows - 1) / Rows) };
    }
}

/// <summary>One row of the test split, and what its score and decision cost.</summary>
/// <param name="Cost">Of the decision; 0 when no costs are known.</param>
internal readonly record struct ScoredRow(double Score, bool Positive, bool Flagged, double LogLoss, double Brier, double Cost);
