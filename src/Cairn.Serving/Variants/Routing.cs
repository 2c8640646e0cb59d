using System.Text.Json;
using Cairn.Serving.Live;

namespace Cairn.Serving.Variants;

/// <summary>Who answers what in a deployment at one moment. A request reads it once and keeps it: a swap in the middle does not touch it.</summary>
internal sealed class Routing
{
    private readonly (TrafficPart Part, ServedModel Model)[] _parts;
    private readonly ulong _salt;

    private Routing(ServedModel champion, (TrafficPart, ServedModel)[] parts, ulong salt) => (Champion, _parts, _salt) = (champion, parts, salt);

    /// <value>Answers all that no other variant does.</value>
    public ServedModel Champion { get; }

    /// <value>False: the champion answers everything, and nobody need look whom a row is about.</value>
    public bool IsSplit => _parts.Length > 0;

    public static Routing To(ServedModel champion) => new(champion, [], 0);

    /// <returns>Null without a champion to serve: the others stand beside it, never in its place.</returns>
    public static Routing? Of(LiveVariant champion, IReadOnlyList<LiveVariant> others, ulong salt) => champion.Serving is not { } serving
        ? null
        : new(serving,
            [.. from variant in others
                where variant is { IsShadow: false, Serving: not null }
                from part in variant.Row!.ReadParts()
                orderby part.From
                select (part, variant.Serving)], salt);

    /// <summary>Who answers the row that the reader stands on: for one entity always the same, as long as shares stay as they are.</summary>
    /// <param name="entity">The member that says whom a row is about, UTF-8; empty: rows are spread by the ids of their predictions.</param>
    public ServedModel Choose(Utf8JsonReader row, ReadOnlySpan<byte> entity, Guid id)
    {
        var place = TrafficPlace.Of(row, entity, id, _salt);
        foreach (var (part, model) in _parts)
        {
            if (place < part.From) break;
            if (place < part.To) return model;
        }

        return Champion;
    }
}
