using Cairn.Kernel;
using Cairn.Storage;

namespace Cairn.Serving.Streams;

/// <summary>When a message was seen first, in milliseconds, and whether that was before this delivery.</summary>
internal readonly record struct Sighting(long Milliseconds, bool Before);

/// <summary>Remembers messages, so that one that comes again gets the ids it had. It is remembered before it is scored.</summary>
internal sealed class SeenMessages(LogDatabase database, TimeProvider clock)
{
    /// <value>How long a message is remembered.</value>
    public static readonly TimeSpan Memory = TimeSpan.FromDays(7);

    private const int Purged = 500, Asked = 500;

    /// <param name="messages">Each key once.</param>
    /// <returns>For each key.</returns>
    public async Task<IReadOnlyDictionary<string, Sighting>> Take(WorkspaceId workspace, string stream, IReadOnlyList<StreamMessage> messages, CancellationToken cancellation)
    {
        var seen = new Dictionary<string, Sighting>(StringComparer.Ordinal);
        foreach (var some in messages.Chunk(Asked))
        {
            foreach (var (key, sighting) in await database.Write(transaction => Take(transaction, workspace, stream, some), cancellation)) seen.Add(key, sighting);
        }

        return seen;
    }

    private Dictionary<string, Sighting> Take(WriteTransaction transaction, WorkspaceId workspace, string stream, StreamMessage[] messages)
    {
        var now = clock.Micros() / 1000;
        var known = transaction.Query<Row>(
            "SELECT message, seen_ms FROM stream_messages WHERE workspace_id = @workspace AND stream = @stream AND message IN @keys",
            new { workspace, stream, keys = messages.Select(message => message.Key).ToArray() }).ToDictionary(row => row.Message, row => row.SeenMs, StringComparer.Ordinal);

        var sightings = new Dictionary<string, Sighting>(messages.Length, StringComparer.Ordinal);
        var fresh = new List<object>();
        foreach (var message in messages)
        {
            var before = known.TryGetValue(message.Key, out var milliseconds);
            // Without an id of its own a message that the broker sends for the first time is another one, though it says the same.
            if (before && (message.HasId || message.Redelivered))
            {
                sightings.Add(message.Key, new(milliseconds, Before: true));
                continue;
            }

            var at = before ? Math.Max(now, milliseconds + 1) : now;
            sightings.Add(message.Key, new(at, Before: false));
            fresh.Add(new { workspace, stream, message = message.Key, at });
        }

        if (fresh.Count == 0) return sightings;
        transaction.Execute(
            """
            INSERT INTO stream_messages (workspace_id, stream, message, seen_ms) VALUES (@workspace, @stream, @message, @at)
            ON CONFLICT (workspace_id, stream, message) DO UPDATE SET seen_ms = excluded.seen_ms
            """, fresh);
        Forget(transaction, now - (long)Memory.TotalMilliseconds);
        return sightings;
    }

    // A few each time that others are written: the table stays as long as the memory is, and no transaction is long.
    private static void Forget(WriteTransaction transaction, long before)
    {
        var old = transaction.Query<OldRow>($"SELECT workspace_id, stream, message FROM stream_messages WHERE seen_ms < @before ORDER BY seen_ms LIMIT {Purged}", new { before });
        if (old.Count > 0) transaction.Execute("DELETE FROM stream_messages WHERE workspace_id = @WorkspaceId AND stream = @Stream AND message = @Message", old);
    }

    private sealed record Row(string Message, long SeenMs);

    private sealed record OldRow(WorkspaceId WorkspaceId, string Stream, string Message);
}
