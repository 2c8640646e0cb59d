using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Cairn.Kernel;
using Microsoft.AspNetCore.Http;

namespace Cairn.Tracking.Mlflow.Protocol;

/// <summary>A request as one JSON object, whatever a client made of it.</summary>
internal static class RequestJson
{
    private static readonly JsonWriterOptions _plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    /// <summary>A query: each key a text, a repeated one a list.</summary>
    public static ReadOnlyMemory<byte> Of(IQueryCollection query)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using var json = new Utf8JsonWriter(buffer, _plain);
        json.WriteStartObject();
        foreach (var (key, values) in query)
        {
            json.WritePropertyName(key);
            if (values.Count == 1)
            {
                json.WriteStringValue(values[0]);
                continue;
            }

            json.WriteStartArray();
            foreach (var value in values) json.WriteStringValue(value);
            json.WriteEndArray();
        }

        json.WriteEndObject();
        json.Flush();
        return buffer.WrittenMemory;
    }

    /// <summary>Old clients send the object as a JSON text; Python writes <c>NaN</c> and <c>Infinity</c> bare.</summary>
    public static ReadOnlyMemory<byte> Normal(ReadOnlyMemory<byte> body)
    {
        var first = body.Span.IndexOfAnyExcept(" \t\r\n"u8);
        if (first >= 0 && body.Span[first] == (byte)'"')
        {
            try
            {
                body = Encoding.UTF8.GetBytes(JsonSerializer.Deserialize<string>(body.Span) ?? "");
            }
            catch (JsonException)
            {
                return ReadOnlyMemory<byte>.Empty;
            }
        }

        return PythonJson.Replace(body.Span, "\"NaN\""u8, "\"Infinity\""u8, "\"-Infinity\""u8) is { } quoted ? quoted : body;
    }
}
