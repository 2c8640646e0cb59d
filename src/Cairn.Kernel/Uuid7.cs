using System.Buffers;

namespace Cairn.Kernel;

/// <summary>Time-ordered ids: UUIDv7, written as 32 lower-case hex digits. Run, prediction and flow run ids.</summary>
public static class Uuid7
{
    internal static readonly SearchValues<char> LowerHex = SearchValues.Create("0123456789abcdef");

#pragma warning disable RS0030 // the one place that makes a version 7 id
    public static string New(TimeProvider clock)
    {
        ArgumentNullException.ThrowIfNull(clock);
        return Guid.CreateVersion7(clock.GetUtcNow()).ToString("N");
    }
#pragma warning restore RS0030

    /// <summary>True for 32 lower-case hex digits, whatever their version: ids of other systems are accepted too.</summary>
    public static bool IsWellFormed(string? text) =>
        text is { Length: 32 } && text.AsSpan().IndexOfAnyExcept(LowerHex) < 0;
}
