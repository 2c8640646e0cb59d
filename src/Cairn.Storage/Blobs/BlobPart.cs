using System.Buffers;
using System.Security.Cryptography;
using Cairn.Kernel;

namespace Cairn.Storage.Blobs;

/// <summary>A blob on its way: its name is known when its last byte is written.</summary>
internal static class BlobPart
{
    private const int BufferSize = 128 * 1024;

    // A sync of the database waits for what the file system still has to write of other files: it is never much.
    private const long FlushEach = 4 << 20;

    /// <summary>Content that survives a loss of power; whether its name does is for whoever gives it one.</summary>
    public static async Task<Blob> Write(string part, Stream content, CancellationToken cancellation)
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
}
