using System.Buffers.Binary;

namespace Cairn.Serving.Log;

/// <summary>Keeps the newest of the records it is shown, each once, by their ids.</summary>
/// <param name="before">Only records before this one; null: all.</param>
internal sealed class NewestRecords(int most, Guid? before)
{
    private readonly SortedList<UInt128, LogRecord> _kept = [];
    private readonly UInt128 _before = before is { } id ? KeyOf(id) : UInt128.MaxValue;

    public int Most => most;

    /// <value>Records of earlier milliseconds would not be kept.</value>
    public long OldestMs => _kept.Count < most ? 0 : _kept.Values[0].Milliseconds;

    /// <summary>Newest first.</summary>
    public IEnumerable<LogRecord> All => _kept.Values.Reverse();

    public bool Wants(ReadOnlySpan<byte> record) => Wants(BinaryPrimitives.ReadUInt128BigEndian(record));

    /// <summary>Which records could be wanted, over the columns of a segment.</summary>
    public string ToSql() => before is { } id ? $"prediction_id < '{id:N}'" : "true";

    public void Add(LogRecord record)
    {
        var key = KeyOf(record.Id);
        if (!Wants(key) || !_kept.TryAdd(key, record)) return;
        if (_kept.Count > most) _kept.RemoveAt(0);
    }

    private bool Wants(UInt128 key) => key < _before && (_kept.Count < most || key > _kept.Keys[0]);

    private static UInt128 KeyOf(Guid id)
    {
        Span<byte> bytes = stackalloc byte[16];
        id.TryWriteBytes(bytes, bigEndian: true, out _);
        return BinaryPrimitives.ReadUInt128BigEndian(bytes);
    }
}
