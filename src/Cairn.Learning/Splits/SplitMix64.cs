namespace Cairn.Learning.Splits;

/// <summary>
/// SplitMix64 (Steele, Lea, Flood 2014, "Fast splittable pseudorandom number generators"). Ours, because System.Random may
/// give other numbers for the same seed in the next .NET, and a split or an interval must not.
/// </summary>
internal struct SplitMix64(ulong seed)
{
    private const ulong Golden = 0x9E3779B97F4A7C15;
    private ulong _state = seed;

    public ulong Next() => Finish(_state += Golden);

    /// <summary>0 to <paramref name="bound"/> - 1, each equally likely (Lemire 2019, multiply and reject).</summary>
    public int Below(int bound)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(bound);
        var range = (ulong)bound;
        var high = Math.BigMul(Next(), range, out var low);
        if (low < range)
        {
            var reject = (0 - range) % range;
            while (low < reject) high = Math.BigMul(Next(), range, out low);
        }

        return (int)high;
    }

    /// <summary>0 (inclusive) to 1 (exclusive), in steps of 2^-53.</summary>
    public double Unit() => (Next() >> 11) * (1.0 / (1UL << 53));

    /// <summary>A hash of two numbers: every bit of either moves every bit of the result.</summary>
    public static ulong Mix(ulong a, ulong b) => Finish(Finish(a + Golden) ^ (b + Golden));

    private static ulong Finish(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
