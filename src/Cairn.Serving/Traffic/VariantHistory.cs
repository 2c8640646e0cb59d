using Cairn.Serving.Variants;

namespace Cairn.Serving.Traffic;

/// <summary>What a version did in its place of a deployment in the last minutes: what its counters said at one look is taken from what they say at the next.</summary>
internal sealed class VariantHistory(string name, long version, bool shadow)
{
    public string Name => name;

    public long Version => version;

    public bool IsShadow => shadow;

    /// <value>Null: it is not there any more.</value>
    public VariantNumbers? Numbers { get; private set; }

    /// <value>What those said at the last look.</value>
    public VariantCounts Told { get; private set; } = VariantCounts.None;

    public PointSeries Fine { get; } = new(TrafficHistory.FineStep, kept: TrafficHistory.FineMinutes * 60 / TrafficHistory.FineStep);

    public PointSeries Coarse { get; } = new(TrafficHistory.CoarseStep, kept: TrafficHistory.MostMinutes * 60 / TrafficHistory.CoarseStep);

    public bool DidAnything(long now) => Coarse.DidAnything(now);

    public bool Is(string variant, long number, bool asShadow) => name == variant && version == number && shadow == asShadow;

    /// <summary>Counts from what the numbers had said by then.</summary>
    /// <param name="since">When it came.</param>
    public void Follow(VariantNumbers numbers, VariantCounts told, long since, long now)
    {
        (Numbers, Told) = (numbers, told);
        Fine.Begin(since);
        Coarse.Begin(since);
        Look(now);
    }

    public void Look(long now)
    {
        if (Numbers is null)
        {
            Fine.Forget(now);
            Coarse.Forget(now);
            return;
        }

        var counts = Numbers.Read(Told);
        var did = ReferenceEquals(counts, Told) ? VariantCounts.None : counts.Since(Told);
        Told = counts;
        Fine.Add(did, now);
        Coarse.Add(did, now);
    }

    public void Leave() => (Numbers, Told) = (null, VariantCounts.None);
}
