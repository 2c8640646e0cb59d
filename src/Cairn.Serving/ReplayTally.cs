using Cairn.Client.Wire;
using Cairn.Serving.Log;

namespace Cairn.Serving;

/// <summary>What came of a stretch of the log; stretches add up.</summary>
public sealed record ReplayTally
{
    public long Seen { get; set; }

    /// <value>The counts of <see cref="ReplayResultWire.Results"/> for each version that answered.</value>
    public IList<ReplayedVersionWire> Versions { get; init; } = [];

    /// <value>The first that were not the same, by id.</value>
    public IList<ReplayFindingWire> Differences { get; init; } = [];

    public void Add(ReplayTally more)
    {
        ArgumentNullException.ThrowIfNull(more);
        Seen += more.Seen;
        foreach (var version in more.Versions)
        {
            var counts = CountsOf(version);
            foreach (var (result, count) in version.Results) counts[result] = counts.GetValueOrDefault(result) + count;
        }

        foreach (var finding in more.Differences) Note(finding);
    }

    /// <summary>As it is told, with the totals.</summary>
    public ReplayResultWire ToWire(string deployment, long from, long to, double seconds)
    {
        var results = Versions.SelectMany(version => version.Results).GroupBy(result => result.Key, StringComparer.Ordinal)
            .ToDictionary(result => result.Key, result => result.Sum(count => count.Value), StringComparer.Ordinal);
        return new(
            deployment, from, to, Seen, results.Values.Sum(), results,
            [.. Versions.OrderBy(v => v.Model, StringComparer.Ordinal).ThenBy(v => v.Version).ThenBy(v => v.Variant, StringComparer.Ordinal)], [.. Differences], seconds);
    }

    /// <summary>The counts of one that answered, to be added to.</summary>
    internal Dictionary<string, long> CountsOf(LogSourceRow source) =>
        CountsOf(new ReplayedVersionWire(source.Variant, source.Model, source.Version, source.PackageDigest.Hex, source.Evaluator, new Dictionary<string, long>(StringComparer.Ordinal)));

    /// <summary>Keeps the first by id: whichever thread comes first, the same are told.</summary>
    internal void Note(ReplayFindingWire finding)
    {
        var place = Differences.Count;
        while (place > 0 && string.CompareOrdinal(Differences[place - 1].PredictionId, finding.PredictionId) > 0) place--;
        if (place == ReplayResultWire.MostDifferences) return;
        Differences.Insert(place, finding);
        if (Differences.Count > ReplayResultWire.MostDifferences) Differences.RemoveAt(ReplayResultWire.MostDifferences);
    }

    private Dictionary<string, long> CountsOf(ReplayedVersionWire version)
    {
        foreach (var known in Versions)
        {
            if (known.PackageDigest == version.PackageDigest && known.Version == version.Version && known.Evaluator == version.Evaluator && known.Model == version.Model && known.Variant == version.Variant)
                return (Dictionary<string, long>)known.Results;
        }

        var counts = new Dictionary<string, long>(StringComparer.Ordinal);
        Versions.Add(version with { Results = counts });
        return counts;
    }
}
