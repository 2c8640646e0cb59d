using System.Buffers;
using Cairn.Serving.Log;
using Microsoft.Extensions.ObjectPool;

namespace Cairn.Serving.Online;

/// <summary>Reused buffers for one answer and what the log will say of it: it is sent only when every row of the request could be answered.</summary>
internal sealed class AnswerBuffer : IBufferWriter<byte>
{
    private const int LargestKept = 1 << 20;
    private static readonly DefaultObjectPool<AnswerBuffer> Pool = new(new DefaultPooledObjectPolicy<AnswerBuffer>());

    private readonly ArrayBufferWriter<byte> _bytes = new(1024);

    public LogRecords Records { get; } = new();

    public ReadOnlyMemory<byte> Written => _bytes.WrittenMemory;

    public static AnswerBuffer Rent() => Pool.Get();

    public void Return()
    {
        if (_bytes.Capacity > LargestKept) return;
        Clear();
        Pool.Return(this);
    }

    /// <summary>Nothing was answered yet.</summary>
    public void Clear()
    {
        _bytes.ResetWrittenCount();
        Records.Clear();
    }

    public void Write(ReadOnlySpan<byte> bytes) => _bytes.Write(bytes);

    public Span<byte> GetSpan(int sizeHint = 0) => _bytes.GetSpan(sizeHint);

    public Memory<byte> GetMemory(int sizeHint = 0) => _bytes.GetMemory(sizeHint);

    public void Advance(int count) => _bytes.Advance(count);
}
