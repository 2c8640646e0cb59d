using Cairn.Kernel;

namespace Cairn.Storage;

/// <param name="Files">That were removed.</param>
/// <param name="Later">Files that may go once a day has passed since they were written.</param>
public readonly record struct FreedBlobs(long Files, long Bytes, long Later);

/// <summary>Removes blobs that rows let go of, once nothing else names them.</summary>
/// <remarks>
/// Who names a blob has written it within the <see cref="Grace"/> before, be the bytes new or there already, or names it after a row that stays.
/// So whoever wrote it before that time and did not name it never will, and one that is neither named nor written lately may go
/// (ADR 8).
/// </remarks>
public sealed class UnnamedBlobs : IDisposable
{
    /// <value>Longer than any work takes between writing a blob and naming it.</value>
    public static readonly TimeSpan Grace = TimeSpan.FromDays(1);

    private const int AtOnce = 2000;

    private readonly Database _database;
    private readonly IBlobStore _blobs;
    private readonly IReadOnlyList<BlobNames> _names;
    private readonly TimeProvider _clock;
    private readonly SemaphoreSlim _one = new(1);

    internal UnnamedBlobs(Database database, IBlobStore blobs, IEnumerable<BlobNames> names, TimeProvider clock) => (_database, _blobs, _names, _clock) = (database, blobs, [.. names], clock);

    /// <summary>In the transaction that removes the rows: some rows no longer name these.</summary>
    public static void LetGo(WriteTransaction transaction, WorkspaceId workspace, IEnumerable<string> digests, long now)
    {
        ArgumentNullException.ThrowIfNull(transaction);
        var distinct = digests.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToArray();
        if (distinct.Length == 0) return;
        var times = new long[distinct.Length];
        Array.Fill(times, now);
        var workspaces = new string[distinct.Length];
        Array.Fill(workspaces, workspace.Value);
        transaction.InsertOr(
            "unnamed_blobs", "ON CONFLICT (workspace_id, digest) DO UPDATE SET let_go_at = excluded.let_go_at, look_at = excluded.look_at",
            ("workspace_id", workspaces), ("digest", distinct), ("let_go_at", times), ("look_at", times));
    }

    /// <summary>Of some digests (in hex) those that something names.</summary>
    /// <param name="but">Whose names do not count.</param>
    public async Task<HashSet<string>> Named(IReadOnlyCollection<string> digests, IReadOnlyList<string> but, CancellationToken cancellation)
    {
        var named = new HashSet<string>(StringComparer.Ordinal);
        foreach (var some in digests.Chunk(AtOnce))
        {
            foreach (var names in _names.Where(names => !but.Contains(names.Who, StringComparer.Ordinal)))
                named.UnionWith(await names.Among(new(some, StringComparer.Ordinal), cancellation));
        }

        return named;
    }

    /// <summary>Takes away what may go by now. Whenever it stops, what is left is taken the next time.</summary>
    /// <param name="progress">After each stretch.</param>
    public async Task<FreedBlobs> Remove(Action<FreedBlobs>? progress, CancellationToken cancellation)
    {
        await _one.WaitAsync(cancellation);
        try
        {
            var freed = default(FreedBlobs);
            while (true)
            {
                var now = _clock.GetUtcNow();
                var some = await _database.Read(
                    transaction => transaction.Query<LetGoBlob>(
                        "SELECT workspace_id, digest, let_go_at FROM unnamed_blobs WHERE look_at <= @now ORDER BY look_at, workspace_id, digest LIMIT @AtOnce", new { now = Time.ToMicros(now), AtOnce }),
                    cancellation);
                if (some.Count == 0) return freed;
                // The limit is older than the look at the names: who comes between them has written later than it.
                if (await Remove(some, now - Grace, cancellation) is not { } more) return freed;
                freed = new(freed.Files + more.Files, freed.Bytes + more.Bytes, freed.Later + more.Later);
                progress?.Invoke(freed);
            }
        }
        finally
        {
            _one.Release();
        }
    }

    public void Dispose() => _one.Dispose();

    /// <returns>Null: something holds the blobs.</returns>
    private async Task<FreedBlobs?> Remove(IReadOnlyList<LetGoBlob> some, DateTimeOffset writtenBefore, CancellationToken cancellation)
    {
        var named = await Named([.. some.Select(blob => blob.Digest).Distinct(StringComparer.Ordinal)], but: [], cancellation);
        var (freed, done, later, held) = (default(FreedBlobs), new List<LetGoBlob>(), new List<object>(), false);
        foreach (var blob in some)
        {
            if (named.Contains(blob.Digest))
            {
                done.Add(blob);
                continue;
            }

            var removal = await _blobs.RemoveOlder(Digest.Parse(blob.Digest), writtenBefore, cancellation);
            if (removal.Result == BlobRemoval.Outcome.Held)
            {
                held = true;
                break;
            }

            if (removal.Result == BlobRemoval.Outcome.Gone)
            {
                done.Add(blob);
                if (removal.WrittenAt is not null) freed = freed with { Files = freed.Files + 1, Bytes = freed.Bytes + removal.Bytes };
            }
            else
            {
                later.Add(new { blob.WorkspaceId, blob.Digest, blob.LetGoAt, lookAt = Time.ToMicros(removal.WrittenAt!.Value + Grace) + 1 });
                freed = freed with { Later = freed.Later + 1 };
            }
        }

        // One that was let go of again meanwhile, by a row that named it when it was looked at, stays to be looked at again.
        foreach (var rows in done.Chunk(200))
            await _database.Write(transaction => transaction.Execute("DELETE FROM unnamed_blobs WHERE workspace_id = @WorkspaceId AND digest = @Digest AND let_go_at = @LetGoAt", rows), cancellation);
        foreach (var rows in later.Chunk(200))
            await _database.Write(transaction => transaction.Execute("UPDATE unnamed_blobs SET look_at = @lookAt WHERE workspace_id = @WorkspaceId AND digest = @Digest AND let_go_at = @LetGoAt", rows), cancellation);
        return held ? null : freed;
    }

    private sealed record LetGoBlob
    {
        public string WorkspaceId { get; init; } = "";

        public string Digest { get; init; } = "";

        public long LetGoAt { get; init; }
    }
}
