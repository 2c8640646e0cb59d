using System.Buffers;
using System.Security.Cryptography;
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
    private const int BufferSize = 128 * 1024;

    // A sync of the database waits for what the file system still has to write of other files: it is never much.
    private const long FlushEach = 4 << 20;

    private readonly string _root, _unfinished;

    // Shards whose name is known to be durable. That a folder exists says nothing: whoever made it may not have synced it yet.
    private readonly bool[] _durableShards = new bool[256];

    private readonly Lock _removing = new();
    private int _holds;

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
            var blob = await WritePart(part, content, cancellation);
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

    public async Task<bool> Verify(Digest digest, CancellationToken cancellation)
    {
        if (await Open(digest, cancellation) is not { } content) return false;
        await using (content) return await Digest.Of(content, cancellation) == digest;
    }

    public Task<bool> Remove(Digest digest, CancellationToken cancellation)
    {
        lock (_removing)
        {
            if (_holds > 0) return Task.FromResult(false);
            try
            {
                File.Delete(PathOf(digest));
            }
            catch (DirectoryNotFoundException)
            {
                // It was never there.
            }
            catch (Exception e) when (FileFaults.IsFault(e))
            {
                throw FileFaults.Explain(e, _root);
            }

            return Task.FromResult(true);
        }
    }

    public IDisposable Hold()
    {
        lock (_removing) _holds++;
        return new Holding(this);
    }

    private void Release()
    {
        lock (_removing) _holds--;
    }

    private string PathOf(Digest digest) => Path.Combine(_root, digest.Hex[..2], digest.Hex);

    private static async Task<Blob> WritePart(string part, Stream content, CancellationToken cancellation)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        using var file = File.OpenHandle(part, FileMode.CreateNew, FileAccess.Write, FileShare.None, FileOptions.None);
        var buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        var (length, flushed) = (0L, 0L);
        try
        {
            while (await content.ReadAsync(buffer, cancellation) is var read and > 0)
            {
                hash.AppendData(buffer, 0, read);
                await RandomAccess.WriteAsync(file, buffer.AsMemory(0, read), length, cancellation);
                length += read;
                if (length - flushed < FlushEach) continue;
                RandomAccess.FlushToDisk(file);
                flushed = length;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        RandomAccess.FlushToDisk(file);
        return new(Digest.FromHash(hash.GetHashAndReset()), length);
    }

    private void Publish(string part, Digest digest)
    {
        var path = PathOf(digest);
        var shard = Path.GetDirectoryName(path)!;
        var number = Convert.ToByte(digest.Hex[..2], 16);
        Directory.CreateDirectory(shard);
        if (!Volatile.Read(ref _durableShards[number]))
        {
            DirectorySync.Flush(_root);
            Volatile.Write(ref _durableShards[number], true);
        }

        File.Move(part, path, overwrite: true);
        DirectorySync.Flush(shard);
    }

    private sealed class Holding(FolderBlobStore store) : IDisposable
    {
        private FolderBlobStore? _store = store;

        public void Dispose() => Interlocked.Exchange(ref _store, null)?.Release();
    }
}
