using Cairn.Kernel;
using Cairn.Storage.Files;

namespace Cairn.Storage.Blobs;

/// <summary>Blobs as files: <c>home/blobs/ab/abcdef…</c>, named by the digest of their content.</summary>
/// <remarks>
/// A blob is written under another name in the same file system, synced, renamed, and the folder synced. Two who write the same
/// content rename the same bytes onto the same name: whoever is last changes nothing, and an altered file is made good again.
/// </remarks>
internal sealed class FolderBlobStore : IBlobStore
{
    private readonly string _root, _unfinished;

    // Shards whose name is known to be durable. That a folder exists says nothing: whoever made it may not have synced it yet.
    private readonly bool[] _durableShards = new bool[256];

    private readonly BlobHolds _holds = new();

    // A blob is put in its place, or taken out of it, by one at a time: who removes an old one never takes what was just written again.
    private readonly Lock[] _shards = [.. Enumerable.Range(0, 256).Select(_ => new Lock())];

    private FolderBlobStore(string root) => (_root, _unfinished) = (root, Path.Combine(root, "unfinished"));

    /// <summary>Opens the store of a home; what a dead process left half written is removed.</summary>
    public static FolderBlobStore Open(string home)
    {
        var store = new FolderBlobStore(Path.Combine(Path.GetFullPath(home), "blobs"));
        try
        {
            Directory.CreateDirectory(store._unfinished);
            foreach (var leftover in Directory.EnumerateFiles(store._unfinished)) File.Delete(leftover);
            return store;
        }
        catch (Exception e) when (FileFaults.IsFault(e))
        {
            throw FileFaults.Explain(e, store._root);
        }
    }

    public async Task<Blob> Write(Stream content, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(content);
        var part = Path.Combine(_unfinished, Path.GetRandomFileName());
        try
        {
            var blob = await BlobPart.Write(part, content, cancellation);
            Publish(part, blob.Digest);
            return blob;
        }
        catch (Exception e)
        {
            File.Delete(part);
            if (FileFaults.IsFault(e)) throw FileFaults.Explain(e, _root);
            throw;
        }
    }

    public Task<Stream?> Open(Digest digest, CancellationToken cancellation)
    {
        try
        {
            return Task.FromResult<Stream?>(new FileStream(PathOf(digest), new FileStreamOptions
            {
                Access = FileAccess.Read, Share = FileShare.Read | FileShare.Delete, Options = FileOptions.Asynchronous | FileOptions.SequentialScan,
            }));
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return Task.FromResult<Stream?>(null);
        }
    }

    public Task<string> LocalPath(Digest digest, CancellationToken cancellation)
    {
        var path = PathOf(digest);
        return File.Exists(path) ? Task.FromResult(path) : throw new FileNotFoundException($"There is no blob {digest.Hex} in {_root}.", path);
    }

    public string? PlaceOf(Digest digest) => File.Exists(PathOf(digest)) ? PathOf(digest) : null;

    public async Task<bool> Verify(Digest digest, CancellationToken cancellation)
    {
        if (await Open(digest, cancellation) is not { } content) return false;
        await using (content) return await Digest.Of(content, cancellation) == digest;
    }

    public async Task<bool> Remove(Digest digest, CancellationToken cancellation) => (await RemoveOlder(digest, DateTimeOffset.MaxValue, cancellation)).Result == BlobRemoval.Outcome.Gone;

    public Task<BlobRemoval> RemoveOlder(Digest digest, DateTimeOffset writtenBefore, CancellationToken cancellation)
    {
        var removal = default(BlobRemoval);
        return Task.FromResult(_holds.Remove(() => removal = Delete(digest, writtenBefore)) ? removal : new(BlobRemoval.Outcome.Held, 0, null));
    }

    public IDisposable Hold() => _holds.Hold();

    private BlobRemoval Delete(Digest digest, DateTimeOffset writtenBefore)
    {
        lock (_shards[Shard(digest)])
        {
            var file = new FileInfo(PathOf(digest));
            if (!file.Exists) return new(BlobRemoval.Outcome.Gone, 0, null);
            var (length, writtenAt) = (file.Length, new DateTimeOffset(file.LastWriteTimeUtc));
            if (writtenAt >= writtenBefore) return new(BlobRemoval.Outcome.Recent, 0, writtenAt);
            try
            {
                file.Delete();
            }
            catch (Exception e) when (FileFaults.IsFault(e))
            {
                throw FileFaults.Explain(e, _root);
            }

            return new(BlobRemoval.Outcome.Gone, length, writtenAt);
        }
    }

    private static byte Shard(Digest digest) => Convert.ToByte(digest.Hex[..2], 16);

    private string PathOf(Digest digest) => Path.Combine(_root, digest.Hex[..2], digest.Hex);

    private void Publish(string part, Digest digest)
    {
        var path = PathOf(digest);
        var shard = Path.GetDirectoryName(path)!;
        var number = Shard(digest);
        Directory.CreateDirectory(shard);
        if (!Volatile.Read(ref _durableShards[number]))
        {
            DirectorySync.Flush(_root);
            Volatile.Write(ref _durableShards[number], true);
        }

        lock (_shards[number]) File.Move(part, path, overwrite: true);
        DirectorySync.Flush(shard);
    }
}
