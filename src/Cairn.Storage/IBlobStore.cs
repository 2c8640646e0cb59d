using Cairn.Kernel;

namespace Cairn.Storage;

/// <summary>Content by digest. A blob is durable before its digest is handed out and never changes; writing it twice is harmless.</summary>
public interface IBlobStore
{
    Task<Blob> Write(Stream content, CancellationToken cancellation);

    /// <summary>Null when there is no such blob. The stream is seekable.</summary>
    Task<Stream?> Open(Digest digest, CancellationToken cancellation);

    /// <summary>A local file with the content, for native libraries that want a path. Read only.</summary>
    /// <exception cref="FileNotFoundException">There is no such blob.</exception>
    Task<string> LocalPath(Digest digest, CancellationToken cancellation);

    /// <summary>Where other programs read it: a path or an address of S3. Null: it is known to be gone.</summary>
    string? PlaceOf(Digest digest);

    /// <summary>Reads the blob again and compares it with its name: false when it was altered or is gone.</summary>
    Task<bool> Verify(Digest digest, CancellationToken cancellation);

    /// <summary>Forgets a blob. For whoever knows that no row names it and that nobody else stores the same content.</summary>
    /// <returns>False: something holds the blobs, a backup perhaps. It is still there; try again later.</returns>
    Task<bool> Remove(Digest digest, CancellationToken cancellation);

    /// <summary>Forgets a blob unless somebody wrote it, for the first time or again, since a moment. A write and this never pass each other unseen.</summary>
    Task<BlobRemoval> RemoveOlder(Digest digest, DateTimeOffset writtenBefore, CancellationToken cancellation);

    /// <summary>Until the answer is disposed no blob is removed.</summary>
    IDisposable Hold();
}

public readonly record struct Blob(Digest Digest, long Length);

/// <param name="Bytes">That are free now.</param>
/// <param name="WrittenAt">When it was written last; null: it was not there.</param>
public readonly record struct BlobRemoval(BlobRemoval.Outcome Result, long Bytes, DateTimeOffset? WrittenAt)
{
    public enum Outcome
    {
        /// <summary>It is not there any more.</summary>
        Gone,

        /// <summary>It was written too lately.</summary>
        Recent,

        /// <summary>Something holds the blobs, a backup perhaps.</summary>
        Held,
    }
}
