using System.Buffers;
using System.Runtime.InteropServices;
using Cairn.Serving.Live;
using Cairn.Serving.Log;
using Cairn.Serving.Variants;
using Microsoft.Extensions.ObjectPool;

namespace Cairn.Serving.Online;

/// <summary>Reused buffers for one answer and what the log will say of it: it is sent only when every row of the request could be answered.</summary>
internal sealed class AnswerBuffer : IBufferWriter<byte>
{
    private const int LargestKept = 1 << 20;
    private static readonly DefaultObjectPool<AnswerBuffer> Pool = new(new DefaultPooledObjectPolicy<AnswerBuffer>());

    private readonly ArrayBufferWriter<byte> _bytes = new(1024);
    private readonly List<ServedRow> _rows = [];
    private int _models;

    public LogRecords Records { get; } = new();

    /// <value>The models that worked on this request.</value>
    public ReadOnlySpan<ServedRow> Rows => CollectionsMarshal.AsSpan(_rows)[.._models];

    /// <value>Rows that were answered.</value>
    public int Answered
    {
        get
        {
            var answered = 0;
            foreach (var row in Rows) answered += row.Answered;
            return answered;
        }
    }

    /// <value>Rows that shadows are to score, once they are answered.</value>
    public List<ShadowRow> Shadowed { get; } = [];

    public ReadOnlyMemory<byte> Written => _bytes.WrittenMemory;

    public static AnswerBuffer Rent() => Pool.Get();

    /// <summary>The buffers of a model for this request.</summary>
    public ServedRow RowOf(ServedModel model, byte[] entityName)
    {
        foreach (var used in Rows) if (used.Model == model) return used;
        if (_models == _rows.Count) _rows.Add(new());
        var row = _rows[_models++];
        row.Begin(model, entityName);
        return row;
    }

    /// <summary>The request is answered: its models count what they did.</summary>
    public void Publish(TimeSpan latency)
    {
        foreach (var used in Rows) used.Publish((long)latency.TotalMicroseconds);
    }

    public void Return()
    {
        Clear();
        if (_bytes.Capacity > LargestKept) return;
        Pool.Return(this);
    }

    /// <summary>Nothing was answered yet.</summary>
    public void Clear()
    {
        _bytes.ResetWrittenCount();
        Records.Clear();
        foreach (var used in Rows) used.End();
        _models = 0;
        Shadowed.Clear();
    }

    public void Write(ReadOnlySpan<byte> bytes) => _bytes.Write(bytes);

    public Span<byte> GetSpan(int sizeHint = 0) => _bytes.GetSpan(sizeHint);

    public Memory<byte> GetMemory(int sizeHint = 0) => _bytes.GetMemory(sizeHint);

    public void Advance(int count) => _bytes.Advance(count);
}
