using Cairn.Kernel;

namespace Cairn.Serving.Log;

/// <summary>Records of one deployment in one buffer that is used again: those of a request, or those of a block that gathers.</summary>
internal sealed class LogRecords
{
    private const int First = 1024, LargestKept = 1 << 20;

    private readonly List<LogSource> _sources = [];
    private byte[] _bytes = new byte[First];
    private int _length;

    public int Count { get; private set; }

    public int Length => _length;

    /// <value>The earliest time inside an id, milliseconds.</value>
    public long FromMs { get; private set; } = long.MaxValue;

    public long ToMs { get; private set; } = long.MinValue;

    /// <value>What answered them, each once.</value>
    public IReadOnlyList<LogSource> Sources => _sources;

    /// <value>True: they are rewritten before they are stored.</value>
    public bool HoldPersonalData
    {
        get
        {
            foreach (var source in _sources) if (source.HoldsPersonalData) return true;
            return false;
        }
    }

    public ReadOnlySpan<byte> Bytes => _bytes.AsSpan(0, _length);

    public void Add(
        Guid id, long time, int latency, LogSource source, RecordFlags flags, double probability, ReadOnlySpan<float> features, ReadOnlySpan<byte> entity, ReadOnlySpan<byte> caller,
        ReadOnlySpan<byte> inputs = default, ReadOnlySpan<byte> sealedBytes = default)
    {
        var size = LogRecord.Size(features.Length, entity.Length, caller.Length, sealedBytes.Length, inputs.Length);
        LogRecord.Write(Room(size), id, time, latency, source.Row.SourceId, flags, probability, features, entity, caller, sealedBytes, inputs);
        _length += size;
        Count++;
        if (!_sources.Contains(source)) _sources.Add(source);
        var ms = Uuid7.TimeOf(id) ?? time / 1000;
        FromMs = Math.Min(FromMs, ms);
        ToMs = Math.Max(ToMs, ms);
    }

    /// <param name="records">Of one source, as <see cref="Bytes"/> gives them.</param>
    public void Add(LogSource source, ReadOnlySpan<byte> records)
    {
        if (!records.IsEmpty && !_sources.Contains(source)) _sources.Add(source);
        while (!records.IsEmpty)
        {
            var record = records[..LogRecord.SizeOf(records)];
            records = records[record.Length..];
            Add(record);
        }
    }

    public void Add(LogRecords more)
    {
        more.Bytes.CopyTo(Room(more._length));
        _length += more._length;
        Count += more.Count;
        foreach (var source in more._sources) if (!_sources.Contains(source)) _sources.Add(source);
        FromMs = Math.Min(FromMs, more.FromMs);
        ToMs = Math.Max(ToMs, more.ToMs);
    }

    /// <summary>The same in the pieces that blocks hold: none crosses the end of an hour or lasts longer than <see cref="Block.LongestSpan"/>.</summary>
    public IReadOnlyList<LogRecords> Pieces()
    {
        if (FromMs / Block.Hour == ToMs / Block.Hour && ToMs - FromMs <= Block.LongestSpan) return [this];
        var pieces = new List<LogRecords> { new() };
        var rest = Bytes;
        while (!rest.IsEmpty)
        {
            var record = rest[..LogRecord.SizeOf(rest)];
            rest = rest[record.Length..];
            if (!pieces[^1].Takes(LogRecord.MillisecondsOf(record))) pieces.Add(new());
            pieces[^1].Add(record);
        }

        return pieces;
    }

    public void Clear()
    {
        if (_bytes.Length > LargestKept) _bytes = new byte[First];
        _sources.Clear();
        (_length, Count, FromMs, ToMs) = (0, 0, long.MaxValue, long.MinValue);
    }

    /// <summary>The body of a block: a byte that says the format, then the records one after the other.</summary>
    public byte[] ToBody()
    {
        var body = new byte[_length + 1];
        body[0] = LogRecord.Format;
        Bytes.CopyTo(body.AsSpan(1));
        return body;
    }

    private bool Takes(long ms) => Count == 0 || (ms / Block.Hour == FromMs / Block.Hour && Math.Max(ms, ToMs) - Math.Min(ms, FromMs) <= Block.LongestSpan);

    private void Add(ReadOnlySpan<byte> record)
    {
        record.CopyTo(Room(record.Length));
        _length += record.Length;
        Count++;
        var ms = LogRecord.MillisecondsOf(record);
        FromMs = Math.Min(FromMs, ms);
        ToMs = Math.Max(ToMs, ms);
    }

    private Span<byte> Room(int size)
    {
        if (_bytes.Length - _length < size) Array.Resize(ref _bytes, Math.Max(_length + size, _bytes.Length * 2));
        return _bytes.AsSpan(_length, size);
    }
}
