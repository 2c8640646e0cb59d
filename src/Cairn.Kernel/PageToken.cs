using System.Globalization;
using System.Text;

namespace Cairn.Kernel;

/// <summary>Where the next page of a list starts: opaque to callers, the sort key of the last row inside.</summary>
public static class PageToken
{
    public static string Write(string lastKey) => Convert.ToBase64String(Encoding.UTF8.GetBytes(lastKey)).TrimEnd('=').Replace('+', '-').Replace('/', '_');

    public static Answer<string> Read(string token)
    {
        ArgumentNullException.ThrowIfNull(token);
        var padded = token.Replace('-', '+').Replace('_', '/').PadRight((token.Length + 3) / 4 * 4, '=');
        Span<byte> bytes = new byte[padded.Length];
        // PostgreSQL takes no text with U+0000, and no key of a row holds it.
        return Convert.TryFromBase64String(padded, bytes, out var length) && !bytes[..length].Contains((byte)0)
            ? Encoding.UTF8.GetString(bytes[..length])
            : new Refusal.Invalid("request.page-token", $"The page token '{token}' was not given out by this server. Leave it out to start at the first page.");
    }

    public static string Write(long lastKey) => Write(lastKey.ToString(CultureInfo.InvariantCulture));

    /// <summary>The token of a list that is sorted by a number.</summary>
    /// <param name="token">Null: of the first page.</param>
    /// <param name="first">Where that one starts.</param>
    public static Answer<long> ReadNumber(string? token, long first)
    {
        if (token is null) return first;
        var read = Read(token);
        if (read.Refusal is { } refusal) return refusal;
        return long.TryParse(read.Value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : OfAnotherList(token);
    }

    public static Refusal OfAnotherList(string token) =>
        new Refusal.Invalid("request.page-token", $"The page token '{token}' is of another list or another order. Leave it out to start at the first page.");
}
