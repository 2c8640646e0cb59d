namespace Cairn.Serving.Variants;

/// <summary>A variant and the champion on the same rows. Safe for several threads.</summary>
/// <param name="variant">The source of the one.</param>
/// <param name="champion">And of the other: with another version of either, another comparison begins.</param>
internal sealed class PairNumbers(long variant, long champion)
{
    private readonly Lock _gate = new();
    private long _both, _onlyVariant, _onlyChampion, _neither;
    private double _difference;

    public bool IsOf(long variantSource, long championSource) => (variantSource, championSource) == (variant, champion);

    public void Add(double variantProbability, bool variantPositive, double championProbability, bool championPositive)
    {
        lock (_gate)
        {
            ref var count = ref variantPositive ? ref championPositive ? ref _both : ref _onlyVariant : ref championPositive ? ref _onlyChampion : ref _neither;
            count++;
            _difference += Math.Abs(variantProbability - championProbability);
        }
    }

    public PairCounts Read()
    {
        lock (_gate) return new(_both, _onlyVariant, _onlyChampion, _neither, _difference);
    }
}

/// <param name="Both">Rows that both call positive.</param>
/// <param name="Difference">The sum of the absolute differences of their probabilities.</param>
internal sealed record PairCounts(long Both, long OnlyVariant, long OnlyChampion, long Neither, double Difference)
{
    public long Rows => Both + OnlyVariant + OnlyChampion + Neither;

    public long Disagreed => OnlyVariant + OnlyChampion;
}
