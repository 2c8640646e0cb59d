using System.Buffers;
using System.IO.Pipelines;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Cairn.Tracking.Mlflow.Protocol;

/// <summary>Writes an answer whole before it is sent: its length is known, and what fails while it is written is no half answer.</summary>
internal static class AnswerWriter
{
    private const int LargestKept = 1 << 20;

    // Relaxed: the answer is application/json with nosniff, and nobody puts it into a page as it is.
    private static readonly JsonWriterOptions _options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    [ThreadStatic]
    private static (ArrayBufferWriter<byte> Buffer, Utf8JsonWriter Json)? _kept;

    public static Task Send<T>(HttpContext context, T answer, Action<Utf8JsonWriter, T> write)
    {
        var (buffer, json) = _kept ?? Make();
        _kept = null; // in case it fails half way
        buffer.ResetWrittenCount();
        json.Reset(buffer);
        write(json, answer);
        json.Flush();

        var response = context.Response;
        response.ContentType = "application/json";
        response.ContentLength = buffer.WrittenCount;
        response.BodyWriter.Write(buffer.WrittenSpan);
        if (buffer.Capacity <= LargestKept) _kept = (buffer, json);
        return response.BodyWriter.FlushAsync(context.RequestAborted).AsTask();
    }

    /// <summary>Piece by piece: given whole, it would lie in memory twice.</summary>
    public static async Task Send(HttpContext context, Pipe written)
    {
        var cancellation = context.RequestAborted;
        var content = (await written.Reader.ReadAsync(cancellation)).Buffer;
        try
        {
            var response = context.Response;
            response.ContentType = "application/json";
            response.ContentLength = content.Length;
            foreach (var piece in content)
            {
                if ((await response.BodyWriter.WriteAsync(piece, cancellation)).IsCompleted) return; // nobody reads on
            }
        }
        finally
        {
            await written.Reader.CompleteAsync();
        }
    }

    private static (ArrayBufferWriter<byte>, Utf8JsonWriter) Make()
    {
        var buffer = new ArrayBufferWriter<byte>(4096);
        return (buffer, new Utf8JsonWriter(buffer, _options));
    }
}
