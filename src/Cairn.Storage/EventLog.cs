namespace Cairn.Storage;

/// <summary>Events as they are committed, in order, from any point on.</summary>
public abstract class EventLog
{
    /// <summary>The id of the newest event; 0 when there is none.</summary>
    public abstract Task<long> Latest(CancellationToken cancellation);

    /// <summary>Every event after <paramref name="afterId"/>, then those to come, until cancelled. None is skipped or repeated.</summary>
    public abstract IAsyncEnumerable<Event> Follow(long afterId, CancellationToken cancellation);
}
