namespace Cairn.Tracking.RunRecords;

/// <summary>Who follows runs at this moment. Each looks at its run twice a second, so there is a most.</summary>
internal sealed class RunWatchers
{
    public const int Most = 200;

    private int _now;

    /// <returns>To be disposed at the end; null: there are as many as may be.</returns>
    public IDisposable? Enter()
    {
        if (Interlocked.Increment(ref _now) <= Most) return new Place(this);
        Interlocked.Decrement(ref _now);
        return null;
    }

    private sealed class Place(RunWatchers watchers) : IDisposable
    {
        private int _left;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _left, 1) == 0) Interlocked.Decrement(ref watchers._now);
        }
    }
}
