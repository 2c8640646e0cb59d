using System.Text.Json;
using System.Text.Unicode;
using Cairn.Kernel;
using Cairn.Serving.Online;
using Cairn.Serving.Protocols;

namespace Cairn.Serving.Streams;

/// <summary>The rows in the body of a message: as <see cref="PredictRows"/> takes them.</summary>
internal static class MessageRows
{
    /// <param name="many">False: the message is one row, and its answer is one prediction.</param>
    public static Refusal? Read(ReadOnlySpan<byte> body, RowAnswers rows, out bool many)
    {
        many = false;
        if (body.Length > RequestBody.Largest) return new Refusal.TooLarge("request.too-large", $"The message has {body.Length} bytes; at most {RequestBody.Largest >> 20} MiB are taken.");
        if (body.StartsWith("\uFEFF"u8)) body = body[3..];
        if (!Utf8.IsValid(body)) return BodyProblems.NotUtf8();
        try
        {
            var json = new Utf8JsonReader(body, new JsonReaderOptions { MaxDepth = 8 });
            json.Read();
            many = json.TokenType == JsonTokenType.StartArray || PredictRows.IsEnvelope(json);
            if (!many) rows.Add(ref json, body, "$");
            else Many(ref json, body, rows);
            if (!rows.Complete) return null; // said by its end
            json.Read(); // throws when something follows
            return null;
        }
        catch (JsonException e)
        {
            return BodyProblems.NotJson(e);
        }
        catch (InvalidOperationException e) when (e.Source?.StartsWith("System.Text.Json", StringComparison.Ordinal) is true)
        {
            return BodyProblems.Malformed("$", "half of a surrogate pair in a text", "whole characters");
        }
    }

    private static void Many(ref Utf8JsonReader json, ReadOnlySpan<byte> body, RowAnswers rows)
    {
        var envelope = json.TokenType == JsonTokenType.StartObject;
        if (envelope)
        {
            json.Read(); // "rows"
            json.Read(); // [
        }

        while (json.Read() && json.TokenType != JsonTokenType.EndArray)
        {
            if (!rows.Add(ref json, body, envelope ? "$.rows" : "$")) return;
        }

        while (envelope && json.Read() && json.TokenType != JsonTokenType.EndObject) json.Skip();
    }
}
