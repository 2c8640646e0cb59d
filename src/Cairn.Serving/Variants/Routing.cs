using System.Text.Json;
using Cairn.Serving.Live;

namespace Cairn.Serving.Variants;

/// <summary>A version beside the champion, and how it compares with it.</summary>
internal sealed record RoutedVariant(ServedModel Model, PairNumbers Pairs);

/// <summary>Who answers what in a deployment at one moment. A request reads it once and keeps it: a swap in the middle does not touch it.</summary>
internal sealed class Routing
{
    private readonly (TrafficPart Part, ServedModel Model)[] _parts;
    private readonly ulong _salt;

    private Routing(ServedModel champion, byte[]? entityName, (TrafficPart, ServedModel)[] parts, RoutedVariant[] shadows, RoutedVariant[] canaries, ulong salt) =>
        (Champion, EntityName, _parts, Shadows, Canaries, _salt) = (champion, entityName ?? champion.Package.Key, parts, shadows, canaries, salt);

    /// <value>Answers all that no other variant does.</value>
    public ServedModel Champion { get; }

    /// <value>The member of a request that says whom it is about, UTF-8; empty when there is none.</value>
    public byte[] EntityName { get; }

    /// <value>Score what others answer.</value>
    public IReadOnlyList<RoutedVariant> Shadows { get; }

    /// <value>What they answer is scored by the champion too.</value>
    public IReadOnlyList<RoutedVariant> Canaries { get; }

    /// <value>False: no row is scored again, whoever answers it.</value>
    public bool ScoresAgain => Shadows.Count > 0 || Canaries.Count > 0;

    /// <value>False: the champion answers everything, and nobody need look whom a row is about.</value>
    public bool IsSplit => _parts.Length > 0;

    public static Routing To(ServedModel champion) => new(champion, [], [], [], [], 0);

    /// <param name="entityName">Null: the key of the champion's contract.</param>
    /// <returns>Null without a champion to serve: the others stand beside it, never in its place.</returns>
    public static Routing? Of(LiveVariant champion, IReadOnlyList<LiveVariant> others, byte[]? entityName, ulong salt) => champion.Serving is not { } serving
        ? null
        : new(serving, entityName,
            [.. from variant in others
                where variant is { IsShadow: false, Serving: not null }
                from part in variant.Row!.ReadParts()
                orderby part.From
                select (part, variant.Serving)],
            [.. from variant in others where variant is { IsShadow: true, Serving: not null } select new RoutedVariant(variant.Serving!, variant.Pairs!)],
            [.. from variant in others where variant is { Row.Canary: not null, Serving: not null } select new RoutedVariant(variant.Serving!, variant.Pairs!)],
            salt);

    /// <summary>Whether a row that was answered is scored again, by a shadow or by the champion.</summary>
    public bool IsScoredAgain(ServedModel by)
    {
        if (Shadows.Count > 0) return true;
        foreach (var canary in Canaries) if (ReferenceEquals(canary.Model, by)) return true;
        return false;
    }

    /// <summary>Who answers the row that the reader stands on: for one entity always the same, as long as shares stay as they are.</summary>
    public ServedModel Choose(Utf8JsonReader row, Guid id)
    {
        var place = TrafficPlace.Of(row, EntityName, id, _salt);
        foreach (var (part, model) in _parts)
        {
            if (place < part.From) break;
            if (place < part.To) return model;
        }

        return Champion;
    }
}
