using System.Buffers.Binary;

namespace Cairn.Serving.Replay;

/// <summary>Chooses records by their ids: the same ones whenever it is asked.</summary>
internal static class IdSample
{
    /// <remarks>Mixed (the finish of SplitMix64), because what the log keeps of a deployment was chosen by the random bits of the id already.</remarks>
    public static bool Has(Guid id, double share)
    {
        if (share >= 1) return true;
        Span<byte> bytes = stackalloc byte[16];
        id.TryWriteBytes(bytes);
        var hash = BinaryPrimitives.ReadUInt64LittleEndian(bytes[8..]);
        hash = (hash ^ (hash >> 30)) * 0xBF58476D1CE4E5B9;
        hash = (hash ^ (hash >> 27)) * 0x94D049BB133111EB;
        hash ^= hash >> 31;
        return (hash >> 11) * (1.0 / (1UL << 53)) < share;
    }
}
