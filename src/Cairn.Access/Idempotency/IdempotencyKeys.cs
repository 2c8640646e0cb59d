using System.Collections.Concurrent;
using Cairn.Kernel;
using Cairn.Storage;

namespace Cairn.Access.Idempotency;

/// <summary>What was answered under each key, for 24 hours.</summary>
/// <remarks>
/// A key is claimed durably before its request runs and completed with the answer afterwards. A claim whose process died in between stays open:
/// whether the change happened is not known, so the key is refused instead of running the request a second time.
/// </remarks>
internal sealed class IdempotencyKeys(Database database, TimeProvider clock)
{
    private static readonly long Kept = (long)TimeSpan.FromHours(24).TotalMicroseconds;

    private readonly ConcurrentDictionary<(WorkspaceId, string), byte> _running = new();

    public sealed record Stored(string RequestDigest, long Status, string ContentType, string Location, byte[] Body);

    /// <summary>Null: the key is claimed, go ahead. Else the answer the first request got, or why the key cannot be used.</summary>
    public async Task<Answer<Stored?>> Claim(WorkspaceId workspace, string key, string digest, CancellationToken cancellation)
    {
        if (!_running.TryAdd((workspace, key), 0))
            return new Refusal.Unavailable("access.idempotency-key-busy", $"The first request with the Idempotency-Key '{key}' is still running. Send this one again in a moment: it will get the same answer.");
        var goesAhead = false;
        try
        {
            var claimed = await database.Attempt(transaction => Claim(transaction, workspace.Value, key, digest), cancellation);
            goesAhead = claimed.Refusal is null && claimed.Value is null;
            return claimed;
        }
        finally
        {
            if (!goesAhead) _running.TryRemove((workspace, key), out _);
        }
    }

    /// <summary>The request succeeded: the same key gets this answer from now on.</summary>
    public async Task Complete(WorkspaceId workspace, string key, Stored answer)
    {
        try
        {
            await database.Write(transaction => transaction.Execute(
                "UPDATE idempotency_keys SET status = @Status, content_type = @ContentType, location = @Location, body = @Body WHERE workspace_id = @Workspace AND idempotency_key = @key",
                new { answer.Status, answer.ContentType, answer.Location, answer.Body, Workspace = workspace.Value, key }));
        }
        finally
        {
            _running.TryRemove((workspace, key), out _);
        }
    }

    /// <summary>The request was refused or failed and changed nothing: the key may be used again.</summary>
    public async Task Release(WorkspaceId workspace, string key)
    {
        try
        {
            await database.Write(transaction => transaction.Execute(
                "DELETE FROM idempotency_keys WHERE workspace_id = @Workspace AND idempotency_key = @key", new { Workspace = workspace.Value, key }));
        }
        finally
        {
            _running.TryRemove((workspace, key), out _);
        }
    }

    private Answer<Stored?> Claim(WriteTransaction transaction, string workspace, string key, string digest)
    {
        var now = clock.Micros();
        transaction.Execute("DELETE FROM idempotency_keys WHERE time < @Until", new { Until = now - Kept });
        if (transaction.First<Stored>(
            "SELECT request_digest, status, content_type, location, body FROM idempotency_keys WHERE workspace_id = @workspace AND idempotency_key = @key",
            new { workspace, key }) is { } first)
            return first.RequestDigest != digest ? Reused(key) : first.Status == 0 ? Unfinished(key) : first;

        transaction.Execute(
            "INSERT INTO idempotency_keys (workspace_id, idempotency_key, request_digest, status, content_type, location, body, time) VALUES (@workspace, @key, @digest, 0, '', '', @Body, @now)",
            new { workspace, key, digest, Body = Array.Empty<byte>(), now });
        return default(Stored);
    }

    private static Refusal.Conflict Reused(string key) => new(
        "access.idempotency-key-reused", $"The Idempotency-Key '{key}' was used for another request within the last 24 hours. Use a new key for a new request.");

    private static Refusal.Conflict Unfinished(string key) => new(
        "access.idempotency-key-unfinished",
        $"The server stopped while it worked on the first request with the Idempotency-Key '{key}', so whether it took effect is not recorded. Look at the current state, then send the request with a new key if it is still needed.");
}
