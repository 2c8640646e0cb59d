using Cairn.Access;
using Cairn.Kernel;

namespace Cairn.Flows;

/// <summary>Tasks and the order between them. Built anew from its parameters whenever it runs or resumes, so it may hold no state.</summary>
public sealed record Flow(string Name, IReadOnlyList<FlowTask> Tasks);

/// <summary>One step. Its result (JSON) is stored when it succeeds; a resumed run takes it from there instead of running the task again.</summary>
/// <param name="After">Names of the tasks whose results it needs.</param>
public sealed record FlowTask(string Name, IReadOnlyList<string> After, Func<TaskContext, CancellationToken, Task<Answer<string>>> Run)
{
    /// <value>How often a failure marked <see cref="ITransient"/> is tried again; default 2.</value>
    public int Retries { get; init; } = 2;

    /// <value>Null: always run. Else the result of an earlier success with the same key in this workspace is reused.</value>
    public string? CacheKey { get; init; }
}

/// <summary>An exception that may not come again: trying once more may help.</summary>
#pragma warning disable CA1040 // a mark on exceptions, read by the retry policy
public interface ITransient;
#pragma warning restore CA1040

/// <summary>What a running task knows.</summary>
public abstract class TaskContext
{
    public abstract string FlowRunId { get; }

    public abstract Caller Caller { get; }

    /// <summary>The result of a task named in <see cref="FlowTask.After"/> or before it.</summary>
    public abstract string ResultOf(string task);

    /// <summary>Shown while it runs; rate-limited when stored.</summary>
    /// <param name="progress">0 to 1.</param>
    public abstract void Report(double progress, string message);
}
