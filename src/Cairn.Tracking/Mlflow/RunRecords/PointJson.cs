using System.Text.Encodings.Web;
using System.Text.Json;

namespace Cairn.Tracking.Mlflow.RunRecords;

/// <summary>A point of a metric. NaN is a text, as protobuf has it; times are milliseconds.</summary>
internal static class PointJson
{
    private static readonly JsonEncodedText _key = JsonEncodedText.Encode("key"), _value = JsonEncodedText.Encode("value"), _timestamp = JsonEncodedText.Encode("timestamp"), _step = JsonEncodedText.Encode("step");

    /// <summary>A key that is written a hundred thousand times, escaped once.</summary>
    public static JsonEncodedText Key(string key) => JsonEncodedText.Encode(key, JavaScriptEncoder.UnsafeRelaxedJsonEscaping);

    public static void Write(Utf8JsonWriter json, string key, double value, long isNan, long timestamp, long step)
    {
        json.WriteStartObject();
        WriteFields(json, Key(key), value, isNan, timestamp, step);
        json.WriteEndObject();
    }

    public static void WriteFields(Utf8JsonWriter json, JsonEncodedText key, double value, long isNan, long timestamp, long step)
    {
        json.WriteString(_key, key);
        if (isNan != 0) json.WriteString(_value, "NaN"u8);
        else json.WriteNumber(_value, value);
        json.WriteNumber(_timestamp, timestamp / 1000);
        json.WriteNumber(_step, step);
    }
}
