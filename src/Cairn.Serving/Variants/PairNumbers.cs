using Cairn.Client.Wire;
using Cairn.Serving.Live;

namespace Cairn.Serving.Variants;

/// <summary>A variant beside a champion: on the rows that both have scored, and each on its own since both have been there. Safe for several threads.</summary>
/// <remarks>With another version of either, another comparison begins: what the one did before the other came says nothing about the two.</remarks>
internal sealed class PairNumbers(ServedModel variant, ServedModel champion)
{
    private readonly VariantCounts _variantBefore = variant.Numbers.Read(), _championBefore = champion.Numbers.Read();
    private readonly Lock _gate = new();
    private readonly PairSum _sum = new();

    public bool AreOf(ServedModel other, ServedModel otherChampion) => other.Numbers == variant.Numbers && otherChampion.Numbers == champion.Numbers;

    public VariantComparisonWire ToWire(bool isShadow)
    {
        var (own, others) = (variant.Numbers.Read(), champion.Numbers.Read());
        return new(
            champion.Version, Comparison.Of(Read()),
            isShadow ? null : Comparison.Difference(
                own.Positives - _variantBefore.Positives, own.Rows - _variantBefore.Rows, others.Positives - _championBefore.Positives, others.Rows - _championBefore.Rows));
    }

    public void Add(double variantProbability, bool variantPositive, double championProbability, bool championPositive)
    {
        lock (_gate) _sum.Add(variantProbability, variantPositive, championProbability, championPositive);
    }

    public PairCounts Read()
    {
        lock (_gate) return _sum.Read();
    }
}

/// <summary>Two models on the same rows.</summary>
internal sealed class PairSum
{
    private long _both, _onlyVariant, _onlyChampion, _neither;
    private double _difference;

    public void Add(double variantProbability, bool variantPositive, double championProbability, bool championPositive)
    {
        ref var count = ref variantPositive ? ref championPositive ? ref _both : ref _onlyVariant : ref championPositive ? ref _onlyChampion : ref _neither;
        count++;
        _difference += Math.Abs(variantProbability - championProbability);
    }

    public PairCounts Read() => new(_both, _onlyVariant, _onlyChampion, _neither, _difference);
}

/// <param name="Both">Rows that both call positive.</param>
/// <param name="Difference">The sum of the absolute differences of their probabilities.</param>
internal sealed record PairCounts(long Both, long OnlyVariant, long OnlyChampion, long Neither, double Difference)
{
    public long Rows => Both + OnlyVariant + OnlyChampion + Neither;

    public long Disagreed => OnlyVariant + OnlyChampion;
}
