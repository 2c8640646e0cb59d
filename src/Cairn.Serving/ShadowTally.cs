using System.Text.Json.Serialization;
using Cairn.Client.Wire;
using Cairn.Learning;
using Cairn.Serving.Log;

namespace Cairn.Serving;

/// <summary>What a candidate would have answered in a stretch of the log; stretches add up.</summary>
public sealed record ShadowTally
{
    private const int MostReasons = 100;

    public long Seen { get; set; }

    public long Erased { get; set; }

    /// <value>With the least id of which it is true.</value>
    public IDictionary<string, ShadowRefusalWire> Refused { get; init; } = new Dictionary<string, ShadowRefusalWire>(StringComparer.Ordinal);

    public IList<AnsweredWire> Answered { get; init; } = [];

    /// <value>Large: stored apart.</value>
    [JsonIgnore]
    public ScoreComparison Comparison { get; init; } = new();

    public void Add(ShadowTally more)
    {
        ArgumentNullException.ThrowIfNull(more);
        Seen += more.Seen;
        Erased += more.Erased;
        foreach (var refusal in more.Refused.Values) Refuse(refusal);
        foreach (var answered in more.Answered) Count(answered);
        Comparison.Add(more.Comparison);
    }

    internal void Refuse(string reason, Guid example) => Refuse(new ShadowRefusalWire(reason, 1, example.ToString("N")));

    internal void Count(LogSourceRow source, long rows) => Count(new AnsweredWire(source.Variant, source.Model, source.Version, source.PackageDigest.Hex, rows));

    private void Refuse(ShadowRefusalWire refusal)
    {
        var reason = Refused.ContainsKey(refusal.Reason) || Refused.Count < MostReasons ? refusal.Reason : "other reasons";
        Refused[reason] = Refused.TryGetValue(reason, out var known)
            ? known with { Count = known.Count + refusal.Count, Example = string.CompareOrdinal(known.Example, refusal.Example) <= 0 ? known.Example : refusal.Example }
            : refusal with { Reason = reason };
    }

    private void Count(AnsweredWire answered)
    {
        if (answered.Rows == 0) return;
        for (var i = 0; i < Answered.Count; i++)
        {
            if (Answered[i] != answered with { Rows = Answered[i].Rows }) continue;
            Answered[i] = answered with { Rows = answered.Rows + Answered[i].Rows };
            return;
        }

        Answered.Add(answered);
    }
}
