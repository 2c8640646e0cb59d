using System.Text.Json;

namespace Cairn.Tracking.Mlflow.RunRecords;

/// <summary>A point of a metric. NaN is a text, as protobuf has it; times are milliseconds.</summary>
internal static class PointJson
{
    public static void Write(Utf8JsonWriter json, string key, double value, long isNan, long timestamp, long step, string? run = null)
    {
        json.WriteStartObject();
        json.WriteString("key"u8, key);
        if (isNan != 0) json.WriteString("value"u8, "NaN"u8);
        else json.WriteNumber("value"u8, value);
        json.WriteNumber("timestamp"u8, timestamp / 1000);
        json.WriteNumber("step"u8, step);
        if (run is not null) json.WriteString("run_id"u8, run);
        json.WriteEndObject();
    }
}
