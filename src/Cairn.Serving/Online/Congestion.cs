namespace Cairn.Serving.Online;

/// <summary>
/// Whether there is more to do than can be done, told from how long probes wait in the queue of the thread pool, where requests wait too.
/// A burst or a pause of the collector is not congestion: it takes a quarter of a second in which no probe was quick. From then on, until a
/// second has passed in which all were, what would wait longer than the target for its turn is refused, and what would be more at once than
/// is done within twice the target.
/// </summary>
/// <remarks>
/// The rule of CoDel (Nichols and Jacobson, "Controlling queue delay", ACM Queue 10(5), 2012) for when a queue is bad, with the two limits of
/// Maurer, "Fail at scale", ACM Queue 13(8), 2015, and Little's law for how many are too many. Times are ticks of <see cref="TimeSpan"/> on a
/// clock that never goes back. One probe is under way at a time.
/// </remarks>
/// <param name="alwaysIn">So many at once are never too many: refusing costs time as well, and must not be all that a flooded server does.</param>
internal sealed class Congestion(int alwaysIn)
{
    public const long
        Target = 5 * TimeSpan.TicksPerMillisecond,
        Every = TimeSpan.TicksPerMillisecond,
        Onset = 250 * TimeSpan.TicksPerMillisecond,
        Calm = TimeSpan.TicksPerSecond;

    private const long Counted = 50 * TimeSpan.TicksPerMillisecond;

    private long _sent = long.MinValue / 2, _quick, _slow, _waited, _countedAt, _done, _most = alwaysIn;
    private int _underway;
    private volatile bool _isOn;

    public bool IsOn => _isOn;

    /// <summary>True for one caller now and then: it sends a probe, which calls <see cref="Ran"/> when its turn has come.</summary>
    public bool WantsProbe(long now)
    {
        var sent = Volatile.Read(ref _sent);
        if (now - sent < Every || Volatile.Read(ref _underway) != 0 || Interlocked.Exchange(ref _underway, 1) != 0) return false;
        // After a pause nothing is known of the time before: that is no reason to think badly of it.
        if (now - sent > Calm) (_quick, _waited) = (now, 0);
        Volatile.Write(ref _sent, now);
        return true;
    }

    /// <param name="done">How many were done since the start.</param>
    public void Ran(long now, long done)
    {
        var waited = now - _sent;
        Volatile.Write(ref _waited, waited);
        if (waited <= Target) _quick = now;
        else _slow = now;
        if (now - _countedAt >= Counted)
        {
            Volatile.Write(ref _most, Math.Max(alwaysIn, (done - _done) * 2 * Target / (now - _countedAt)));
            (_countedAt, _done) = (now, done);
        }

        _isOn = _isOn ? now - _slow < Calm : now - _quick > Onset;
        Volatile.Write(ref _underway, 0);
    }

    /// <summary>True when one more is too many.</summary>
    public bool Refuses(long now, long inFlight) =>
        _isOn && inFlight >= alwaysIn
        && (inFlight >= Volatile.Read(ref _most) || Volatile.Read(ref _waited) > Target || (Volatile.Read(ref _underway) != 0 && now - Volatile.Read(ref _sent) > Target));
}
