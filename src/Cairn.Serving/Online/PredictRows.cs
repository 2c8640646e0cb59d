using System.Text.Json;
using System.Text.Unicode;
using Cairn.Kernel;
using Cairn.Serving.Log;
using Cairn.Serving.Protocols;
using Cairn.Serving.Variants;

namespace Cairn.Serving.Online;

/// <summary>
/// From the bytes of a request to the bytes of its answer: <c>{…}</c> is one row, <c>{"rows": [{…}, …]}</c> and <c>[{…}, …]</c> are
/// many. Either every row is answered or none is, with all that is wrong.
/// </summary>
/// <param name="log">Null: the answers are not logged.</param>
internal ref struct PredictRows(Routing routing, bool explain, TimeProvider clock, AnswerBuffer answer, RowLog? log, Patience patience = default)
{
    public const int MostRows = 10_000, MostExplained = 1_000;

    // Rows between two looks at the clock: at most a tenth of a second of explaining.
    public const int Pace = 16;

    private RowScorer _scorer = new(routing, explain, answer, log);
    private int _offset;
    private RowProblems? _problems;

    /// <returns>Null: the answer is written.</returns>
    public Refusal? Run(ReadOnlySpan<byte> body)
    {
        if (body.StartsWith("\uFEFF"u8)) body = body[(_offset = 3)..];
        if (!Utf8.IsValid(body)) return Malformed("it is not UTF-8", "$", null, null);

        // A row is flat; depth 8 leaves room for members that are ignored.
        var json = new Utf8JsonReader(body, new JsonReaderOptions { MaxDepth = 8 });
        try
        {
            json.Read();
            var refusal = json.TokenType switch
            {
                JsonTokenType.StartArray => Many(ref json, "$"),
                JsonTokenType.StartObject when IsEnvelope(json) => Envelope(ref json),
                JsonTokenType.StartObject => One(ref json),
                _ => Malformed("it is neither an object nor a list", "$", null, null),
            };
            if (refusal is null) json.Read(); // throws when something follows
            return refusal;
        }
        catch (JsonException e)
        {
            return Malformed(BodyProblems.Sentence(e), e.Path ?? "$", e.LineNumber, e.BytePositionInLine);
        }
        catch (InvalidOperationException e) when (e.Source?.StartsWith("System.Text.Json", StringComparison.Ordinal) is true)
        {
            return Malformed("a text holds half of a surrogate pair", "$", null, null);
        }
    }

    private Refusal? One(ref Utf8JsonReader json)
    {
        var start = json.TokenStartIndex;
        if (_scorer.Score(ref json, "$", Uuid7.NewGuid(clock)) is { } refusal) return refusal;
        Write(start, json.BytesConsumed);
        return null;
    }

    private Refusal? Envelope(ref Utf8JsonReader json)
    {
        json.Read(); // "rows"
        json.Read(); // [
        if (Many(ref json, "$.rows") is { } refusal) return refusal;
        while (json.Read() && json.TokenType != JsonTokenType.EndObject) json.Skip();
        return null;
    }

    private Refusal? Many(ref Utf8JsonReader json, string path)
    {
        answer.Write("{\"predictions\":["u8);
        var most = explain ? MostExplained : MostRows;
        using var together = explain || routing.IsSplit ? null : new RowsTogether(routing, answer, log, _offset);
        for (var index = 0; json.Read() && json.TokenType != JsonTokenType.EndArray; index++)
        {
            if (index == most)
            {
                return new Refusal.TooLarge("predict.too-many-rows",
                    explain ? $"At most {most} rows are explained in a request. Send fewer, or leave out explain." : $"At most {most} rows are taken in a request. Send them in several.");
            }

            var start = json.TokenStartIndex;
            if (index % Pace == Pace - 1 && patience.Check() is { } over) return over;
            var (place, id) = ($"{path}[{index}]", Uuid7.NewGuid(clock));
            if ((together is null ? _scorer.Score(ref json, place, id) : together.Read(ref json, place, id)) is { } refusal)
            {
                (_problems ??= new()).Note(refusal);
                if (_problems.Full) return _problems.ToRefusal();
            }
            else if (together is null)
            {
                if (_problems is not null) continue;
                if (index > 0) answer.Write(","u8);
                Write(start, json.BytesConsumed);
            }
            else if (together.IsFull)
            {
                if (_problems is null) together.Write();
                else together.Forget();
            }
        }

        if (_problems is not null) return _problems.ToRefusal();
        together?.Write();
        answer.Write("]}"u8);
        return null;
    }

    private readonly void Write(long start, long end)
    {
        PredictionJson.Write(answer, _scorer.By.Model, _scorer.Id, _scorer.Probability, _scorer.Explanation);
        _scorer.Keep(_offset + (int)start, (int)(end - start));
    }

    /// <summary>True when the first member is <c>"rows"</c> with a list; no input of a model takes a list.</summary>
    public static bool IsEnvelope(Utf8JsonReader json) =>
        json.Read() && json.TokenType == JsonTokenType.PropertyName && json.ValueTextEquals("rows"u8) && json.Read() && json.TokenType == JsonTokenType.StartArray;

    private static Refusal.Invalid Malformed(string what, string path, long? line, long? position)
    {
        var place = line is null ? "" : $" (line {line + 1}, byte {position + 1})";
        return new("request.malformed", $"The body is not JSON as this endpoint takes it: {what}{place}. Send one object, {{\"rows\": [...]}} or a list of objects.")
        {
            Fields = [new(path, what, "JSON as described in /docs")],
        };
    }
}
