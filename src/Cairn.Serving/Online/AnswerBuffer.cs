using System.Buffers;
using System.Text.Json;
using Cairn.Serving.Log;
using Microsoft.Extensions.ObjectPool;

namespace Cairn.Serving.Online;

/// <summary>Reused buffers for one answer and what the log will say of it: it is sent only when every row of the request could be answered.</summary>
internal sealed class AnswerBuffer : IDisposable
{
    private const int LargestKept = 1 << 20;
    private static readonly DefaultObjectPool<AnswerBuffer> Pool = new(new DefaultPooledObjectPolicy<AnswerBuffer>());

    private readonly ArrayBufferWriter<byte> _bytes = new(1024);

    public AnswerBuffer() => Json = new(_bytes, new JsonWriterOptions { SkipValidation = true });

    public Utf8JsonWriter Json { get; }

    public LogRecords Records { get; } = new();

    public ReadOnlyMemory<byte> Written => _bytes.WrittenMemory;

    public static AnswerBuffer Rent() => Pool.Get();

    public void Return()
    {
        if (_bytes.Capacity > LargestKept)
        {
            Dispose();
            return;
        }

        Clear();
        Pool.Return(this);
    }

    /// <summary>Nothing was answered yet.</summary>
    public void Clear()
    {
        _bytes.ResetWrittenCount();
        Json.Reset();
        Records.Clear();
    }

    public void Dispose() => Json.Dispose();
}
