using System.Text.Json;

namespace Cairn.Serving.Variants;

/// <summary>A part of a deployment's traffic, in millionths: from the first place to the one behind the last. What belongs to nobody is the champion's.</summary>
internal readonly record struct TrafficPart(int From, int To)
{
    public const int Whole = 1_000_000;

    public int Size => To - From;

    /// <summary>
    /// Another share for a variant, so that no more entities change their variant than must: it keeps what it has, and takes the lowest places
    /// that are free or gives back its highest.
    /// </summary>
    /// <param name="others">What belongs to other variants.</param>
    /// <exception cref="ArgumentException">There are not as many free places.</exception>
    public static IReadOnlyList<TrafficPart> Resize(IReadOnlyList<TrafficPart> own, IEnumerable<TrafficPart> others, int size)
    {
        var parts = new List<TrafficPart>();
        var missing = size;
        foreach (var part in own.OrderBy(part => part.From))
        {
            var kept = Math.Min(missing, part.Size);
            if (kept > 0) parts.Add(new(part.From, part.From + kept));
            missing -= kept;
        }

        var place = 0;
        foreach (var taken in parts.Concat(others).OrderBy(part => part.From).Append(new(Whole, Whole)).ToList())
        {
            var free = Math.Min(missing, taken.From - place);
            if (free > 0) parts.Add(new(place, place + free));
            missing -= Math.Max(0, free);
            place = Math.Max(place, taken.To);
        }

        if (missing > 0) throw new ArgumentException($"{missing} places of {size} are not free.", nameof(size));
        return Joined(parts);
    }

    public static string Write(IEnumerable<TrafficPart> parts) => JsonSerializer.Serialize(parts.Select(part => new[] { part.From, part.To }));

    public static IReadOnlyList<TrafficPart> Read(string parts) => [.. JsonSerializer.Deserialize<int[][]>(parts)!.Select(part => new TrafficPart(part[0], part[1]))];

    private static List<TrafficPart> Joined(List<TrafficPart> parts)
    {
        var joined = new List<TrafficPart>();
        foreach (var part in parts.OrderBy(part => part.From))
        {
            if (joined.Count > 0 && joined[^1].To == part.From) joined[^1] = new(joined[^1].From, part.To);
            else joined.Add(part);
        }

        return joined;
    }
}
