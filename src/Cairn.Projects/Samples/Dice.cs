using Cairn.Kernel;

namespace Cairn.Projects.Samples;

/// <summary>SplitMix64 (Steele, Lea, Flood 2014) with the few distributions the sample needs; the same numbers on any machine and in any .NET.</summary>
internal sealed class Dice(ulong seed)
{
    private ulong _state = seed;

    /// <summary>0 (inclusive) to 1 (exclusive).</summary>
    public double Unit()
    {
        _state += 0x9E3779B97F4A7C15;
        var z = _state;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return ((z ^ (z >> 31)) >> 11) * (1.0 / (1UL << 53));
    }

    public int Below(int bound) => (int)(Unit() * bound);

    public bool Chance(double probability) => Unit() < probability;

    /// <summary>Near enough to a standard normal for a sample: the sum of twelve, minus six.</summary>
    public double Normal()
    {
        var sum = -6.0;
        for (var i = 0; i < 12; i++) sum += Unit();
        return sum;
    }

    /// <summary>Poisson, by multiplying until it falls below e^-mean (Knuth).</summary>
    public int Count(double mean)
    {
        var floor = PortableMath.Exp(-mean);
        var count = -1;
        for (var product = 1.0; product > floor; count++) product *= Unit();
        return count;
    }

    /// <param name="choices">Shares sum to 1.</param>
    public string Pick(params ReadOnlySpan<(string Value, double Share)> choices)
    {
        var at = Unit();
        foreach (var (value, share) in choices)
        {
            if (at < share) return value;
            at -= share;
        }

        return choices[^1].Value;
    }
}
