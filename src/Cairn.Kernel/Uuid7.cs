using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Cairn.Kernel;

/// <summary>Time-ordered ids: UUIDv7, written as 32 lower-case hex digits. Run, prediction and flow run ids.</summary>
/// <remarks>
/// RFC 9562, method 3: 48 bits of milliseconds, then the fraction of the millisecond in 12 bits, then 62 random ones. Ids of one process
/// ascend within a millisecond, up to 4,096 of them; across milliseconds they follow the clock, even when it is set back.
/// </remarks>
public static class Uuid7
{
    internal static readonly SearchValues<char> LowerHex = SearchValues.Create("0123456789abcdef");

    private const int RandomBytes = 8 * 512;

    /// <summary>Milliseconds and their fraction of the newest id, of whatever thread.</summary>
    private static long _newest;

    // Asking the system for each id would cost more than all the rest of it.
    [ThreadStatic]
    private static byte[]? _random;

    [ThreadStatic]
    private static int _unused;

    public static string New(TimeProvider clock) => NewGuid(clock).ToString("N");

    /// <summary>The same as a value: formatted with <c>"N"</c> it is the id. Allocates nothing.</summary>
    public static Guid NewGuid(TimeProvider clock)
    {
        ArgumentNullException.ThrowIfNull(clock);
        var (milliseconds, ticks) = Math.DivRem((clock.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks, TimeSpan.TicksPerMillisecond);
        var time = Ascending((milliseconds << 12) | ((ticks << 12) / TimeSpan.TicksPerMillisecond));

        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteInt64BigEndian(bytes, ((time & ~0xFFF) << 4) | 0x7000 | (time & 0xFFF));
        BinaryPrimitives.WriteUInt64BigEndian(bytes[8..], (Random() >> 2) | (1UL << 63));
        return new(bytes, bigEndian: true);
    }

    /// <summary>An id of a moment whose other bits come from a hash: made again it is the same.</summary>
    /// <param name="hash">At least ten bytes.</param>
    public static Guid FromHash(long milliseconds, ReadOnlySpan<byte> hash)
    {
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteInt64BigEndian(bytes, milliseconds << 16);
        hash[..10].CopyTo(bytes[6..]);
        bytes[6] = (byte)((bytes[6] & 0x0F) | 0x70);
        bytes[8] = (byte)((bytes[8] & 0x3F) | 0x80);
        return new(bytes, bigEndian: true);
    }

    /// <summary>True for 32 lower-case hex digits, whatever their version: ids of other systems are accepted too.</summary>
    public static bool IsWellFormed(string? text) =>
        text is { Length: 32 } && text.AsSpan().IndexOfAnyExcept(LowerHex) < 0;

    /// <summary>Reads what <see cref="IsWellFormed"/> accepts.</summary>
    public static bool TryParse(string? text, out Guid id)
    {
        id = default;
        return IsWellFormed(text) && Guid.TryParseExact(text, "N", out id);
    }

    /// <summary>When an id was made, in milliseconds since 1970 in UTC; null for one of another version, which does not say.</summary>
    public static long? TimeOf(Guid id)
    {
        Span<byte> bytes = stackalloc byte[16];
        id.TryWriteBytes(bytes, bigEndian: true, out _);
        return bytes[6] >> 4 == 7 ? (long)(BinaryPrimitives.ReadUInt64BigEndian(bytes) >> 16) : null;
    }

    private static long Ascending(long time)
    {
        while (true)
        {
            var newest = Volatile.Read(ref _newest);
            var next = time > newest || (newest + 1) >> 12 != time >> 12 ? time : newest + 1;
            if (Interlocked.CompareExchange(ref _newest, next, newest) == newest) return next;
        }
    }

    private static ulong Random()
    {
        var random = _random ??= new byte[RandomBytes];
        if (_unused == 0)
        {
            RandomNumberGenerator.Fill(random);
            _unused = RandomBytes;
        }

        _unused -= 8;
        return BinaryPrimitives.ReadUInt64LittleEndian(random.AsSpan(_unused));
    }
}
