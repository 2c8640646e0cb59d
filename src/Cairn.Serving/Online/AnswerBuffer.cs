using System.Buffers;
using System.Text.Json;
using Microsoft.Extensions.ObjectPool;

namespace Cairn.Serving.Online;

/// <summary>A reused buffer for one answer: it is sent only when every row of the request could be answered.</summary>
internal sealed class AnswerBuffer : IDisposable
{
    private const int LargestKept = 1 << 20;
    private static readonly DefaultObjectPool<AnswerBuffer> Pool = new(new DefaultPooledObjectPolicy<AnswerBuffer>());

    private readonly ArrayBufferWriter<byte> _bytes = new(1024);

    public AnswerBuffer() => Json = new(_bytes, new JsonWriterOptions { SkipValidation = true });

    public Utf8JsonWriter Json { get; }

    public ReadOnlyMemory<byte> Written => _bytes.WrittenMemory;

    public static AnswerBuffer Rent() => Pool.Get();

    public void Return()
    {
        if (_bytes.Capacity > LargestKept)
        {
            Dispose();
            return;
        }

        _bytes.ResetWrittenCount();
        Json.Reset();
        Pool.Return(this);
    }

    public void Dispose() => Json.Dispose();
}
