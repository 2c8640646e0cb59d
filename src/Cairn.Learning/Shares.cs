using Cairn.Learning.Statistics;

namespace Cairn.Learning;

/// <summary>How sure a share is that was counted.</summary>
public static class Shares
{
    /// <summary>Wilson's score interval of <paramref name="count"/> in <paramref name="n"/>, 95 percent; 0 to 1 when nothing was counted.</summary>
    public static Interval Interval(long count, long n) => Proportions.Wilson(count, n);

    /// <summary>Newcombe's interval of the difference of two independent shares, first minus second, 95 percent.</summary>
    public static Interval Difference(long count, long n, long otherCount, long otherN) => Proportions.Difference(count, n, otherCount, otherN);

    /// <summary>
    /// True when it is clear that a share is greater than it may be. One may ask again after every row: who is within what is allowed is
    /// ever found above it with a probability of at most <paramref name="falseAlarm"/>.
    /// </summary>
    /// <param name="count">Of rows; or the sum of values between 0 and 1, whose mean is then the share. A likelihood ratio is convex in the
    /// value, so at most the chord from 0 to 1, and the promise holds for means too.</param>
    /// <param name="allowed">Between 0 and 1, both excluded.</param>
    public static bool ClearlyAbove(double count, long n, double allowed, double falseAlarm) => SequentialShare.LogEvidenceAbove(count, n, allowed) > -Math.Log(falseAlarm);
}
