using System.Text;
using Cairn.Serving.Log;

namespace Cairn.Serving.Truth;

/// <summary>
/// Finds for many outcomes at once the last prediction about their entity before they became true. The predictions of the period pass by once, in any order;
/// what is held is one place for each outcome.
/// </summary>
internal sealed class EntityMatch
{
    private const int LongestEntity = 256;

    private readonly Dictionary<string, int> _first = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> _lookup;
    private readonly List<(int Place, int Next)> _named = [];
    private readonly List<Wanted> _wanted = [];

    public EntityMatch() => _lookup = _first.GetAlternateLookup<ReadOnlySpan<char>>();

    /// <value>The earliest prediction that can count, milliseconds.</value>
    public long FromMs { get; private set; } = long.MaxValue;

    /// <value>After the last one that can.</value>
    public long ToMs { get; private set; }

    /// <value>How many have found none so far. Seen from the newest to the oldest, those that have found one keep it.</value>
    public int Open { get; private set; }

    /// <param name="alias">Another name under which the log may have the entity: its pseudonym.</param>
    /// <param name="observedAt">Microseconds.</param>
    /// <param name="withinMs">A prediction made longer before does not count; null: any.</param>
    /// <returns>The place to ask <see cref="Found"/> for.</returns>
    public int Add(string entity, string? alias, long observedAt, long? withinMs)
    {
        var until = observedAt / 1000;
        var from = withinMs is { } within ? Math.Max(0, ((observedAt + 999) / 1000) - within) : 0;
        (FromMs, ToMs) = (Math.Min(FromMs, from), Math.Max(ToMs, until + 1));
        _wanted.Add(new(from, until));
        Name(entity);
        if (alias is not null && alias != entity) Name(alias);
        Open++;
        return _wanted.Count - 1;

        void Name(string name)
        {
            _named.Add((_wanted.Count - 1, _first.TryGetValue(name, out var next) ? next : -1));
            _first[name] = _named.Count - 1;
        }
    }

    public void See(in LogKey key)
    {
        if (key.Entity.IsEmpty || key.Flags.HasFlag(RecordFlags.Shadow)) return;
        Span<char> entity = stackalloc char[LongestEntity];
        if (!Encoding.UTF8.TryGetChars(key.Entity, entity, out var length) || !_lookup.TryGetValue(entity[..length], out var at)) return;
        var ms = key.Milliseconds;
        for (; at >= 0; at = _named[at].Next)
        {
            var place = _named[at].Place;
            var wanted = _wanted[place];
            if (ms < wanted.FromMs || ms > wanted.UntilMs || (wanted.Found && wanted.Id.CompareTo(key.Id) >= 0)) continue;
            if (!wanted.Found) Open--;
            _wanted[place] = wanted with { Found = true, Id = key.Id, Source = key.Source };
        }
    }

    /// <returns>The prediction and the number of what answered it; null: there is none.</returns>
    public (Guid Id, long Source)? Found(int place) => _wanted[place] is { Found: true } wanted ? (wanted.Id, wanted.Source) : null;

    private readonly record struct Wanted(long FromMs, long UntilMs, bool Found = false, Guid Id = default, long Source = 0);
}
