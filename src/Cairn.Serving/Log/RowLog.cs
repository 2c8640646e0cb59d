using System.Diagnostics;
using System.Text;
using Cairn.Access;
using Cairn.Client.Wire;
using Cairn.Kernel;
using Cairn.Learning;

namespace Cairn.Serving.Log;

/// <summary>What the log says alike of all rows of a request: who asked, when, and how many rows are kept.</summary>
internal sealed class RowLog
{
    private const int LongestCaller = byte.MaxValue;

    private readonly byte[] _caller;
    private readonly double _sample;
    private readonly long _time;
    private readonly long _started = Stopwatch.GetTimestamp();
    private readonly RecordFlags _flags;

    private RowLog(byte[] caller, double sample, long time, RecordFlags flags) => (_caller, _sample, _time, _flags) = (caller, sample, time, flags);

    /// <returns>Null: the log is switched off.</returns>
    public static RowLog? Of(LogSettings settings, Caller caller, TimeProvider clock, RecordFlags flags = RecordFlags.None) =>
        settings.Sample > 0 ? new(NameOf(caller), settings.Sample, clock.Micros(), flags) : null;

    /// <summary>Whether a prediction is in the sample that is logged.</summary>
    public bool Samples(Guid id) => _sample >= 1 || Draw(id) < _sample;

    /// <summary>For a row that waits to be logged, at the time its id says: it was in the sample, and nobody waited for it.</summary>
    public void AddLater(LogRecords records, LogSource source, Guid id, double probability, PredictorRow row) =>
        records.Add(id, (Uuid7.TimeOf(id) ?? 0) * 1000, 0, source, _flags, probability, row.Features, row.Entity, _caller, row.PackInputs());

    public void Add(LogRecords records, LogSource source, Guid id, double probability, PredictorRow row)
    {
        if (_sample < 1 && Draw(id) >= _sample) return;
        var latency = (int)Math.Min(int.MaxValue, Stopwatch.GetElapsedTime(_started).TotalMicroseconds);
        records.Add(id, _time, latency, source, _flags, probability, row.Features, row.Entity, _caller, row.PackInputs());
    }

    /// <summary>What a shadow made of a row that was answered: under the id of the answer, so the sample has both or neither.</summary>
    public void AddShadow(LogRecords records, LogSource source, Guid id, double probability, PredictorRow row, long micros)
    {
        if (_sample < 1 && Draw(id) >= _sample) return;
        var latency = (int)Math.Min(int.MaxValue, micros);
        records.Add(id, _time, latency, source, _flags | RecordFlags.Shadow, probability, row.Features, row.Entity, _caller, row.PackInputs());
    }

    /// <summary>0 to 1, from the random bits of the id: whether a prediction is in the sample can be told from its id alone.</summary>
    private static double Draw(Guid id)
    {
        Span<byte> bytes = stackalloc byte[16];
        id.TryWriteBytes(bytes);
        return System.Buffers.Binary.BinaryPrimitives.ReadUInt32LittleEndian(bytes[12..]) / (uint.MaxValue + 1.0);
    }

    private static byte[] NameOf(Caller caller)
    {
        if (caller == Caller.LocalAdmin) return LocalAdmin;
        var name = Encoding.UTF8.GetBytes(caller.Name);
        return name.Length <= LongestCaller ? name : name[..LongestCaller];
    }

    private static readonly byte[] LocalAdmin = Encoding.UTF8.GetBytes(Caller.LocalAdmin.Name);
}
