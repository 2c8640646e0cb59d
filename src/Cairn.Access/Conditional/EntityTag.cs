using System.Buffers.Text;
using System.Security.Cryptography;
using Microsoft.Net.Http.Headers;

namespace Cairn.Access.Conditional;

/// <summary>A strong ETag: 128 bits of the SHA-256 over the bytes of the answer, so two answers that differ in one byte have two tags.</summary>
internal static class EntityTag
{
    private const int Kept = 16;

    public static string Of(ReadOnlySpan<byte> body)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(body, hash);
        return $"\"{Base64Url.EncodeToString(hash[..Kept])}\"";
    }

    /// <summary>True when a list of tags, or <c>*</c>, names this one.</summary>
    /// <param name="strong">If-Match compares strongly: <c>W/"a"</c> is nothing to write on. If-None-Match compares weakly.</param>
    public static bool IsIn(IList<EntityTagHeaderValue> tags, string tag, bool strong)
    {
        var wanted = new EntityTagHeaderValue(tag);
        foreach (var one in tags)
            if (one.Equals(EntityTagHeaderValue.Any) || one.Compare(wanted, strong)) return true;
        return false;
    }
}
