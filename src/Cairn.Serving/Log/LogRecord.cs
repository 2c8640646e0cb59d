using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using Cairn.Kernel;

namespace Cairn.Serving.Log;

/// <summary>One logged prediction, as a block holds it.</summary>
/// <param name="Time">Microseconds UTC.</param>
/// <param name="Latency">Microseconds from the arrival of the request to the answer.</param>
/// <param name="Features">What the model saw, bit for bit; NaN where <paramref name="Sealed"/> has the value.</param>
/// <param name="Sealed">Values made from personal data, encrypted with the key of the entity; empty when there are none.</param>
/// <param name="Inputs">What was asked, before any encoding, so that another version can be asked the same: read with <see cref="LogSourceRow.Inputs"/>; empty: not kept.</param>
internal sealed record LogRecord(
    Guid Id, long Time, int Latency, long Source, RecordFlags Flags, double Probability, float[] Features, string Entity, string Caller, byte[] Sealed, byte[] Inputs)
{
    public const byte Format = 1;

    private const int Fixed = 16 + 8 + 4 + 8 + 1 + 8 + 2 + 2 + 1 + 2 + 4;

    /// <value>When it was asked for, as its id says: what the log is ordered and searched by.</value>
    public long Milliseconds => Uuid7.TimeOf(Id) ?? Time / 1000;

    /// <value>Of a record that was read through <see cref="PersonalData"/>: what is still sealed was somebody's who is erased.</value>
    public bool IsErased => Sealed.Length > 0;

    /// <summary>Little-endian but for the id, whose bytes stand as its digits do: id, time, latency, source, flags, probability, five lengths, then what they are of.</summary>
    public static int Size(int features, int entity, int caller, int sealedBytes, int inputs) => Fixed + (features * sizeof(float)) + entity + caller + sealedBytes + inputs;

    public static void Write(
        Span<byte> to, Guid id, long time, int latency, long source, RecordFlags flags, double probability, ReadOnlySpan<float> features, ReadOnlySpan<byte> entity,
        ReadOnlySpan<byte> caller, ReadOnlySpan<byte> sealedBytes, ReadOnlySpan<byte> inputs)
    {
        id.TryWriteBytes(to, bigEndian: true, out _);
        BinaryPrimitives.WriteInt64LittleEndian(to[16..], time);
        BinaryPrimitives.WriteInt32LittleEndian(to[24..], latency);
        BinaryPrimitives.WriteInt64LittleEndian(to[28..], source);
        to[36] = (byte)flags;
        BinaryPrimitives.WriteDoubleLittleEndian(to[37..], probability);
        BinaryPrimitives.WriteUInt16LittleEndian(to[45..], checked((ushort)features.Length));
        BinaryPrimitives.WriteUInt16LittleEndian(to[47..], checked((ushort)entity.Length));
        to[49] = checked((byte)caller.Length);
        BinaryPrimitives.WriteUInt16LittleEndian(to[50..], checked((ushort)sealedBytes.Length));
        BinaryPrimitives.WriteInt32LittleEndian(to[52..], inputs.Length);
        to = to[Fixed..];
        MemoryMarshal.AsBytes(features).CopyTo(to);
        to = to[(features.Length * sizeof(float))..];
        entity.CopyTo(to);
        caller.CopyTo(to[entity.Length..]);
        sealedBytes.CopyTo(to[(entity.Length + caller.Length)..]);
        inputs.CopyTo(to[(entity.Length + caller.Length + sealedBytes.Length)..]);
    }

    /// <summary>The id alone: what a search looks at first.</summary>
    public static Guid IdOf(ReadOnlySpan<byte> record) => new(record[..16], bigEndian: true);

    public static long MillisecondsOf(ReadOnlySpan<byte> record) => Uuid7.TimeOf(IdOf(record)) ?? TimeOf(record) / 1000;

    public static long TimeOf(ReadOnlySpan<byte> record) => BinaryPrimitives.ReadInt64LittleEndian(record[16..]);

    public static int LatencyOf(ReadOnlySpan<byte> record) => BinaryPrimitives.ReadInt32LittleEndian(record[24..]);

    public static RecordFlags FlagsOf(ReadOnlySpan<byte> record) => (RecordFlags)record[36];

    public static double ProbabilityOf(ReadOnlySpan<byte> record) => BinaryPrimitives.ReadDoubleLittleEndian(record[37..]);

    public static ReadOnlySpan<float> FeaturesOf(ReadOnlySpan<byte> record) =>
        MemoryMarshal.Cast<byte, float>(record.Slice(Fixed, BinaryPrimitives.ReadUInt16LittleEndian(record[45..]) * sizeof(float)));

    public static ReadOnlySpan<byte> CallerOf(ReadOnlySpan<byte> record) => record.Slice(AfterEntity(record), record[49]);

    public static ReadOnlySpan<byte> SealedOf(ReadOnlySpan<byte> record) => record.Slice(AfterEntity(record) + record[49], BinaryPrimitives.ReadUInt16LittleEndian(record[50..]));

    public static ReadOnlySpan<byte> InputsOf(ReadOnlySpan<byte> record) => record[^BinaryPrimitives.ReadInt32LittleEndian(record[52..])..];

    private static int AfterEntity(ReadOnlySpan<byte> record) =>
        Fixed + (BinaryPrimitives.ReadUInt16LittleEndian(record[45..]) * sizeof(float)) + BinaryPrimitives.ReadUInt16LittleEndian(record[47..]);

    public static long SourceOf(ReadOnlySpan<byte> record) => BinaryPrimitives.ReadInt64LittleEndian(record[28..]);

    public static ReadOnlySpan<byte> EntityOf(ReadOnlySpan<byte> record) =>
        record.Slice(Fixed + (BinaryPrimitives.ReadUInt16LittleEndian(record[45..]) * sizeof(float)), BinaryPrimitives.ReadUInt16LittleEndian(record[47..]));

    public static int SizeOf(ReadOnlySpan<byte> record) => Size(
        BinaryPrimitives.ReadUInt16LittleEndian(record[45..]), BinaryPrimitives.ReadUInt16LittleEndian(record[47..]), record[49], BinaryPrimitives.ReadUInt16LittleEndian(record[50..]),
        BinaryPrimitives.ReadInt32LittleEndian(record[52..]));

    public static LogRecord Read(ReadOnlySpan<byte> record)
    {
        var features = new float[BinaryPrimitives.ReadUInt16LittleEndian(record[45..])];
        int entity = BinaryPrimitives.ReadUInt16LittleEndian(record[47..]), caller = record[49], sealedBytes = BinaryPrimitives.ReadUInt16LittleEndian(record[50..]);
        var inputs = BinaryPrimitives.ReadInt32LittleEndian(record[52..]);
        var rest = record[Fixed..];
        MemoryMarshal.Cast<byte, float>(rest[..(features.Length * sizeof(float))]).CopyTo(features);
        rest = rest[(features.Length * sizeof(float))..];
        return new(
            IdOf(record), BinaryPrimitives.ReadInt64LittleEndian(record[16..]), BinaryPrimitives.ReadInt32LittleEndian(record[24..]),
            BinaryPrimitives.ReadInt64LittleEndian(record[28..]), (RecordFlags)record[36], BinaryPrimitives.ReadDoubleLittleEndian(record[37..]), features,
            Encoding.UTF8.GetString(rest[..entity]), Encoding.UTF8.GetString(rest.Slice(entity, caller)), rest.Slice(entity + caller, sealedBytes).ToArray(),
            rest.Slice(entity + caller + sealedBytes, inputs).ToArray());
    }
}

[Flags]
internal enum RecordFlags : byte
{
    None = 0,

    /// <summary>Scored beside the answer, never told to the caller. It has the id of that answer and a source of its own.</summary>
    Shadow = 1,

    /// <summary>Of a file, not of a request.</summary>
    Batch = 2,
}
