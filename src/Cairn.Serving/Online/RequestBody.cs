using System.Buffers;
using Cairn.Kernel;
using Microsoft.AspNetCore.Http;

namespace Cairn.Serving.Online;

/// <summary>The bytes of a request in a rented buffer, in one piece.</summary>
internal readonly struct RequestBody : IDisposable
{
    public const int Largest = 16 << 20;
    private const int First = 16 << 10;

    private readonly byte[] _rented;
    private readonly int _length;

    private RequestBody(byte[] rented, int length) => (_rented, _length) = (rented, length);

    /// <value>Bytes of memory it takes.</value>
    public int Held => _rented.Length;

    public ReadOnlySpan<byte> Bytes => _rented.AsSpan(0, _length);

    public static async ValueTask<Answer<RequestBody>> Read(HttpRequest request, CancellationToken cancellation)
    {
        if (request.ContentLength > Largest) return TooLarge();

        // What a client announces costs nothing; the buffer grows with what arrives.
        var buffer = ArrayPool<byte>.Shared.Rent(First);
        var length = 0;
        try
        {
            while (await request.Body.ReadAsync(buffer.AsMemory(length), cancellation) is var read and > 0)
            {
                length += read;
                if (length == request.ContentLength) break;
                if (length < buffer.Length) continue;
                if (length > Largest)
                {
                    ArrayPool<byte>.Shared.Return(buffer);
                    return TooLarge();
                }

                var larger = ArrayPool<byte>.Shared.Rent(buffer.Length * 2);
                buffer.AsSpan(0, length).CopyTo(larger);
                ArrayPool<byte>.Shared.Return(buffer);
                buffer = larger;
            }

            return new RequestBody(buffer, length);
        }
        catch
        {
            ArrayPool<byte>.Shared.Return(buffer);
            throw;
        }
    }

    public void Dispose() => ArrayPool<byte>.Shared.Return(_rented);

    private static Refusal.TooLarge TooLarge() => new("request.too-large", $"The body is larger than {Largest >> 20} MiB. Send fewer rows in a request.");
}
