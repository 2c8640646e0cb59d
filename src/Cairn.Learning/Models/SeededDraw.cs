using System.Globalization;
using Cairn.Kernel;
using Cairn.Learning.Splits;

namespace Cairn.Learning.Models;

/// <summary>Hyperparameters of one trial: they depend on the seed and the trial alone, so a longer search begins like a shorter one.</summary>
internal sealed class SeededDraw(int seed, int trial)
{
    private SplitMix64 _random = new(SplitMix64.Mix((ulong)(uint)seed, (ulong)(uint)trial));

    public double Uniform(double low, double high) => Rounded(low + (high - low) * _random.Unit());

    public double LogUniform(double low, double high) =>
        Rounded(PortableMath.Exp(PortableMath.Log(low) + (PortableMath.Log(high) - PortableMath.Log(low)) * _random.Unit()));

    /// <summary>Both ends may come.</summary>
    public int Whole(int low, int high) => low + _random.Below(high - low + 1);

    /// <summary>Three significant digits: what a person reads.</summary>
    private static double Rounded(double value) => double.Parse(value.ToString("G3", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
}
