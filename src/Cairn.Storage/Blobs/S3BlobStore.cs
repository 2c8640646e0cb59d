using Cairn.Kernel;
using Cairn.Storage.Files;

namespace Cairn.Storage.Blobs;

/// <summary>Blobs as objects: <c>s3://bucket/prefix/ab/abcdef…</c>, the same names as in a folder, so that any tool copies one to the other.</summary>
/// <remarks>
/// A blob is written to a local file first, for its name is known at its end. An object is there as a whole or not at all, and the same content
/// replaces itself. What is small or wanted as a path is kept in a cache; what is large is read from the store as it comes.
/// </remarks>
internal sealed class S3BlobStore : IBlobStore
{
    private const long Small = 16 << 20, LargestKept = 256 << 20;

    private readonly ObjectStore _objects;
    private readonly ObjectAddress _place;
    private readonly BlobCache _cache;
    private readonly TimeProvider _clock;

    // Two who want the same large blob fetch it once.
    private readonly SemaphoreSlim[] _fetching = [.. Enumerable.Range(0, 64).Select(_ => new SemaphoreSlim(1))];

    private readonly BlobHolds _holds = new();
    private readonly BlobTraffic _traffic = new();

    private S3BlobStore(ObjectStore objects, ObjectAddress place, BlobCache cache, TimeProvider clock) => (_objects, _place, _cache, _clock) = (objects, place, cache, clock);

    public static S3BlobStore Open(StorageOptions options, ObjectStore objects, TimeProvider clock)
    {
        try
        {
            return new(objects, options.Blobs!, new(options.Home, options.BlobCache, clock), clock);
        }
        catch (Exception e) when (FileFaults.IsFault(e))
        {
            throw FileFaults.Explain(e, options.Home);
        }
    }

    /// <summary>Takes away what a process that died left half sent and half fetched.</summary>
    public async Task Recover(CancellationToken cancellation)
    {
        foreach (var left in Directory.GetFiles(_cache.Unfinished))
        {
            var name = Path.GetFileName(left);
            if (name.EndsWith(".upload", StringComparison.Ordinal) && Digest.TryParse(name.Split('.')[0], out var digest))
                Answered((await _objects.Abandon(left[..^".upload".Length], AddressOf(digest), cancellation)).Refusal);
            File.Delete(left);
        }
    }

    public async Task<Blob> Write(Stream content, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(content);
        var part = Path.Combine(_cache.Unfinished, Path.GetRandomFileName());
        try
        {
            var blob = await BlobPart.Write(part, content, cancellation);
            // Named by its content: an upload that dies with its process can then be found and ended.
            var named = Path.Combine(_cache.Unfinished, $"{blob.Digest.Hex}{Path.GetExtension(part)}");
            File.Move(part, named);
            part = named;
            using var passage = await _traffic.Arrive(blob.Digest);
            Answered((await _objects.Upload(part, AddressOf(blob.Digest), _ => { }, cancellation)).Refusal);
            if (blob.Length <= LargestKept) _cache.Take(blob.Digest, part);
            else File.Delete(part);
            return blob;
        }
        catch (Exception e)
        {
            File.Delete(part); // of an upload that broke off the record stays, for the next start to end it
            if (FileFaults.IsFault(e)) throw FileFaults.Explain(e, _cache.Unfinished);
            throw;
        }
    }

    public async Task<Stream?> Open(Digest digest, CancellationToken cancellation)
    {
        if (_cache.Find(digest) is { } kept) return OfFile(kept);
        if (await OpenObject(digest, cancellation) is not { } content) return null;
        if (content.Length > Small) return content;
        await using (content)
        {
            var part = Path.Combine(_cache.Unfinished, Path.GetRandomFileName());
            try
            {
                await using (var file = File.Create(part)) await content.CopyToAsync(file, cancellation);
                return OfFile(_cache.Take(digest, part));
            }
            finally
            {
                File.Delete(part);
            }
        }
    }

    public async Task<string> LocalPath(Digest digest, CancellationToken cancellation)
    {
        if (_cache.Find(digest) is { } kept) return kept;
        var turn = _fetching[Convert.ToByte(digest.Hex[..2], 16) % _fetching.Length];
        await turn.WaitAsync(cancellation);
        try
        {
            if (_cache.Find(digest) is { } fetched) return fetched;
            var part = Path.Combine(_cache.Unfinished, digest.Hex);
            var got = await _objects.Download(AddressOf(digest), part, (_, _) => { }, cancellation);
            if (got.Refusal is Refusal.Missing) throw new FileNotFoundException($"There is no blob {digest.Hex} in {_place}.", digest.Hex);
            Answered(got.Refusal);
            return _cache.Take(digest, part);
        }
        finally
        {
            turn.Release();
        }
    }

    public string? PlaceOf(Digest digest) => AddressOf(digest).ToString();

    public async Task<bool> Verify(Digest digest, CancellationToken cancellation)
    {
        if (await OpenObject(digest, cancellation) is not { } content) return false;
        await using (content) return await Digest.Of(content, cancellation) == digest;
    }

    public async Task<bool> Remove(Digest digest, CancellationToken cancellation) => (await RemoveOlder(digest, DateTimeOffset.MaxValue, cancellation)).Result == BlobRemoval.Outcome.Gone;

    public async Task<BlobRemoval> RemoveOlder(Digest digest, DateTimeOffset writtenBefore, CancellationToken cancellation)
    {
        // A removal that is on its way while somebody begins to hold does no harm: no row has named that blob since before.
        if (_holds.Any) return new(BlobRemoval.Outcome.Held, 0, null);
        using var passage = _traffic.Leave(digest);
        if (passage is null) return new(BlobRemoval.Outcome.Recent, 0, _clock.GetUtcNow());
        var found = await _objects.Find(AddressOf(digest), cancellation);
        Answered(found.Refusal);
        if (found.Value is not { } entry) return new(BlobRemoval.Outcome.Gone, 0, null);
        var writtenAt = entry.ModifiedAt ?? _clock.GetUtcNow();
        if (writtenAt >= writtenBefore) return new(BlobRemoval.Outcome.Recent, 0, writtenAt);
        if (_holds.Any) return new(BlobRemoval.Outcome.Held, 0, null);
        Answered((await _objects.Delete(AddressOf(digest), cancellation)).Refusal);
        _cache.Forget(digest);
        return new(BlobRemoval.Outcome.Gone, entry.Length, writtenAt);
    }

    public IDisposable Hold() => _holds.Hold();

    private async Task<Stream?> OpenObject(Digest digest, CancellationToken cancellation)
    {
        var found = await _objects.Open(AddressOf(digest), cancellation);
        if (found.Refusal is Refusal.Missing) return null;
        Answered(found.Refusal);
        return found.Value;
    }

    private ObjectAddress AddressOf(Digest digest) => _place.Under(digest.Hex[..2]).Under(digest.Hex);

    private static FileStream OfFile(string path) => new(path, new FileStreamOptions
    {
        Access = FileAccess.Read, Share = FileShare.Read | FileShare.Delete, Options = FileOptions.Asynchronous | FileOptions.SequentialScan,
    });

    private static void Answered(Refusal? refusal)
    {
        if (refusal is not null) throw new StorageException(refusal is Refusal.Forbidden ? StorageFault.ReadOnly : StorageFault.Unavailable, refusal.Detail);
    }
}
