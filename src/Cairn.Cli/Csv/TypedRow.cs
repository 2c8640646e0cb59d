using System.Globalization;
using System.Text.Json;
using Cairn.Client.Wire;

namespace Cairn.Cli.Csv;

/// <summary>
/// Turns the texts of a CSV row into the JSON that a deployment asks for, reading them as a snapshot reads its source: blanks
/// around a value do not count, an empty one is missing, and so is a word like NA where a number, a boolean or a time is expected.
/// </summary>
internal static class TypedRow
{
    private static readonly char[] Blanks = [' ', '\t', '\r', '\n'];

    private static readonly HashSet<string> MissingWords = new(StringComparer.OrdinalIgnoreCase) { "na", "n/a", "nan", "null", "none", "#n/a" };

    private static readonly string[] Days = ["yyyy-MM-dd HH:mm", "yyyy-MM-dd HH:mm:ss", "dd.MM.yyyy", "dd.MM.yyyy HH:mm", "dd.MM.yyyy HH:mm:ss"];

    /// <param name="inputs">What the deployment reads. Other columns are left out.</param>
    public static void Write(Utf8JsonWriter json, IReadOnlyList<string> header, IReadOnlyList<string> row, IReadOnlyDictionary<string, InputFieldWire> inputs)
    {
        json.WriteStartObject();
        for (var i = 0; i < row.Count; i++)
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
        var value = text.Trim(Blanks);
        if (value.Length == 0 || (type is not ("category" or "text") && MissingWords.Contains(value))) json.WriteNullValue();
        else if (type is "number" or "integer" && double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number)) json.WriteNumberValue(number);
        else if (type is "boolean" && Truth(value) is { } truth) json.WriteBooleanValue(truth);
        else if (type is "timestamp" && DateTime.TryParseExact(value, Days, CultureInfo.InvariantCulture, DateTimeStyles.None, out var time)) json.WriteStringValue(time);
        else json.WriteStringValue(value);
    }

    private static bool? Truth(string value) => value.ToLowerInvariant() switch
    {
        "true" or "yes" or "1" => true,
        "false" or "no" or "0" => false,
        _ => null,
    };
}
