namespace Cairn.Storage.Sqlite;

/// <summary>A piece of work that waits for the writer, and the task its caller awaits.</summary>
internal abstract class QueuedWork
{
    /// <summary>Runs the work. True: keep what it did; false: it refused.</summary>
    public abstract bool Run(WriteTransaction transaction);

    /// <summary>Tells the caller the result of <see cref="Run"/>: to be called when it is durable.</summary>
    public abstract void Complete();

    public abstract void Fail(Exception exception);

    /// <summary>True when the caller gave up before the work began.</summary>
    public abstract bool WasCancelled();
}

internal sealed class QueuedWork<T>(Func<WriteTransaction, T> work, Func<T, bool>? keep, CancellationToken cancellation) : QueuedWork
{
    // Without RunContinuationsAsynchronously the callers' code would run on the writer's thread.
    private readonly TaskCompletionSource<T> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private T? _result;

    public Task<T> Completion => _completion.Task;

    public override bool Run(WriteTransaction transaction)
    {
        _result = work(transaction);
        return keep is null || keep(_result);
    }

    public override void Complete() => _completion.TrySetResult(_result!);

    public override void Fail(Exception exception) => _completion.TrySetException(exception);

    public override bool WasCancelled()
    {
        // Asked once: a token cancelled between two looks would be told to the writer and not to the caller, who then waits for ever.
        if (!cancellation.IsCancellationRequested) return false;
        _completion.TrySetCanceled(cancellation);
        return true;
    }
}
