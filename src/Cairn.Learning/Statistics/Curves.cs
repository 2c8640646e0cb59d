namespace Cairn.Learning.Statistics;

/// <summary>The curves people look at, thinned to at most <see cref="Most"/> points; corners and ends stay.</summary>
internal static class Curves
{
    public const int Most = 400;

    /// <summary>From (0, 0) to (1, 1); points on a straight line between their neighbours are left out.</summary>
    public static RocPoint[] Roc(ReadOnlySpan<RankedPoint> points)
    {
        var all = points[^1];
        var roc = new List<RocPoint> { new(null, 0, 0) };
        for (var i = 0; i < points.Length; i++)
        {
            var previous = i == 0 ? default : points[i - 1];
            var straight = i + 1 < points.Length
                && (points[i].Positives - previous.Positives) * (points[i + 1].Negatives - points[i].Negatives)
                == (points[i + 1].Positives - points[i].Positives) * (points[i].Negatives - previous.Negatives);
            if (!straight) roc.Add(new(points[i].Score, points[i].Negatives / all.Negatives, points[i].Positives / all.Positives));
        }

        return Thin(roc);
    }

    public static PrecisionRecallPoint[] PrecisionRecall(ReadOnlySpan<RankedPoint> points)
    {
        var all = points[^1];
        var curve = new List<PrecisionRecallPoint>(points.Length);
        foreach (var point in points) curve.Add(new(point.Score, point.Positives / all.Positives, point.Positives / (point.Positives + point.Negatives)));
        return Thin(curve);
    }

    /// <summary>Ten steps: of the rows with the highest scores, how many of all positives they hold (gain) and how much denser they are (lift).</summary>
    /// <remarks>Equal scores stand in the order of the rows.</remarks>
    public static GainPoint[] Gains(ReadOnlySpan<float> labels, ReadOnlySpan<double> scores)
    {
        var (score, label) = (scores.ToArray(), labels.ToArray());
        var order = Enumerable.Range(0, score.Length).OrderByDescending(i => score[i]).ThenBy(i => i).ToArray();
        var positives = label.Count(l => l > 0.5f);
        return [.. Enumerable.Range(1, 10).Select(decile =>
        {
            var rows = (int)Math.Ceiling(order.Length * decile / 10.0);
            var found = order.Take(rows).Count(i => label[i] > 0.5f);
            return new GainPoint(decile, rows, found, (double)found / positives, (double)found / rows / ((double)positives / order.Length));
        })];
    }

    private static T[] Thin<T>(List<T> points) => points.Count <= Most
        ? [.. points]
        : [.. Enumerable.Range(0, Most).Select(i => points[(int)((long)i * (points.Count - 1) / (Most - 1))])];
}

/// <param name="Threshold">Null where nothing is a yes.</param>
internal readonly record struct RocPoint(double? Threshold, double FalsePositiveRate, double TruePositiveRate);

internal readonly record struct PrecisionRecallPoint(double Threshold, double Recall, double Precision);

/// <param name="Decile">1 is the tenth with the highest scores; counts are from the top down to here.</param>
internal readonly record struct GainPoint(int Decile, int Rows, int Positives, double Gain, double Lift);
