using Cairn.Client.Wire;
using Cairn.Serving.Canaries;
using Cairn.Serving.Live;

namespace Cairn.Serving.Variants;

/// <summary>A variant beside a champion: on the rows that both have scored, and each on its own since both have been there. Safe for several threads.</summary>
/// <remarks>With another version of either, another comparison begins: what the one did before the other came says nothing about the two.</remarks>
internal sealed class PairNumbers
{
    // Not the models: they may be unloaded.
    private readonly VariantNumbers _variant, _champion;
    private readonly long _championVersion;

    // Of one that calls positive what the other calls negative, each answer is told in the other's words.
    private readonly bool _opposite;

    private readonly VariantCounts _variantBefore, _championBefore;
    private readonly Lock _gate = new();
    private readonly PairSum _sum = new();

    public PairNumbers(ServedModel variant, ServedModel champion)
    {
        (_variant, _champion, _championVersion) = (variant.Numbers, champion.Numbers, champion.Version);
        (_variantBefore, _championBefore) = (_variant.Read(), _champion.Read());
        _opposite = variant.Package.Predictor.Positive == champion.Package.Predictor.Negative;
    }

    public bool AreOf(VariantNumbers variant, VariantNumbers champion) => variant == _variant && champion == _champion;

    /// <summary>What both did since both have been there: it only grows.</summary>
    public CanaryCounts Count()
    {
        var (own, others) = (_variant.Read(), _champion.Read());
        return new(own.Rows - _variantBefore.Rows, own.Errors - _variantBefore.Errors, own.Latency.Since(_variantBefore.Latency), others.Latency.Since(_championBefore.Latency), Read());
    }

    public VariantComparisonWire ToWire(bool isShadow)
    {
        var (own, others) = (_variant.Read(), _champion.Read());
        return new(
            _championVersion, Comparison.Of(Read()),
            isShadow ? null : Comparison.Difference(
                own.Positives - _variantBefore.Positives, own.Rows - _variantBefore.Rows, others.Positives - _championBefore.Positives, others.Rows - _championBefore.Rows));
    }

    public void Add(double variantProbability, bool variantPositive, double championProbability, bool championPositive)
    {
        if (_opposite) (variantProbability, variantPositive) = (1 - variantProbability, !variantPositive);
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
    public PairCounts Plus(PairCounts more) => new(Both + more.Both, OnlyVariant + more.OnlyVariant, OnlyChampion + more.OnlyChampion, Neither + more.Neither, Difference + more.Difference);

    /// <param name="before">What these were earlier.</param>
    public PairCounts Since(PairCounts before) => new(
        Both - before.Both, OnlyVariant - before.OnlyVariant, OnlyChampion - before.OnlyChampion, Neither - before.Neither, Math.Max(0, Difference - before.Difference));

    public long Rows => Both + OnlyVariant + OnlyChampion + Neither;

    public long Disagreed => OnlyVariant + OnlyChampion;
}
