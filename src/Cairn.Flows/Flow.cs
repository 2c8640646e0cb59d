using Cairn.Access;
using Cairn.Kernel;

namespace Cairn.Flows;

/// <summary>Tasks and the order between them. Built anew from its parameters whenever it runs or resumes, so it may hold no state.</summary>
/// <remarks>The result of the last task in the list is the result of the run.</remarks>
public sealed record Flow(string Name, IReadOnlyList<FlowTask> Tasks)
{
    /// <value>How many tasks may run at once; default 1: training uses all cores by itself.</value>
    public int Parallelism { get; init; } = 1;
}

/// <summary>One step. Its result (JSON) is stored when it succeeds; a resumed run takes it from there instead of running the task again.</summary>
/// <param name="After">Names of the tasks whose results it needs.</param>
/// <param name="Run">May run again after a crash or a transient failure: what it does twice has the effect of once.</param>
public sealed record FlowTask(string Name, IReadOnlyList<string> After, Func<TaskContext, CancellationToken, Task<Answer<string>>> Run)
{
    /// <value>How often a failure marked <see cref="ITransient"/> is tried again; default 2.</value>
    public int Retries { get; init; } = 2;

    /// <value>
    /// Null: always run. Else asked when the tasks before it are done; the result of an earlier success with the same key in
    /// this workspace is reused. The key names everything the result depends on.
    /// </value>
    public Func<TaskContext, string?>? CacheKey { get; init; }
}

/// <summary>What a running task knows.</summary>
public abstract class TaskContext
{
    public abstract string FlowRunId { get; }

    public abstract Caller Caller { get; }

    /// <summary>The result of a task named in <see cref="FlowTask.After"/> or before it.</summary>
    public abstract string ResultOf(string task);

    /// <summary>Shown while it runs; rate-limited when stored. The last message stays when the task has succeeded.</summary>
    /// <param name="progress">0 to 1.</param>
    public abstract void Report(double progress, string message);
}
