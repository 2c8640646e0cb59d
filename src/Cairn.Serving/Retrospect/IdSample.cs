using System.Buffers.Binary;

namespace Cairn.Serving.Retrospect;

/// <summary>Chooses records by their ids: the same ones whenever it is asked.</summary>
internal static class IdSample
{
    public static bool Has(Guid id, double share) => share >= 1 || (KeyOf(id) >> 11) * (1.0 / (1UL << 53)) < share;

    /// <summary>Spread evenly over all values.</summary>
    /// <remarks>Mixed (the finish of SplitMix64), because what the log keeps of a deployment was chosen by the random bits of the id already.</remarks>
    public static ulong KeyOf(Guid id)
    {
        Span<byte> bytes = stackalloc byte[16];
        id.TryWriteBytes(bytes);
        var key = BinaryPrimitives.ReadUInt64LittleEndian(bytes[8..]);
        key = (key ^ (key >> 30)) * 0xBF58476D1CE4E5B9;
        key = (key ^ (key >> 27)) * 0x94D049BB133111EB;
        return key ^ (key >> 31);
    }
}
