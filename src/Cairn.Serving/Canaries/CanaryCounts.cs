using System.Text.Json;
using Cairn.Client.Wire;
using Cairn.Serving.Variants;

namespace Cairn.Serving.Canaries;

/// <summary>What a canary and the champion did, counted from some moment on. Sums and differences of counts are counts.</summary>
/// <param name="Requests">Latencies of requests that the canary answered a row of.</param>
/// <param name="Pairs">Rows that the canary answered and the champion scored too.</param>
internal sealed record CanaryCounts(long Rows, long Errors, LatencyHistogram Requests, LatencyHistogram ChampionRequests, PairCounts Pairs)
{
    public static CanaryCounts None { get; } = new(0, 0, new(), new(), new(0, 0, 0, 0, 0));

    /// <value>Rows that were its to answer.</value>
    public long Given => Rows + Errors;

    public CanaryCounts Plus(CanaryCounts more) => new(Rows + more.Rows, Errors + more.Errors, Requests.Plus(more.Requests), ChampionRequests.Plus(more.ChampionRequests), Pairs.Plus(more.Pairs));

    /// <param name="before">What the same counters said earlier.</param>
    public CanaryCounts Since(CanaryCounts before) => new(
        Rows - before.Rows, Errors - before.Errors, Requests.Since(before.Requests), ChampionRequests.Since(before.ChampionRequests), Pairs.Since(before.Pairs));

    public string Write() => JsonSerializer.Serialize(new Stored(
        Rows, Errors, Requests.Write(), ChampionRequests.Write(), [Pairs.Both, Pairs.OnlyVariant, Pairs.OnlyChampion, Pairs.Neither], Pairs.Difference));

    public static CanaryCounts Read(string json)
    {
        var stored = JsonSerializer.Deserialize<Stored>(json)!;
        return new(stored.Rows, stored.Errors, LatencyHistogram.Read(stored.Requests), LatencyHistogram.Read(stored.Champion), new(stored.Pairs[0], stored.Pairs[1], stored.Pairs[2], stored.Pairs[3], stored.Difference));
    }

    public CanaryCountsWire ToWire(long? slowAbove) => new(
        Rows, Errors, Requests.Count, Comparison.Of(Requests), ChampionRequests.Count, Comparison.Of(ChampionRequests), slowAbove, slowAbove is { } micros ? Requests.CountAbove(micros) : 0, Comparison.Of(Pairs));

    private sealed record Stored(long Rows, long Errors, long[][] Requests, long[][] Champion, long[] Pairs, double Difference);
}
