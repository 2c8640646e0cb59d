using System.Text;
using System.Text.Json;
using Cairn.Kernel;

namespace Cairn.Serving.Variants;

/// <summary>Where somebody stands in the traffic of a deployment, in millionths: the same place whenever and wherever it is asked.</summary>
/// <remarks>
/// The 64-bit FNV-1a hash (Fowler, Noll, Vo) of deployment and entity, mixed by the finalizer of MurmurHash3 (Appleby), since the high bits
/// of the former depend little on the last bytes. The deployment goes first, so that who is new in one is not new in all.
/// </remarks>
internal static class TrafficPlace
{
    internal const ulong Basis = 0xCBF29CE484222325;
    private const ulong Prime = 0x100000001B3;

    /// <summary>What the hash of every entity of a deployment begins with.</summary>
    public static ulong Salt(WorkspaceId workspace, string deployment) => Fnv1a(Encoding.UTF8.GetBytes($"{workspace.Value}\n{deployment}\n"));

    /// <param name="entity">UTF-8.</param>
    public static int Of(ReadOnlySpan<byte> entity, ulong salt) => (int)Math.BigMul(Mix(Fnv1a(entity, salt)), TrafficPart.Whole, out _);

    /// <summary>Of a prediction that is about nobody: by its id.</summary>
    public static int Of(Guid id, ulong salt)
    {
        Span<byte> bytes = stackalloc byte[16];
        id.TryWriteBytes(bytes);
        return Of(bytes, salt);
    }

    /// <summary>Of the row that the reader stands on. Stops at the member that names the entity.</summary>
    /// <param name="row">A copy: the reader of the caller stays where it is.</param>
    /// <param name="entity">The name of that member, UTF-8; empty: there is none.</param>
    /// <exception cref="JsonException">The bytes are not JSON.</exception>
    public static int Of(Utf8JsonReader row, ReadOnlySpan<byte> entity, Guid id, ulong salt)
    {
        if (entity.IsEmpty || row.TokenType != JsonTokenType.StartObject) return Of(id, salt);
        while (row.Read() && row.TokenType == JsonTokenType.PropertyName)
        {
            var found = row.ValueTextEquals(entity);
            row.Read();
            if (found) return OfValue(ref row, id, salt);
            row.Skip();
        }

        return Of(id, salt);
    }

    internal static ulong Fnv1a(ReadOnlySpan<byte> bytes, ulong hash = Basis)
    {
        foreach (var one in bytes) hash = (hash ^ one) * Prime;
        return hash;
    }

    internal static ulong Mix(ulong hash)
    {
        hash = (hash ^ (hash >> 33)) * 0xFF51AFD7ED558CCD;
        hash = (hash ^ (hash >> 33)) * 0xC4CEB9FE1A85EC53;
        return hash ^ (hash >> 33);
    }

    // A value that names nobody is refused by the contract of the row, whichever model reads it.
    private static int OfValue(ref Utf8JsonReader value, Guid id, ulong salt)
    {
        const int Longest = 1200;
        if (value.TokenType is not (JsonTokenType.String or JsonTokenType.Number) || value.ValueSpan.Length is 0 or > Longest) return Of(id, salt);
        if (!value.ValueIsEscaped) return Of(value.ValueSpan, salt);
        Span<byte> text = stackalloc byte[Longest];
        return Of(text[..value.CopyString(text)], salt);
    }
}
