using System.Buffers;

namespace Cairn.Kernel;

/// <summary>JSON as Python writes it: with <c>NaN</c>, <c>Infinity</c> and <c>-Infinity</c>, which JSON has not.</summary>
public static class PythonJson
{
    /// <summary>With something that JSON has in their places; texts stay as they are.</summary>
    /// <returns>Null when there is nothing to replace, which is looked for first.</returns>
    public static byte[]? Replace(ReadOnlySpan<byte> json, ReadOnlySpan<byte> nan, ReadOnlySpan<byte> infinity, ReadOnlySpan<byte> minusInfinity)
    {
        if (json.IndexOf("NaN"u8) < 0 && json.IndexOf("Infinity"u8) < 0) return null;

        var copy = new ArrayBufferWriter<byte>(json.Length + 16);
        while (!json.IsEmpty)
        {
            var next = json.IndexOfAny("\"NI-"u8);
            if (next < 0) next = json.Length;
            copy.Write(json[..next]);
            json = json[next..];
            if (json.IsEmpty) break;

            var length = json[0] == '"' ? TextLength(json) : json.StartsWith("NaN"u8) ? 3 : json.StartsWith("Infinity"u8) ? 8 : json.StartsWith("-Infinity"u8) ? 9 : 1;
            copy.Write((json[0], length) switch
            {
                ((byte)'N', 3) => nan,
                ((byte)'I', 8) => infinity,
                ((byte)'-', 9) => minusInfinity,
                _ => json[..length],
            });
            json = json[length..];
        }

        return copy.WrittenSpan.ToArray();
    }

    private static int TextLength(ReadOnlySpan<byte> json)
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
}
