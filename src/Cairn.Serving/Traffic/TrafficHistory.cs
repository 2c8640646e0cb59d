using Cairn.Client.Wire;
using Cairn.Serving.Live;
using Cairn.Serving.Variants;

namespace Cairn.Serving.Traffic;

/// <summary>
/// What the variants of a deployment did over the last hours, in this process: ten minutes by tens of seconds, six hours by minutes. Nobody
/// who answers a request knows of it: it looks at what the variants count anyway. Safe for several threads.
/// </summary>
internal sealed class TrafficHistory
{
    public const int MostMinutes = 360;

    // Versions: of those that went, the first to come is forgotten first.
    private const int MostKept = 64, FinestMinutes = 10;

    private readonly Lock _gate = new();
    private readonly List<VariantHistory> _variants = [];

    // Since the last look, in order: none that came and went is passed over.
    private readonly List<IReadOnlyList<LiveVariant>> _came = [];
    private long _looked;

    /// <summary>Who serves from now on.</summary>
    public void Serve(IReadOnlyList<LiveVariant> variants)
    {
        lock (_gate) _came.Add(variants);
    }

    public void Look(long now)
    {
        lock (_gate)
        {
            foreach (var history in _variants) history.Look(now);
            foreach (var variants in _came) Follow(variants, now);
            _came.Clear();
            _looked = now;
            _variants.RemoveAll(history => history.Numbers is null && !history.DidAnything(now));
            while (_variants.Count > MostKept) _variants.Remove(_variants.First(history => history.Numbers is null));
        }
    }

    /// <summary>Up to now.</summary>
    public TrafficWire Read(string deployment, int minutes, long now)
    {
        lock (_gate)
        {
            Look(now);
            var fine = minutes <= FinestMinutes;
            var step = fine ? 10 : 60;
            var slots = minutes * 60 / step;
            return new(
                deployment, ((now / (step * 1_000_000L)) - slots) * step * 1_000_000, now, step,
                [.. _variants
                    .OrderBy(history => history.Numbers is null).ThenBy(history => history.Name != LiveVariant.Champion)
                    .ThenBy(history => history.Name, StringComparer.Ordinal).ThenByDescending(history => history.Version)
                    .Select(history => (History: history, Points: (IReadOnlyList<TrafficPointWire>)[.. (fine ? history.Slots : history.Minutes).Read(slots, now, goesOn: history.Numbers is not null)]))
                    .Where(one => one.History.Numbers is not null || one.Points.Any(point => point.Rows > 0 || point.Errors > 0))
                    .Select(one => new VariantTrafficWire(one.History.Name, one.History.Version, one.History.IsShadow, one.Points))]);
        }
    }

    private void Follow(IReadOnlyList<LiveVariant> variants, long now)
    {
        var there = new List<VariantHistory>();
        foreach (var variant in variants)
        {
            if (variant is not { Numbers: { } numbers, Version: { } version }) continue;
            var history = Of(variant.Name, version, variant.IsShadow);
            there.Add(history);
            // A shadow that comes to answer counts on: what it did so far was told as a shadow's.
            if (history.Numbers != numbers) history.Follow(numbers, _variants.Find(other => other.Numbers == numbers)?.Told ?? VariantCounts.None, Math.Max(_looked, Math.Min(variant.Since, now)), now);
        }

        foreach (var history in _variants.Where(history => !there.Contains(history))) history.Leave();
    }

    private VariantHistory Of(string name, long version, bool shadow)
    {
        if (_variants.Find(one => one.Is(name, version, shadow)) is { } known) return known;
        var history = new VariantHistory(name, version, shadow);
        _variants.Add(history);
        return history;
    }
}
