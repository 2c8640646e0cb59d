using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
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

        return body.Span.IndexOf("NaN"u8) < 0 && body.Span.IndexOf("Infinity"u8) < 0 ? body : Quoted(body.Span);
    }

    private static byte[] Quoted(ReadOnlySpan<byte> json)
    {
        var copy = new ArrayBufferWriter<byte>(json.Length + 16);
        while (!json.IsEmpty)
        {
            var next = json.IndexOfAny("\"NI-"u8);
            if (next < 0) next = json.Length;
            copy.Write(json[..next]);
            json = json[next..];
            if (json.IsEmpty) break;

            var (length, bare) = json[0] == '"' ? (StringLength(json), false)
                : json.StartsWith("NaN"u8) ? (3, true)
                : json.StartsWith("Infinity"u8) ? (8, true)
                : json.StartsWith("-Infinity"u8) ? (9, true)
                : (1, false);
            if (bare) copy.Write("\""u8);
            copy.Write(json[..length]);
            if (bare) copy.Write("\""u8);
            json = json[length..];
        }

        return copy.WrittenSpan.ToArray();
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
}
