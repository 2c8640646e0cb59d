using System.Collections.Concurrent;
using Cairn.Kernel;

namespace Cairn.Access.Limits;

/// <summary>
/// One token bucket for each caller, kept as the time when it would be full again (the generic cell rate algorithm): a request is one
/// compare-and-swap, and what is left and how long to wait are exact.
/// </summary>
/// <remarks>
/// Stands in for System.Threading.RateLimiting, whose buckets are filled by a timer ten times a second, know no <see cref="TimeProvider"/>,
/// and say what is left in a new object each time.
/// </remarks>
internal sealed class TokenBuckets(RequestRate rate, TimeProvider clock)
{
    private readonly ConcurrentDictionary<(WorkspaceId Workspace, string Caller), Bucket> _buckets = new(); // as many as there are accounts
    private readonly long _each = Math.Max(1, (long)(clock.TimestampFrequency / rate.PerSecond));

    private long Whole => _each * rate.Burst;

    public Taken Take(Caller caller)
    {
        var bucket = _buckets.GetOrAdd((caller.Workspace, caller.Name), static _ => new Bucket());
        while (true)
        {
            var now = clock.GetTimestamp();
            var full = Volatile.Read(ref bucket.Full);
            var then = Math.Max(full, now) + _each;
            if (then - now > Whole) return new(false, 0, Span(then - now - Whole), Span(full - now));
            if (Interlocked.CompareExchange(ref bucket.Full, then, full) == full) return new(true, (Whole - (then - now)) / _each, TimeSpan.Zero, Span(then - now));
        }
    }

    private TimeSpan Span(long ticks) => TimeSpan.FromSeconds((double)ticks / clock.TimestampFrequency);

    /// <param name="Left">Requests that may follow at once.</param>
    /// <param name="Wait">Until the next one is taken.</param>
    /// <param name="UntilFull">Until a whole burst may follow.</param>
    public readonly record struct Taken(bool IsTaken, long Left, TimeSpan Wait, TimeSpan UntilFull);

    private sealed class Bucket
    {
        public long Full = long.MinValue / 2; // before any time there is, and far enough from the end to be subtracted from
    }
}
