using System.Buffers;
using System.IO.Pipelines;
using Cairn.Kernel;
using Microsoft.AspNetCore.Http;

namespace Cairn.Serving.Online;

/// <summary>The bytes of a request in one piece: where the web server has them, or, when they came in several, in a rented buffer.</summary>
internal readonly struct RequestBody : IDisposable
{
    public const int Largest = 16 << 20;
    private const int First = 16 << 10;

    private readonly ReadOnlyMemory<byte> _bytes;
    private readonly PipeReader? _lender;
    private readonly SequencePosition _end;
    private readonly byte[]? _rented;

    private RequestBody(PipeReader reader, ReadOnlySequence<byte> body) => (_lender, _bytes, _end) = (reader, body.First, body.End);

    /// <summary>A copy.</summary>
    public static RequestBody Of(ReadOnlySpan<byte> bytes)
    {
        var rented = ArrayPool<byte>.Shared.Rent(bytes.Length);
        bytes.CopyTo(rented);
        return new(rented, bytes.Length);
    }

    /// <value>Bytes of memory it takes.</value>
    public int Held => _rented?.Length ?? _bytes.Length;

    private RequestBody(byte[] rented, int length) => (_rented, _bytes) = (rented, rented.AsMemory(0, length));

    public ReadOnlySpan<byte> Bytes => _bytes.Span;

    public static ValueTask<Answer<RequestBody>> Read(HttpContext context)
    {
        if (context.Request.ContentLength > Largest) return new(TooLarge());

        // A small body has arrived with its headers.
        var reader = context.Request.BodyReader;
        if (reader.TryRead(out var arrived))
        {
            if (arrived is { IsCompleted: true, Buffer.IsSingleSegment: true }) return new(new RequestBody(reader, arrived.Buffer));
            reader.AdvanceTo(arrived.Buffer.Start);
        }

        return Gather(context.Request, context.RequestAborted);
    }

    /// <summary>One that may be kept longer than the request, and is disposed by its owner.</summary>
    public RequestBody Copy()
    {
        var rented = ArrayPool<byte>.Shared.Rent(_bytes.Length);
        _bytes.CopyTo(rented);
        return new(rented, _bytes.Length);
    }

    public void Dispose()
    {
        _lender?.AdvanceTo(_end);
        if (_rented is not null) ArrayPool<byte>.Shared.Return(_rented);
    }

    private static async ValueTask<Answer<RequestBody>> Gather(HttpRequest request, CancellationToken cancellation)
    {
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

    private static Refusal.TooLarge TooLarge() => new("request.too-large", $"The body is larger than {Largest >> 20} MiB. Send fewer rows in a request.");
}
