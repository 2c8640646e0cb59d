using System.Runtime.CompilerServices;

namespace Cairn.Storage.Events;

/// <summary>Reads the table of events in pages and waits for the next commit at its end.</summary>
internal sealed class TailingEventLog(Database database) : EventLog
{
    private const int PageSize = 500;

    private static readonly TimeSpan Gathering = TimeSpan.FromMilliseconds(5);

    public override Task<long> Latest(CancellationToken cancellation) =>
        database.Read(t => t.Scalar<long>("SELECT coalesce(max(id), 0) FROM events"), cancellation);

    public override async IAsyncEnumerable<Event> Follow(long afterId, [EnumeratorCancellation] CancellationToken cancellation)
    {
        while (true)
        {
            cancellation.ThrowIfCancellationRequested();
            var next = database.Committed.Next;
            var after = afterId;
            var page = await database.Read(t => t.Query<Event>(
                "SELECT id, workspace_id, time, type, subject, cause_id, payload FROM events WHERE id > @after ORDER BY id LIMIT @PageSize",
                new { after, PageSize }), cancellation);

            foreach (var happened in page)
            {
                yield return happened;
                afterId = happened.Id;
            }

            if (page.Count == PageSize) continue;
            await Wait(next, database.Committed.Poll, cancellation);
            // Under load a commit comes every millisecond: one look for several of them costs no more than one for each.
            if (page.Count > 0) await Task.Delay(Gathering, cancellation);
        }
    }

    private static async Task Wait(Task next, TimeSpan? poll, CancellationToken cancellation)
    {
        if (poll is not { } limit)
        {
            await next.WaitAsync(cancellation);
            return;
        }

        using var timer = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        await Task.WhenAny(next, Task.Delay(limit, timer.Token));
        await timer.CancelAsync();
        cancellation.ThrowIfCancellationRequested();
    }
}
