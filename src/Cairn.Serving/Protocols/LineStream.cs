using System.Buffers;
using System.Diagnostics;
using System.Text.Json;
using System.Text.Unicode;
using Cairn.Access;
using Cairn.Client;
using Cairn.Kernel;
using Cairn.Serving.Live;
using Cairn.Serving.Log;
using Cairn.Serving.Online;
using Cairn.Serving.Variants;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Cairn.Serving.Protocols;

/// <summary>
/// Newline-delimited JSON both ways on one request: a line for a row, answered by a line, as they come and in their order. What has
/// arrived is answered together: first it is durable in the log, then it is sent. Nothing is read while nobody takes the answers.
/// </summary>
internal sealed class LineStream(HttpContext context, LiveDeployment deployment, Caller caller, bool explain, TimeProvider clock, PredictionLog log, Admission admission, ShadowQueue shadows, CancellationToken stopping)
{
    public static readonly string[] MediaTypes = ["application/x-ndjson", "application/jsonl"];

    private const int LongestLine = 1 << 20, FirstBuffer = 64 << 10, MostLines = 1_000, MostExplained = 100, EnoughWritten = 256 << 10;

    /// <value>Who takes no answers for so long is gone.</value>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    private readonly AnswerBuffer _answer = AnswerBuffer.Rent();
    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(FirstBuffer);
    private long _line;
    private bool _stopAtError, _ended, _inLongLine;

    public static bool IsAsked(HttpRequest request) =>
        MediaTypeHeaderValue.TryParse(request.ContentType, out var type) && MediaTypes.Contains(type.MediaType.Value, StringComparer.OrdinalIgnoreCase);

    public async Task Run()
    {
        var onError = context.Request.Query["on_error"].ToString();
        if (onError is not ("" or "continue" or "stop"))
        {
            await context.Refuse(new Refusal.Invalid("request.malformed", $"on_error is '{onError}'; continue (the default) and stop are allowed."));
            return;
        }

        _stopAtError = onError == "stop";
        context.Response.ContentType = MediaTypeHeaderValue.Parse(context.Request.ContentType).MediaType.Value;
        try
        {
            await Lines();
        }
        catch (Exception gone) when (context.Response.HasStarted && gone is BadHttpRequestException or IOException or OperationCanceledException or TimeoutException)
        {
            context.Abort(); // the caller closed, or never ended what it began
        }
        finally
        {
            _answer.Return();
            ArrayPool<byte>.Shared.Return(_buffer);
        }
    }

