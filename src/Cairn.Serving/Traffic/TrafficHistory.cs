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
    /// <value>Seconds of a point; the fine ones are kept for fewer minutes.</value>
    public const int FineStep = 10, CoarseStep = 60;

    public const int FineMinutes = 10, MostMinutes = 360;

    // Versions: of those that went, the first to come is forgotten first.
    private const int MostKept = 64;

    // A time further behind the last look is that of a clock that was set back; a nearer one was read before others looked.
    private const long MostBehind = 60_000_000;

    private readonly Lock _gate = new();
    private readonly List<VariantHistory> _variants = [];

    // Since the last look, in order: none that came and went is passed over.
    private readonly List<IReadOnlyList<Came>> _came = [];
    private long _looked;

    /// <summary>Who serves from now on.</summary>
    public void Serve(IReadOnlyList<LiveVariant> variants)
    {
        var serving = variants.Where(variant => variant is { Numbers: not null, Version: not null })
            .Select(variant => new Came(variant.Name, variant.Version!.Value, variant.IsShadow, variant.Since, variant.Numbers!)).ToList();
        lock (_gate) _came.Add(serving);
    }

    public void Look(long now)
    {
        lock (_gate) LookOnce(now);
    }

    /// <summary>Up to now.</summary>
    public TrafficWire Read(string deployment, int minutes, long now)
    {
        lock (_gate)
        {
            now = LookOnce(now);
            var fine = minutes <= FineMinutes;
            var step = fine ? FineStep : CoarseStep;
            var slots = minutes * 60 / step;
            return new(
                deployment, ((now / (step * 1_000_000L)) - slots) * step * 1_000_000, now, step,
                [.. _variants
                    .OrderBy(history => history.Numbers is null).ThenBy(history => history.Name != LiveVariant.Champion)
                    .ThenBy(history => history.Name, StringComparer.Ordinal).ThenByDescending(history => history.Version)
                    .Select(history => (History: history, Points: (IReadOnlyList<TrafficPointWire>)[.. (fine ? history.Fine : history.Coarse).Read(slots, now, goesOn: history.Numbers is not null)]))
                    .Where(one => one.History.Numbers is not null || one.Points.Any(point => point.Rows > 0 || point.Errors > 0))
                    .Select(one => new VariantTrafficWire(one.History.Name, one.History.Version, one.History.IsShadow, one.Points))]);
        }
    }

    /// <returns>The time that was looked at: never behind the last one, but where the clock was set back.</returns>
    private long LookOnce(long now)
    {
        if (now < _looked && _looked - now < MostBehind) now = _looked;
        if (now < _looked) _variants.RemoveAll(history => history.Numbers is null); // what they did has not happened yet
        foreach (var history in _variants) history.Look(now);
        foreach (var variants in _came) Follow(variants, now);
        _came.Clear();
        _looked = now;
        _variants.RemoveAll(history => history.Numbers is null && !history.DidAnything(now));
        while (_variants.Count > MostKept) _variants.Remove(_variants.First(history => history.Numbers is null));
        return now;
    }

    private void Follow(IReadOnlyList<Came> variants, long now)
    {
        var there = new List<VariantHistory>();
        foreach (var variant in variants)
        {
            var (history, numbers) = (Of(variant.Name, variant.Version, variant.IsShadow), variant.Numbers);
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

    /// <summary>Who came, without its model: one that is put to sleep is not kept in memory by its history.</summary>
    private sealed record Came(string Name, long Version, bool IsShadow, long Since, VariantNumbers Numbers);
}
