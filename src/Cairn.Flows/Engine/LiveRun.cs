using Cairn.Client.Wire;

namespace Cairn.Flows.Engine;

/// <summary>An active run as its watchers see it. State changes appear here after they are stored; progress before.</summary>
internal sealed class LiveRun(FlowRunRow run, IReadOnlyList<TaskRunRow> tasks, TimeProvider clock)
{
    /// <summary>Progress wakes watchers at most this often: a training reports thousands of times a second.</summary>
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(100);

    private readonly Lock _lock = new();
    private readonly TaskRunRow[] _tasks = [.. tasks];
    private readonly HashSet<string> _unsaved = new(StringComparer.Ordinal);
    private FlowRunRow _run = run;
    private TaskCompletionSource _changed = NewSignal();
    private long _lastSignal = clock.GetTimestamp();

    public string FlowRunId => _run.FlowRunId;

    public FlowRunRow Run
    {
        get
        {
            lock (_lock) return _run;
        }
    }

    public TaskRunRow Task(string name)
    {
        lock (_lock) return _tasks.First(t => t.Name == name);
    }

    public IReadOnlyList<TaskRunRow> Tasks()
    {
        lock (_lock) return [.. _tasks];
    }

    public FlowRunWire ToWire()
    {
        lock (_lock) return _run.ToWire(_tasks);
    }

    /// <summary>Shows what was stored.</summary>
    public void Publish(FlowRunRow stored, IEnumerable<TaskRunRow> changed)
    {
        TaskCompletionSource signal;
        lock (_lock)
        {
            _run = stored with { Version = Math.Max(stored.Version, _run.Version + 1) };
            foreach (var task in changed)
            {
                _tasks[Array.FindIndex(_tasks, t => t.Name == task.Name)] = task;
                _unsaved.Remove(task.Name);
            }

            signal = Signal();
        }

        signal.TrySetResult();
    }

    public void Report(string name, double progress, string message)
    {
        TaskCompletionSource? signal = null;
        lock (_lock)
        {
            var index = Array.FindIndex(_tasks, t => t.Name == name);
            if (_tasks[index].State != States.Running) return; // a straggler of a task that was stopped
            _tasks[index] = _tasks[index] with { Progress = double.IsNaN(progress) ? 0 : Math.Clamp(progress, 0, 1), Message = message };
            _run = _run with { Message = $"{name}: {message}" };
            _unsaved.Add(name);
            if (clock.GetElapsedTime(_lastSignal) >= Pace)
            {
                _run = _run with { Version = _run.Version + 1 };
                signal = Signal();
            }
        }

        signal?.TrySetResult();
    }

    /// <summary>Progress that is not stored yet; null when all is.</summary>
    public (FlowRunRow Run, IReadOnlyList<TaskRunRow> Tasks)? TakeUnsaved()
    {
        TaskCompletionSource signal;
        (FlowRunRow, IReadOnlyList<TaskRunRow>) unsaved;
        lock (_lock)
        {
            if (_unsaved.Count == 0) return null;
            _run = _run with { Version = _run.Version + 1 };
            unsaved = (_run, [.. _tasks.Where(t => _unsaved.Contains(t.Name))]);
            _unsaved.Clear();
            signal = Signal();
        }

        signal.TrySetResult();
        return unsaved;
    }

    /// <summary>Completes when there is something newer than that version, or the time is up.</summary>
    public async Task WaitForChange(long version, TimeSpan timeout, CancellationToken cancellation)
    {
        Task change;
        lock (_lock)
        {
            if (_run.Version != version || !States.IsActive(_run.State)) return;
            change = _changed.Task;
        }

        try
        {
            await change.WaitAsync(timeout, clock, cancellation);
        }
        catch (TimeoutException)
        {
            // Nothing new: the watcher gets what it has.
        }
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private TaskCompletionSource Signal()
    {
        _lastSignal = clock.GetTimestamp();
        var old = _changed;
        _changed = NewSignal();
        return old;
    }
}
