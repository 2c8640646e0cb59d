using Amazon.S3.Model;

namespace Cairn.Storage.Objects;

/// <summary>An object read as it comes, from any place on. A transfer that breaks is asked for again from where it was.</summary>
/// <param name="from">Asks for the object from a byte on.</param>
/// <param name="first">The answer from byte 0, which is here already.</param>
internal sealed class ObjectStream(Func<long, CancellationToken, Task<GetObjectResponse>> from, GetObjectResponse first) : Stream
{
    private const int Attempts = 4;

    private readonly long _length = first.ContentLength;
    private GetObjectResponse? _answer = first;
    private long _at;

    public override bool CanRead => true;

    public override bool CanSeek => true;

    public override bool CanWrite => false;

    public override long Length => _length;

    public override long Position
    {
        get => _at;
        set
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value);
            if (value == _at) return;
            Drop();
            _at = value;
        }
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_at >= _length || buffer.IsEmpty) return 0;
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                _answer ??= await from(_at, cancellationToken);
                var read = await _answer.ResponseStream.ReadAsync(buffer, cancellationToken);
                if (read == 0) throw new IOException($"The object broke off after {_at} of {_length} bytes.");
                _at += read;
                return read;
            }
            catch (Exception e) when (e is IOException or HttpRequestException && attempt < Attempts)
            {
                Drop();
                await Task.Delay(TimeSpan.FromMilliseconds(200 * attempt), cancellationToken);
            }
        }
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => ReadAsync(buffer.AsMemory(offset, count)).AsTask().GetAwaiter().GetResult();

    public override long Seek(long offset, SeekOrigin origin) => Position = origin switch
    {
        SeekOrigin.Begin => offset,
        SeekOrigin.Current => _at + offset,
        _ => _length + offset,
    };

    public override void Flush()
    {
    }

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing) Drop();
        base.Dispose(disposing);
    }

    private void Drop()
    {
        _answer?.Dispose();
        _answer = null;
    }
}
