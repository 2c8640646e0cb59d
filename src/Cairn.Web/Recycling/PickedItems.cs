using Cairn.Client.Wire;
using Cairn.Web.Routing;

namespace Cairn.Web.Recycling;

/// <summary>What was picked in the bin, as <c>subject=runs/a&amp;subject=experiments/4</c>.</summary>
internal static class PickedItems
{
    public const string Name = "subject";

    private const int Most = 100;

    public static List<string> Of(IEnumerable<string?> subjects) => [.. subjects.OfType<string>().Where(subject => subject.Length > 0).Distinct(StringComparer.Ordinal).Take(Most)];

    public static string Query(IEnumerable<string> subjects) => string.Join('&', subjects.Select(subject => $"{Name}={Uri.EscapeDataString(subject)}"));

    /// <summary>Those that are in the bin.</summary>
    public static async Task<Loaded<IReadOnlyList<BinItemWire>>> Read(PageRequest request, IReadOnlyList<string> subjects) =>
        subjects.Count == 0 ? new([], null) : await request.Load((api, stop) => api.FindInBinAsync(subjects, stop));
}
