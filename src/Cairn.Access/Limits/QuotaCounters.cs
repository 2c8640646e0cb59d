using System.Collections.Concurrent;
using Cairn.Kernel;
using Cairn.Storage;

namespace Cairn.Access.Limits;

/// <summary>Rows answered today, for each caller. Counted in memory, exactly; written down as a difference, so that several processes share one count loosely.</summary>
internal sealed class QuotaCounters(TimeProvider clock)
{
    private const int DaysKept = 31;

    private readonly ConcurrentDictionary<(WorkspaceId Workspace, string Caller), Usage> _usages = new();

    /// <summary>Adds the rows, or none of them when they would be more than may be.</summary>
    /// <returns>Whether they were added, and what is left.</returns>
    public (bool IsAdded, long Left) Add(Caller caller, long rows, long most)
    {
        var usage = _usages.GetOrAdd((caller.Workspace, caller.Name), static _ => new Usage(0, 0));
        return usage.Add(Today(), rows, most);
    }

    public TimeSpan UntilTomorrow()
    {
        var now = clock.GetUtcNow().UtcDateTime;
        return now.Date.AddDays(1) - now;
    }

    /// <summary>What was counted before this process began.</summary>
    public void Load(ReadTransaction transaction)
    {
        var today = Today();
        foreach (var row in transaction.Query<Row>("SELECT workspace_id, caller, day, rows FROM quota_usage WHERE day = @today", new { today }))
            _usages[(row.WorkspaceId, row.Caller)] = new Usage(today, row.Rows);
    }

    public bool HasNews => _usages.Values.Any(usage => usage.News.Rows != 0);

    /// <summary>Writes down what was counted since the last time, and takes in what others counted.</summary>
    /// <returns>To be called once the transaction is durable.</returns>
    public Action Save(WriteTransaction transaction)
    {
        List<Action> durable = [];
        foreach (var ((workspace, caller), usage) in _usages)
        {
            var (day, more) = usage.News;
            if (more == 0) continue;

            var key = new { Workspace = workspace.Value, caller, day, more };
            transaction.Execute(
                """
                INSERT INTO quota_usage (workspace_id, caller, day, rows) VALUES (@Workspace, @caller, @day, @more)
                ON CONFLICT (workspace_id, caller, day) DO UPDATE SET rows = quota_usage.rows + excluded.rows
                """,
                key);
            var all = transaction.Scalar<long>("SELECT rows FROM quota_usage WHERE workspace_id = @Workspace AND caller = @caller AND day = @day", key);
            durable.Add(() => usage.Settle(day, more, all));
        }

        transaction.Execute("DELETE FROM quota_usage WHERE day < @Until", new { Until = Today() - DaysKept });
        return () => durable.ForEach(one => one());
    }

    private long Today() => DateOnly.FromDateTime(clock.GetUtcNow().UtcDateTime).DayNumber;

    private sealed record Row(WorkspaceId WorkspaceId, string Caller, long Day, long Rows);

    private sealed class Usage(long day, long rows)
    {
        private readonly Lock _gate = new();
        private long _day = day, _rows = rows, _stored = rows;

        public (long Day, long Rows) News
        {
            get
            {
                lock (_gate) return (_day, _rows - _stored);
            }
        }

        public (bool IsAdded, long Left) Add(long today, long more, long most)
        {
            lock (_gate)
            {
                // A new day begins at nothing; the last seconds of the old one may not have been written down, and no longer matter.
                if (_day != today) (_day, _rows, _stored) = (today, 0, 0);
                var left = most - _rows;
                if (more > left) return (false, Math.Max(0, left));
                _rows += more;
                return (true, left - more);
            }
        }

        public void Settle(long onDay, long written, long all)
        {
            lock (_gate)
            {
                if (_day != onDay) return;
                var since = _rows - _stored - written;
                (_rows, _stored) = (all + since, all);
            }
        }
    }
}
