using MathNet.Numerics;

namespace Cairn.Learning.Statistics;

/// <summary>Whether a share is greater than it may be, for one who looks again after every row and stops as soon as it is clear.</summary>
/// <remarks>
/// The mixture likelihood ratio of Robbins 1970 (Annals of Mathematical Statistics 41, 1397-1409), with the prior of Jeffreys cut off at the
/// allowed share. Under any share up to the allowed one it is a supermartingale that starts at 1, so by the inequality of Ville 1939 it ever
/// reaches 1/a with a probability of at most a, however often one looks. A test of fixed size, repeated, would sooner or later find something.
/// </remarks>
internal static class SequentialShare
{
    private const double Prior = 0.5;

    /// <summary>The logarithm of the evidence that the share behind <paramref name="count"/> of <paramref name="n"/> is greater than allowed.</summary>
    /// <param name="allowed">Between 0 and 1, both excluded.</param>
    /// <returns>0 without rows; negative infinity when it is beyond doubt that the share is smaller.</returns>
    public static double LogEvidenceAbove(double count, double n, double allowed)
    {
        if (allowed is not (> 0 and < 1)) throw new ArgumentOutOfRangeException(nameof(allowed), allowed, "An allowed share lies between 0 and 1.");
        var (hits, misses) = (count + Prior, n - count + Prior);
        return LogMass(hits, misses, allowed) - LogMass(Prior, Prior, allowed) - (count * Math.Log(allowed)) - ((n - count) * Math.Log(1 - allowed));
    }

    /// <summary>The logarithm of the integral of p^(a-1) (1-p)^(b-1) from <paramref name="from"/> to 1.</summary>
    private static double LogMass(double a, double b, double from) =>
        SpecialFunctions.GammaLn(a) + SpecialFunctions.GammaLn(b) - SpecialFunctions.GammaLn(a + b) + Math.Log(SpecialFunctions.BetaRegularized(b, a, 1 - from));
}
