namespace Cairn.Client.Logging;

internal enum LogKind
{
    Metric, Param, Tag,
}

internal readonly record struct LogEntry(LogKind Kind, string Key, string Text, double Value, long Timestamp, long Step);

/// <summary>What waits to be sent, in the order it was logged. Bounded: whoever adds to a full one waits.</summary>
internal sealed class LogBuffer(int capacity)
{
    /// <value>The most that one log-batch takes: of all, and of params and tags each.</value>
    public const int MostOfBatch = 1000, MostTexts = 100;

    private static readonly TimeSpan _gathering = TimeSpan.FromMilliseconds(20);

    private readonly object _gate = new();
    private readonly Queue<LogEntry> _waiting = new();
    private readonly List<(long UpTo, TaskCompletionSource Done)> _flushes = [];
    private TaskCompletionSource _wake = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _added, _sent;
    private bool _closed;
    private CairnException? _fault;

    public void Add(LogEntry entry)
    {
        lock (_gate)
        {
            while (_waiting.Count >= capacity && !_closed && _fault is null) Monitor.Wait(_gate);
            if (_fault is not null) throw Failed(_fault);
            ObjectDisposedException.ThrowIf(_closed, typeof(ActiveRun));
            _waiting.Enqueue(entry);
            _added++;
            if (_waiting.Count is 1 or MostOfBatch) Wake();
        }
    }

    /// <summary>Completes when all that was added before is sent.</summary>
    public Task Drained()
    {
        lock (_gate)
        {
            if (_fault is not null) return Task.FromException(Failed(_fault));
            if (_sent == _added) return Task.CompletedTask;
            var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _flushes.Add((_added, done));
            Wake();
            return done.Task;
        }
    }

    /// <summary>The next batch; null when there is none and none will come. What is taken stays counted until <see cref="Sent"/>.</summary>
    public async Task<List<LogEntry>?> Take()
    {
        for (var gathered = false; ;)
        {
            bool empty;
            Task woken;
            lock (_gate)
            {
                empty = _waiting.Count == 0;
                if (empty && _closed) return null;
                if (!empty && (gathered || _closed || _flushes.Count > 0 || _waiting.Count >= MostOfBatch))
                {
                    var batch = TakeWaiting();
                    Monitor.PulseAll(_gate);
                    return batch;
                }

                if (_wake.Task.IsCompleted) _wake = new(TaskCreationOptions.RunContinuationsAsynchronously);
                woken = _wake.Task;
            }

            await (empty ? woken : Task.WhenAny(woken, Task.Delay(_gathering))).ConfigureAwait(false); // what follows at once goes with it
            gathered = !empty;
        }
    }

    public void Sent(int count)
    {
        lock (_gate)
        {
            _sent += count;
            _flushes.RemoveAll(flush => flush.UpTo <= _sent && flush.Done.TrySetResult());
        }
    }

    /// <summary>Nothing can be sent any more: everyone who waits, and everyone who adds, is told.</summary>
    public void Fail(CairnException fault)
    {
        lock (_gate)
        {
            _fault = fault;
            foreach (var (_, done) in _flushes) done.TrySetException(Failed(fault));
            Monitor.PulseAll(_gate);
        }
    }

    public void Close()
    {
        lock (_gate)
        {
            _closed = true;
            Wake();
            Monitor.PulseAll(_gate);
        }
    }

    private List<LogEntry> TakeWaiting()
    {
        var batch = new List<LogEntry>(Math.Min(_waiting.Count, MostOfBatch));
        Span<int> of = stackalloc int[3];
        while (batch.Count < MostOfBatch && _waiting.TryPeek(out var next))
        {
            if (next.Kind != LogKind.Metric && of[(int)next.Kind] == MostTexts) break;
            of[(int)next.Kind]++;
            batch.Add(_waiting.Dequeue());
        }

        return batch;
    }

    private CairnException Failed(CairnException fault) => new(
        fault.Problem with { Detail = $"{_added - _sent} metrics, params and tags of the run are not known to be stored: {fault.Message}" }, fault);

    private void Wake() => _wake.TrySetResult();
}
