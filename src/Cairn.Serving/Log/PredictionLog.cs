using Cairn.Client.Wire;
using Cairn.Kernel;
using Cairn.Serving.Live;
using Cairn.Storage;
using Microsoft.Extensions.Logging;

namespace Cairn.Serving.Log;

/// <summary>
/// Makes predictions durable before they are answered. Requests put their records into the block that gathers; when the writer
/// of the database comes to it, it takes all that is there, so under load many requests share one row and one sync.
/// </summary>
internal sealed partial class PredictionLog(LogDatabase database, PersonalData personal, ILogger<PredictionLog> log)
{
    /// <value>How long a request waits for the disk before the log counts as out of reach.</value>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private const int MostKeptWhileFailing = 8 << 20;

    private readonly Lock _gate = new();
    private readonly Stack<LogRecords> _free = [];
    private Gathering _gathering = new();
    private volatile string? _problem;

    /// <value>Why predictions cannot be logged at present; null when they are.</value>
    public string? Problem => _problem;

    /// <summary>Makes the records of a request durable, or does what its deployment wants when that cannot be.</summary>
    /// <param name="source">One of the deployment.</param>
    /// <returns>Whether they are in the log; or why there must be no answer.</returns>
    public async ValueTask<Answer<bool>> Keep(LogSource source, LogRecords records, LogSettings settings)
    {
        if (records.Count == 0) return true;
        var answers = settings.WhenUnavailable == LogSettings.Answer;
        try
        {
            var stored = Append(source, records);
            // Who answers all the same does not wait for a log that failed a moment ago.
            if (answers && _problem is not null) return NotLogged(source, records);
            await stored;
            return true;
        }
        catch (StorageException) when (answers)
        {
            return NotLogged(source, records);
        }
        catch (StorageException e)
        {
            return new Refusal.Unavailable("predict.not-logged", $"The prediction could not be logged, so it is not given. {e.Message} A deployment whose log.when_unavailable is 'answer' would answer all the same.");
        }
    }

    private static bool NotLogged(LogSource source, LogRecords records)
    {
        ServingMeter.Unlogged.Add(records.Count, new KeyValuePair<string, object?>("deployment", source.Row.Deployment));
        return false;
    }

    /// <summary>Completes when the records are durable.</summary>
    /// <param name="records">Copied: the caller may use it again at once.</param>
    /// <exception cref="StorageException">They could not be stored, or not in time; in the latter case they may be stored later.</exception>
    public Task Append(LogSource source, LogRecords records) =>
        records.HoldPersonalData ? AppendSealed(source, records) : Gather(source, records);

    private async Task AppendSealed(LogSource source, LogRecords records)
    {
        await personal.Seal(records);
        await Gather(source, records);
    }

    private Task Gather(LogSource source, LogRecords records)
    {
        Gathering gathering;
        bool first;
        lock (_gate)
        {
            gathering = _gathering;
            // A log out of reach must not fill the memory; one block still goes and finds out whether it works again.
            if (_problem is { } problem && gathering.Bytes > MostKeptWhileFailing) throw new StorageException(StorageFault.Unavailable, problem);
            gathering.Add(source, records, _free);
            first = !gathering.Queued;
            gathering.Queued = true;
        }

        if (first) _ = Store(gathering);
        return gathering.Durable;
    }

#pragma warning disable CA1031 // whatever went wrong belongs to the requests that wait
    private async Task Store(Gathering gathering)
    {
        try
        {
            var write = database.Write(transaction =>
            {
                transaction.TakeTurn(Block.Turn); // first: what comes while it waits still gets in
                Close(gathering);
                gathering.Insert(transaction);
                return true;
            });
            await write.WaitAsync(Patience);
            Recycle(gathering);
            if (_problem is not null) Recovered();
            gathering.Complete();
        }
        catch (TimeoutException)
        {
            Close(gathering);
            Fail(gathering, new StorageException(StorageFault.Unavailable, $"The log of predictions did not take a write within {Patience.TotalSeconds:0} s. Is its disk full or busy, or its file locked by another process?"));
        }
        catch (Exception e)
        {
            Close(gathering);
            Fail(gathering, e);
        }
    }
#pragma warning restore CA1031

    /// <summary>From here on records go into the next one.</summary>
    private void Close(Gathering gathering)
    {
        lock (_gate)
        {
            if (_gathering == gathering) _gathering = new();
        }
    }

    private void Recycle(Gathering gathering)
    {
        lock (_gate) gathering.GiveBack(_free);
    }

    private void Fail(Gathering gathering, Exception e)
    {
        if (_problem is null) LogFailing(e);
        _problem = e.Message;
        gathering.Fail(e);
    }

    private void Recovered()
    {
        _problem = null;
        LogRecovered();
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Predictions cannot be logged")]
    private partial void LogFailing(Exception exception);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Predictions are logged again")]
    private partial void LogRecovered();

    /// <summary>What one commit will make durable: one buffer for each deployment that answered meanwhile.</summary>
    private sealed class Gathering
    {
        // Their code does not run on the thread that stores.
        private readonly TaskCompletionSource _durable = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly List<(LogSource First, LogRecords Records)> _blocks = [];
        private readonly List<LogSource> _unknown = [];

        public Task Durable => _durable.Task;

        public bool Queued { get; set; }

        public int Bytes => _blocks.Sum(block => block.Records.Length);

        public void Add(LogSource source, LogRecords records, Stack<LogRecords> free)
        {
            foreach (var answered in records.Sources) if (!answered.IsStored && !_unknown.Contains(answered)) _unknown.Add(answered);
            foreach (var (first, block) in _blocks)
            {
                if (first != source && (first.Row.Deployment != source.Row.Deployment || first.Row.WorkspaceId != source.Row.WorkspaceId)) continue;
                block.Add(records);
                return;
            }

            var fresh = free.TryPop(out var used) ? used : new();
            fresh.Add(records);
            _blocks.Add((source, fresh));
        }

        public void Insert(WriteTransaction transaction)
        {
            foreach (var source in _unknown) source.Insert(transaction);
            foreach (var (source, records) in _blocks) Block.Insert(transaction, source.Row.WorkspaceId, source.Row.Deployment, records);
        }

        public void Complete()
        {
            foreach (var source in _unknown) source.Stored();
            _durable.TrySetResult();
        }

        public void Fail(Exception e)
        {
            _durable.TrySetException(e);
            _ = _durable.Task.Exception; // a prediction that is answered unlogged does not look at it
        }

        public void GiveBack(Stack<LogRecords> free)
        {
            foreach (var (_, records) in _blocks)
            {
                records.Clear();
                free.Push(records);
            }

            _blocks.Clear();
        }
    }
}
