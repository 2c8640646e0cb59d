using Cairn.Client.Wire;
using Cairn.Serving.Variants;

namespace Cairn.Serving.Traffic;

/// <summary>What a variant did in one slot of the clock after the other. Slots in which it did nothing take no memory.</summary>
/// <param name="step">Seconds of a slot.</param>
/// <param name="kept">Slots that are kept besides the one that goes on.</param>
internal sealed class PointSeries(int step, int kept)
{
    private readonly Queue<TrafficPoint> _points = new();
    private VariantCounts _running = VariantCounts.None;
    private long? _first;
    private long _slot;

    public long SlotAt(long now) => now / (step * 1_000_000L);

    /// <summary>There is something to count from now on, for the first time or again.</summary>
    public void Begin(long now)
    {
        var slot = SlotAt(now);
        if (_first is null) (_first, _slot) = (slot, slot);
        else if (slot > _slot) End(slots: 1, next: slot);
    }

    /// <param name="did">Since the last time.</param>
    public void Add(VariantCounts did, long now)
    {
        if (!did.IsNone) _running = _running.IsNone ? did : _running.Plus(did);
        var slot = SlotAt(now);
        if (slot > _slot) End((int)Math.Min(slot - _slot, int.MaxValue), slot);
        else if (slot < _slot) SetBack(slot);
        Forget(now);
    }

    public void Forget(long now)
    {
        for (var oldest = SlotAt(now) - kept; _points.TryPeek(out var point) && point.Slot + point.Slots <= oldest;) _points.Dequeue();
    }

    /// <summary>False: nothing was done in what is kept.</summary>
    public bool DidAnything(long now) => _points.Count > 0 || (!_running.IsNone && _slot >= SlotAt(now) - kept);

    /// <summary>The last so many slots and the one that goes on, oldest first; none before it was there.</summary>
    /// <param name="goesOn">False: what it counted ended with what it did last.</param>
    public IEnumerable<TrafficPointWire> Read(int slots, long now, bool goesOn)
    {
        var at = Math.Max(_first ?? long.MaxValue, SlotAt(now) - slots);
        foreach (var point in _points)
        {
            if (point.Slot + point.Slots <= at) continue;
            for (; at < point.Slot; at++) yield return TrafficPoint.Idle(at, step, step);
            yield return point.ToWire(step);
            at = point.Slot + point.Slots;
        }

        for (; at < _slot; at++) yield return TrafficPoint.Idle(at, step, step);
        if (at > _slot || (_running.IsNone && !goesOn)) yield break;
        var length = Math.Min(step, (now / 1e6) - (_slot * step));
        yield return _running.IsNone ? TrafficPoint.Idle(_slot, step, length) : TrafficPoint.Of(_slot, 1, _running).ToWire(step, length);
    }

    private void End(int slots, long next)
    {
        if (!_running.IsNone) _points.Enqueue(TrafficPoint.Of(_slot, slots, _running));
        (_running, _slot) = (VariantCounts.None, next);
    }

    /// <summary>By the clock, what is kept has not happened yet.</summary>
    private void SetBack(long slot)
    {
        _points.Clear();
        (_first, _slot) = (slot, slot);
    }
}
