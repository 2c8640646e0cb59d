namespace Cairn.Serving.Protocols;

/// <summary>
/// Python writes <c>NaN</c> and <c>Infinity</c> into JSON, which has neither. NaN is how pandas says missing; an infinity is
/// handed on as a number that no contract takes.
/// </summary>
internal static class BareNumbers
{
    /// <returns>The same bytes when there is nothing to replace, which is looked for first.</returns>
    public static ReadOnlySpan<byte> Replace(ReadOnlySpan<byte> json)
    {
        if (json.IndexOf("NaN"u8) < 0 && json.IndexOf("Infinity"u8) < 0) return json;

        var copy = new byte[(json.Length / 3 * 4) + 4]; // NaN becomes one byte longer
        var length = 0;
        while (!json.IsEmpty)
        {
            var next = json.IndexOfAny("\"NI"u8);
            if (next < 0) next = json.Length;
            Copy(ref json, next, copy, ref length);
            if (json.IsEmpty) break;

            if (json[0] == '"') Copy(ref json, StringLength(json), copy, ref length);
            else if (json.StartsWith("NaN"u8)) Put(ref json, 3, "null"u8, copy, ref length);
            else if (json.StartsWith("Infinity"u8)) Put(ref json, 8, "1e999"u8, copy, ref length);
            else Copy(ref json, 1, copy, ref length);
        }

        return copy.AsSpan(0, length);
    }

    private static int StringLength(ReadOnlySpan<byte> json)
    {
        var at = 1;
        while (json[at..].IndexOfAny((byte)'"', (byte)'\\') is >= 0 and var next)
        {
            at += next;
            if (json[at] == '"') return at + 1;
            at = Math.Min(at + 2, json.Length);
        }

        return json.Length; // never closed: the parser says so
    }

    private static void Copy(ref ReadOnlySpan<byte> json, int count, byte[] copy, ref int length) => Put(ref json, count, json[..count], copy, ref length);

    private static void Put(ref ReadOnlySpan<byte> json, int taken, ReadOnlySpan<byte> put, byte[] copy, ref int length)
    {
        put.CopyTo(copy.AsSpan(length));
        length += put.Length;
        json = json[taken..];
    }
}
