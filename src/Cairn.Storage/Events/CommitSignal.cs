namespace Cairn.Storage.Events;

/// <summary>Wakes those who follow the events. Take <see cref="Next"/> before reading, so that nothing slips in between.</summary>
/// <param name="poll">Look again after this long even without a signal; null: the signal never misses a commit.</param>
internal sealed class CommitSignal(TimeSpan? poll)
{
    private TaskCompletionSource _next = New();

    public TimeSpan? Poll { get; } = poll;

    public Task Next => Volatile.Read(ref _next).Task;

    public void Raise() => Interlocked.Exchange(ref _next, New()).TrySetResult();

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
