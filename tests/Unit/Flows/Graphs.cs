using System.Collections.Concurrent;
using Cairn.Flows;
using Cairn.Kernel;

namespace Cairn.Unit.Tests.Flows;

/// <summary>Shapes of flows to run through every context. Each task writes down that it ran and returns its name and what came before.</summary>
internal sealed class Graphs
{
    /// <value>Names of tasks in the order they began.</value>
    public ConcurrentQueue<string> Ran { get; } = new();

    /// <value>What a task does besides; by task name.</value>
    public ConcurrentDictionary<string, Func<TaskContext, CancellationToken, Task<Answer<string>?>>> Doing { get; } = new(StringComparer.Ordinal);

    public static TheoryData<string> Names => ["single", "line", "diamond", "fork", "islands"];

    public Flow Build(string name) => name switch
    {
        "single" => new(name, [Task("a")]),
        "line" => new(name, [Task("a"), Task("b", "a"), Task("c", "b")]),
        "diamond" => new(name, [Task("a"), Task("b", "a"), Task("c", "a"), Task("d", "b", "c")]) { Parallelism = 2 },
        "fork" => new(name, [Task("a"), Task("b", "a"), Task("c", "a"), Task("d", "a")]),
        "islands" => new(name, [Task("d", "c"), Task("a"), Task("c"), Task("b", "a")]) { Parallelism = 3 },
        _ => throw new ArgumentOutOfRangeException(nameof(name)),
    };

    public FlowTask Task(string name, params string[] after) => new(name, after, async (context, cancellation) =>
    {
        Ran.Enqueue(name);
        context.Report(0.5, $"half of {name}");
        if (Doing.TryGetValue(name, out var doing) && await doing(context, cancellation) is { } answer) return answer;
        context.Report(1, $"{name} is done");
        return $"\"{name}({string.Join(",", after.Select(a => context.ResultOf(a).Trim('"')))})\"";
    });

    public void Fails(string task, Func<Exception> failure, int times = int.MaxValue)
    {
        var left = times;
        Doing[task] = (_, _) => Interlocked.Decrement(ref left) >= 0 ? throw failure() : System.Threading.Tasks.Task.FromResult<Answer<string>?>(null);
    }

    public void Refuses(string task, Refusal refusal) => Doing[task] = (_, _) => System.Threading.Tasks.Task.FromResult<Answer<string>?>(refusal);

    /// <summary>The task begins and does not end until it is cancelled.</summary>
    public Task Blocks(string task)
    {
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Doing[task] = async (_, cancellation) =>
        {
            begun.TrySetResult();
            await System.Threading.Tasks.Task.Delay(Timeout.Infinite, cancellation);
            return null;
        };
        return begun.Task.WaitAsync(TimeSpan.FromSeconds(30));
    }

    public void Works(string task) => Doing.TryRemove(task, out _);
}

internal sealed class TransientException() : Exception("a hiccup"), ITransient;
