using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Cairn.Serving.Protocols;

/// <summary>
/// A value that came as text though it may be none, read as a snapshot reads its source: an empty one is missing, and so is a word like
/// NA where a number, a boolean or a time is expected.
/// </summary>
internal static class CellText
{
    private const int LongestTime = 64;

    private static readonly string[] MissingWords = ["na", "n/a", "nan", "nat", "null", "none", "#n/a"];

    /// <param name="value">A JSON value; one that is no text is given back as it is.</param>
    public static ReadOnlySpan<byte> ToJson(ReadOnlySpan<byte> value, string type)
    {
        var read = new Utf8JsonReader(value);
        read.Read();
        if (read.TokenType != JsonTokenType.String) return value;
        var text = new byte[value.Length];
        var buffer = new ArrayBufferWriter<byte>(value.Length + 8);
        using (var json = new Utf8JsonWriter(buffer)) Write(json, text.AsSpan(0, read.CopyString(text)), type);
        return buffer.WrittenSpan;
    }

    /// <param name="type">As in <see cref="Client.Wire.InputFieldWire"/>. A text that does not fit it is handed on as it is: the contract names it, with what it expected.</param>
    public static void Write(Utf8JsonWriter json, ReadOnlySpan<byte> text, string type)
    {
        if (text.IsEmpty || (type is not ("category" or "text") && IsMissing(text))) json.WriteNullValue();
        else if (type is "number" or "integer" && double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number)) json.WriteNumberValue(number);
        else if (type is "boolean" && Truth(text) is { } truth) json.WriteBooleanValue(truth);
        else if (type is "timestamp" && text.Length is > 10 and < LongestTime && text[10] == ' ') WriteTime(json, text);
        else json.WriteStringValue(text);
    }

    /// <summary>pandas puts a blank between date and time.</summary>
    private static void WriteTime(Utf8JsonWriter json, ReadOnlySpan<byte> text)
    {
        Span<byte> time = stackalloc byte[LongestTime];
        text.CopyTo(time);
        time[10] = (byte)'T';
        json.WriteStringValue(time[..text.Length]);
    }

    private static bool IsMissing(ReadOnlySpan<byte> text)
    {
        if (text.Length > 4) return false;
        foreach (var word in MissingWords) if (Ascii.EqualsIgnoreCase(text, word)) return true;
        return false;
    }

    private static bool? Truth(ReadOnlySpan<byte> text) =>
        Ascii.EqualsIgnoreCase(text, "true") || Ascii.EqualsIgnoreCase(text, "yes") || text.SequenceEqual("1"u8) ? true
        : Ascii.EqualsIgnoreCase(text, "false") || Ascii.EqualsIgnoreCase(text, "no") || text.SequenceEqual("0"u8) ? false
        : null;
}