    private async Task Lines()
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, stopping);
        var length = 0;
        while (!_ended)
        {
            int read;
            try
            {
                read = await context.Request.Body.ReadAsync(_buffer.AsMemory(length), stop.Token);
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested && !context.RequestAborted.IsCancellationRequested)
            {
                await End(_line + 1, new Refusal.Unavailable("server.stopping", "The server is stopping. Send the lines from this one on again when it is back."));
                return;
            }

            var whole = read == 0 ? length : length + _buffer.AsSpan(length, read).LastIndexOf((byte)'\n') + 1;
            length += read;
            if (read > 0 && whole == length - read) whole = 0; // no line ended in what came
            for (var at = 0; at < whole && !_ended;) at += await Answer(at, whole);
            if (read == 0)
            {
                await LastLine();
                return;
            }

            length -= whole;
            _buffer.AsSpan(whole, length).CopyTo(_buffer);
            MakeRoom(ref length);
        }
    }

    private async Task LastLine()
    {
        if (!_inLongLine || _ended) return;
        _line++;
        Note(TooLong([])!);
        await Send();
    }

    private void MakeRoom(ref int length)
    {
        if (_inLongLine || length > LongestLine)
        {
            _inLongLine |= length > 0;
            length = 0;
        }
        else if (length == _buffer.Length)
        {
            var larger = ArrayPool<byte>.Shared.Rent(_buffer.Length * 2);
            _buffer.AsSpan(0, length).CopyTo(larger);
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = larger;
        }
    }

    /// <summary>Answers the next lines of the buffer, as many as go together, by the models that serve now.</summary>
    /// <returns>How many bytes they were.</returns>
    private async Task<int> Answer(int from, int to)
    {
        var (first, started) = (_line + 1, Stopwatch.GetTimestamp());
        var route = await deployment.Route(context.RequestAborted);
        if (route.Refusal is { } nothing)
        {
            await End(first, nothing);
            return 0;
        }

        var routing = route.Value;
        using var inFlight = admission.Begin();
        var settings = deployment.Settings.Log;
        var rowLog = RowLog.Of(settings, caller, clock);
        var taken = Take(_buffer.AsSpan(from, to - from), new(routing, explain, _answer, rowLog));
        var refusal = _answer.Answered > 0 ? admission.Charge(context, caller, _answer.Answered) : null;
        if (refusal is null)
        {
            var kept = await log.Keep(routing.Champion.Source, _answer.Records, settings);
            refusal = kept.Refusal;
            if (refusal is null && !kept.Value && !context.Response.HasStarted) context.Response.Headers[Predict.LoggedHeader] = "false";
        }

        if (refusal is not null)
        {
            await End(first, refusal);
            return taken;
        }

        _answer.Publish(Stopwatch.GetElapsedTime(started));
        if (_answer.Shadowed.Count > 0) shadows.Offer(new(routing, RequestBody.Of(_buffer.AsSpan(from, taken)), [.. _answer.Shadowed], rowLog));

        await Send();
        return taken;
    }

    private int Take(ReadOnlySpan<byte> lines, RowScorer scorer)
    {
        var taken = 0;
        for (var count = 0; taken < lines.Length && !_ended && count < (explain ? MostExplained : MostLines) && _answer.Written.Length < EnoughWritten; count++)
        {
            var (start, end) = (taken, lines[taken..].IndexOf((byte)'\n'));
            var line = end < 0 ? lines[taken..] : lines.Slice(taken, end);
            taken += end < 0 ? line.Length : end + 1;
            _line++;
            if (TooLong(line) is { } tooLong)
            {
                Note(tooLong);
                continue;
            }

            if (_line == 1 && line.StartsWith("\uFEFF"u8))
            {
                line = line[3..];
                start += 3;
            }

            if (line.Trim(" \t\r"u8).IsEmpty) continue; // also what follows the last line end
            if (One(line, start, ref scorer) is { } refusal) Note(refusal);
        }

        return taken;
    }

    /// <param name="start">Of the line, in the bytes that are answered together.</param>
    private Refusal? One(ReadOnlySpan<byte> line, int start, ref RowScorer scorer)
    {
        if (!Utf8.IsValid(line)) return BodyProblems.NotUtf8();
        try
        {
            var json = new Utf8JsonReader(line, new JsonReaderOptions { MaxDepth = 8 });
            json.Read();
            var from = (int)json.TokenStartIndex;
            if (scorer.Score(ref json, "$", Uuid7.NewGuid(clock)) is { } refusal) return refusal;
            var length = (int)json.BytesConsumed - from;
            json.Read(); // throws when something follows
            PredictionJson.Write(_answer, scorer.By.Model, scorer.Id, scorer.Probability, scorer.Explanation);
            _answer.Write("\n"u8);
            scorer.Keep(start + from, length);
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

    private Refusal.TooLarge? TooLong(ReadOnlySpan<byte> line)
    {
        if (!_inLongLine && line.Length <= LongestLine) return null;
        _inLongLine = false;
        return new Refusal.TooLarge("request.line-too-long", $"The line is longer than {LongestLine >> 20} MiB. A row is one line; send its own values only.");
    }

    private void Note(Refusal refusal)
    {
        Write(_line, refusal);
        _ended |= _stopAtError;
    }

    private void Write(long line, Refusal refusal)
    {
        using (var json = new Utf8JsonWriter(_answer))
        {
            json.WriteStartObject();
            json.WriteNumber("line"u8, line);
            json.WritePropertyName("error"u8);
            JsonSerializer.Serialize(json, refusal.ToWire(), CairnJson.Options);
            json.WriteEndObject();
        }

        _answer.Write("\n"u8);
    }

    private async Task Send()
    {
        if (_answer.Written.Length > 0) await context.Response.BodyWriter.WriteAsync(_answer.Written, context.RequestAborted).AsTask().WaitAsync(Patience, clock);
        _answer.Clear();
    }

    /// <summary>No line from this one on is answered.</summary>
    private async Task End(long line, Refusal refusal)
    {
        _ended = true;
        _answer.Clear();
        if (!context.Response.HasStarted)
        {
            context.Response.ContentType = null;
            await context.Refuse(refusal);
            return;
        }

        Write(line, refusal);
        await Send();
    }
}
