using Microsoft.AspNetCore.Http;

namespace Cairn.Access.Conditional;

/// <summary>
/// Keeps the body of a JSON answer back until it is whole. Anything else, a stream of events or a download, goes out as it is written, and
/// so does JSON from its first MiB on.
/// </summary>
internal sealed class HeldBody(HttpResponse response, Stream outward) : Stream
{
    private const int Largest = 1 << 20;

    private readonly MemoryStream _held = new();

    /// <value>False: what was written has gone out.</value>
    public bool Holds { get; private set; } = true;

    public ReadOnlyMemory<byte> Held => _held.GetBuffer().AsMemory(0, (int)_held.Length);

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (Keeps(buffer.Length))
        {
            _held.Write(buffer.Span);
            return;
        }

        await LetGo(cancellationToken);
        await outward.WriteAsync(buffer, cancellationToken);
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override void Write(byte[] buffer, int offset, int count)
    {
        if (Keeps(count)) _held.Write(buffer, offset, count);
        else throw new InvalidOperationException("An answer that does not fit into memory is written asynchronously.");
    }

    public override async Task FlushAsync(CancellationToken cancellationToken)
    {
        if (Keeps(0) || (Holds && response.ContentType is null)) return; // nothing is said yet: perhaps it becomes a problem
        await LetGo(cancellationToken);
        await outward.FlushAsync(cancellationToken);
    }

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    private bool Keeps(int more) => Holds && _held.Length + more <= Largest && IsJson(response.ContentType);

    private async ValueTask LetGo(CancellationToken cancellation)
    {
        if (!Holds) return;
        Holds = false;
        if (_held.Length > 0) await outward.WriteAsync(Held, cancellation);
    }

    private static bool IsJson(string? type) =>
        type is not null && type.StartsWith("application/json", StringComparison.OrdinalIgnoreCase) && (type.Length == "application/json".Length || type["application/json".Length] is ';' or ' ');
}
