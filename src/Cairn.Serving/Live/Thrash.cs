using Cairn.Kernel;

namespace Cairn.Serving.Live;

/// <summary>How often what was unloaded is wanted again soon. Times are milliseconds on a clock that never goes back. For one thread at a time.</summary>
internal sealed class Thrash
{
    /// <value>From so many in a minute on there is too little memory.</value>
    public const int Many = 10;

    private const long Minute = 60_000;
    private const int MostKept = 10_000;

    private readonly Dictionary<Digest, long> _evicted = [];
    private readonly Queue<long> _again = [];

    public void Evicted(Digest package, long now)
    {
        if (_evicted.Count >= MostKept) _evicted.Clear(); // counts a little too few, once in a while
        _evicted[package] = now;
    }

    public void Loaded(Digest package, long now)
    {
        if (!_evicted.Remove(package, out var at) || now - at >= Minute) return;
        if (_again.Count == MostKept) _again.Dequeue();
        _again.Enqueue(now);
    }

    public int LastMinute(long now)
    {
        while (_again.TryPeek(out var at) && now - at >= Minute) _again.Dequeue();
        return _again.Count;
    }
}
