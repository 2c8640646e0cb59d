using System.Text.Json;
using System.Text.Unicode;
using Cairn.Client.Wire;
using Cairn.Kernel;
using Cairn.Serving.Live;
using Cairn.Serving.Log;
using Cairn.Serving.Variants;

namespace Cairn.Serving.Online;

/// <summary>
/// From the bytes of a request to the bytes of its answer: <c>{…}</c> is one row, <c>{"rows": [{…}, …]}</c> and <c>[{…}, …]</c> are
/// many. Either every row is answered or none is, with all that is wrong.
/// </summary>
/// <param name="log">Null: the answers are not logged.</param>
internal ref struct PredictRows(Routing routing, bool explain, TimeProvider clock, AnswerBuffer answer, RowLog? log, Patience patience = default)
{
    public const int MostRows = 10_000, MostExplained = 1_000, MostProblems = 50;

    // Rows between two looks at the clock: at most a tenth of a second of explaining.
    private const int Pace = 16;

    private readonly ServedRow _champion = answer.RowOf(routing.Champion, log is null && !routing.IsSplit ? [] : routing.EntityName);
    private int _offset;
    private ServedRow? _by;
    private Guid _id;
    private double _probability;
    private ExplanationWire? _explanation;
    private List<FieldProblem>? _problems;
    private int _badRows;
    private Refusal? _first;

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
            return Malformed(Sentence(e), e.Path ?? "$", e.LineNumber, e.BytePositionInLine);
        }
        catch (InvalidOperationException e) when (e.Source?.StartsWith("System.Text.Json", StringComparison.Ordinal) is true)
        {
            return Malformed("a text holds half of a surrogate pair", "$", null, null);
        }
    }

    private Refusal? One(ref Utf8JsonReader json)
    {
        var start = json.TokenStartIndex;
        if (Score(ref json, "$") is { } refusal) return refusal;
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
        for (var index = 0; json.Read() && json.TokenType != JsonTokenType.EndArray; index++)
        {
            if (index == most)
            {
                return new Refusal.TooLarge("predict.too-many-rows",
                    explain ? $"At most {most} rows are explained in a request. Send fewer, or leave out explain." : $"At most {most} rows are taken in a request. Send them in several.");
            }

            var start = json.TokenStartIndex;
            if (index % Pace == Pace - 1 && patience.Check() is { } over) return over;
            if (Score(ref json, $"{path}[{index}]") is { } refusal)
            {
                Note(refusal);
                if (_problems!.Count >= MostProblems) return Refuse(more: true);
            }
            else if (_problems is null)
            {
                if (index > 0) answer.Write(","u8);
                Write(start, json.BytesConsumed);
            }
        }

        if (_problems is not null) return Refuse(more: false);
        answer.Write("]}"u8);
        return null;
    }

    /// <summary>Reads the row that the reader stands on and scores it with the model whose turn it is.</summary>
    private Refusal? Score(ref Utf8JsonReader json, string path)
    {
        _id = Uuid7.NewGuid(clock);
        if (!routing.IsSplit) return Score(_champion, ref json, path);
        var chosen = answer.RowOf(routing.Choose(json, _id), routing.EntityName);
        if (chosen == _champion) return Score(_champion, ref json, path);
        if (Try(chosen, ref json, path)) return null;

        var refusal = Score(_champion, ref json, path);
        if (refusal is null) chosen.CountError(); // else the row is to blame
        return refusal;
    }

    private Refusal? Score(ServedRow by, ref Utf8JsonReader json, string path)
    {
        var predictor = by.Model.Package.Predictor;
        if (predictor.Read(ref json, by.Row, path) is { } refusal) return refusal;
        (_by, _probability, _explanation) = (by, predictor.Score(by.Row), explain ? predictor.Explain(by.Row) : null);
        return null;
    }

    /// <summary>A model on trial fails no request: what it cannot answer, the champion does.</summary>
    /// <returns>False: the reader stands where it stood.</returns>
    private bool Try(ServedRow by, ref Utf8JsonReader json, string path)
    {
        var ahead = json;
        try
        {
            if (Score(by, ref ahead, path) is not null || !double.IsFinite(_probability)) return false;
            json = ahead;
            return true;
        }
#pragma warning disable CA1031 // whatever is wrong with it, the champion may know better
        catch (Exception e) when (e is not JsonException)
#pragma warning restore CA1031
        {
            return false;
        }
    }

    private readonly void Write(long start, long end)
    {
        PredictionJson.Write(answer, _by!.Model, _id, _probability, _explanation);
        log?.Add(answer.Records, _by.Model.Source, _id, _probability, _by.Row);
        _by.Count(_probability);
        if (routing.Shadows.Count > 0) answer.Shadowed.Add(new(_id, _probability, _by.Model, _offset + (int)start, (int)(end - start)));
    }

    private void Note(Refusal refusal)
    {
        _first ??= refusal;
        _badRows++;
        (_problems ??= []).AddRange(refusal.Fields);
    }

    private readonly Refusal Refuse(bool more) => _badRows == 1 && !more
        ? _first!
        : new Refusal.Invalid(_first!.Code, $"{(more ? "At least " : "")}{_badRows} rows do not keep the contract of the model, so nothing was predicted. See errors{(more ? $" for the first {MostProblems} places" : "")}.")
        {
            Fields = [.. _problems!.Take(MostProblems)],
        };

    /// <summary>True when the first member is <c>"rows"</c> with a list; no input of a model takes a list.</summary>
    private static bool IsEnvelope(Utf8JsonReader json) =>
        json.Read() && json.TokenType == JsonTokenType.PropertyName && json.ValueTextEquals("rows"u8) && json.Read() && json.TokenType == JsonTokenType.StartArray;

    private static Refusal.Invalid Malformed(string what, string path, long? line, long? position)
    {
        var place = line is null ? "" : $" (line {line + 1}, byte {position + 1})";
        return new("request.malformed", $"The body is not JSON as this endpoint takes it: {what}{place}. Send one object, {{\"rows\": [...]}} or a list of objects.")
        {
            Fields = [new(path, what, "JSON as described in /docs")],
        };
    }

    // The reader appends the place, counted from 0.
    private static string Sentence(JsonException e) => e.Message.IndexOf(" LineNumber:", StringComparison.Ordinal) is var end and >= 0 ? e.Message[..end].TrimEnd('.') : e.Message;
}
