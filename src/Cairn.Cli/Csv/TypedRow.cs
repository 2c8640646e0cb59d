using System.Globalization;
using System.Text.Json;
using Cairn.Client.Wire;

namespace Cairn.Cli.Csv;

/// <summary>Turns the texts of a CSV row into the JSON that a deployment asks for.</summary>
internal static class TypedRow
{
    /// <param name="inputs">What the deployment reads. Other columns are left out.</param>
    public static void Write(Utf8JsonWriter json, IReadOnlyList<string> header, string[] row, IReadOnlyDictionary<string, InputFieldWire> inputs)
    {
        json.WriteStartObject();
        for (var i = 0; i < row.Length; i++)
        {
            if (!inputs.TryGetValue(header[i], out var input)) continue;
            json.WritePropertyName(header[i]);
            WriteValue(json, row[i], input.Type);
        }

        json.WriteEndObject();
    }

    // A text that does not fit its type is sent as it is: the server names it, with what it expected.
    private static void WriteValue(Utf8JsonWriter json, string text, string type)
    {
        var trimmed = text.AsSpan().Trim();
        if (trimmed.IsEmpty) json.WriteNullValue();
        else if (type is "number" or "integer" && double.TryParse(trimmed, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number)) json.WriteNumberValue(number);
        else if (type is "boolean" && bool.TryParse(trimmed, out var truth)) json.WriteBooleanValue(truth);
        else if (type is "boolean" && trimmed is "1" or "0") json.WriteBooleanValue(trimmed is "1");
        else json.WriteStringValue(text);
    }
}
