using Cairn.Client.Wire;
using Cairn.Serving.Variants;

namespace Cairn.Serving.Traffic;

/// <summary>What a variant did in a stretch of time, without the histogram that its latencies come from: small, since many are kept.</summary>
/// <param name="Slot">Where it begins: so many steps of its series after 1970.</param>
/// <param name="Slots">How many of them it is long: more than one when the process stood still.</param>
/// <param name="P50">Microseconds; means nothing without requests.</param>
internal readonly record struct TrafficPoint(long Slot, int Slots, int P50, int P95, int P99, long Requests, long Rows, long Errors, long Positives, double Probabilities)
{
    public static TrafficPoint Of(long slot, int slots, VariantCounts counts)
    {
        var latency = Comparison.Of(counts.Latency);
        return new(
            slot, slots, (int)(latency?.P50Us ?? 0), (int)(latency?.P95Us ?? 0), (int)(latency?.P99Us ?? 0), counts.Requests, counts.Rows, counts.Errors, counts.Positives, counts.Probabilities);
    }

    public static TrafficPointWire Idle(long slot, int step, double seconds) => new(slot * step * 1_000_000, seconds, 0, 0, 0, null, null, null);

    /// <param name="step">Seconds of a slot.</param>
    /// <param name="seconds">Of one that is not over.</param>
    public TrafficPointWire ToWire(int step, double? seconds = null) => new(
        Slot * step * 1_000_000, seconds ?? Slots * step, Requests, Rows, Errors, Requests == 0 ? null : new(P50, P95, P99), Rows == 0 ? null : (double)Positives / Rows,
        Rows == 0 ? null : Math.Clamp(Probabilities / Rows, 0, 1)); // the difference of two sums is off by their last digits
}
