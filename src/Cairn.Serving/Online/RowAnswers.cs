using System.Buffers;
using System.Text.Json;
using Cairn.Kernel;
using Cairn.Learning;
using Cairn.Serving.Live;
using Cairn.Serving.Log;
using Cairn.Serving.Variants;

namespace Cairn.Serving.Online;

/// <summary>One answered row.</summary>
internal readonly record struct RowAnswer(Guid Id, double Probability, ServedModel By)
{
    public string Prediction => By.IsPositive(Probability) ? By.Package.Predictor.Positive : By.Package.Predictor.Negative;
}

/// <summary>
/// The rows of one request of whatever protocol, on the same way as those of <see cref="Predict"/>: the same contract, variants, ids and
/// log. Every row is answered or none is.
/// </summary>
/// <param name="log">Null: the answers are not logged.</param>
/// <param name="ids">The id of each row; null: new ones.</param>
/// <param name="logged">What the log holds already and is not to hold twice.</param>
internal sealed class RowAnswers(
    Routing routing, AnswerBuffer buffer, RowLog? log, TimeProvider clock, Patience patience = default, Func<int, Guid>? ids = null, IReadOnlyDictionary<Guid, LoggedPrediction>? logged = null)
{
    private readonly RowProblems _problems = new();
    private readonly List<RowAnswer> _answers = [];
    private readonly ArrayBufferWriter<byte>? _forShadows = routing.ScoresAgain ? new() : null;
    private RowScorer _scorer = new(routing, explain: false, buffer, log);
    private Refusal? _over;
    private int _index;

    public Routing Routing => routing;

    /// <value>Whose contract the rows have to keep.</value>
    public Predictor Predictor => routing.Champion.Package.Predictor;

    /// <value>False: a row was wrong, or there were too many, or time is over.</value>
    public bool Complete => !_problems.Any && _over is null;

    /// <value>In the order of the rows; all of them when <see cref="End"/> says nothing.</value>
    public IReadOnlyList<RowAnswer> Answers => _answers;

    /// <summary>Reads and answers the object that the reader stands on, and leaves the reader on its end.</summary>
    /// <param name="bytes">What the reader reads, from its beginning.</param>
    /// <param name="place">Where the rows stand in the request, for messages: <c>$.instances</c>.</param>
    /// <returns>False: enough is wrong, no more rows are wanted.</returns>
    /// <exception cref="JsonException">The bytes are not JSON.</exception>
    public bool Add(ref Utf8JsonReader json, ReadOnlySpan<byte> bytes, string place)
    {
        if (!Takes()) return false;
        var (again, id) = (json.TokenStartIndex, ids?.Invoke(_index) ?? Uuid7.NewGuid(clock));
        var start = json;
        if (_scorer.Score(ref json, "$", id) is null)
        {
            if (!_problems.Any) Keep(bytes[(int)again..(int)json.BytesConsumed]);
        }
        else
        {
            // Read again with its place, which is only written for a row that is wrong.
            _problems.Note(_scorer.Score(ref start, $"{place}[{_index}]", id)!);
        }

        _index++;
        return !_problems.Full;
    }

    /// <summary>Answers a row that was put together: one object.</summary>
    public bool Add(ReadOnlySpan<byte> row, string place)
    {
        var json = new Utf8JsonReader(row);
        json.Read();
        return Add(ref json, row, place);
    }

    /// <summary>Counts a row that is no row of the model: its protocol says what it found and expected.</summary>
    public bool Refuse(string place, string found, string expected)
    {
        if (!Takes()) return false;
        var problem = new FieldProblem($"{place}[{_index++}]", found, expected);
        _problems.Note(new Refusal.Invalid("predict.row-invalid", $"The row at {problem}.") { Fields = [problem] });
        return !_problems.Full;
    }

    /// <returns>Why nothing is answered; null: all rows are.</returns>
    public Refusal? End() => _over ?? (_problems.Any ? _problems.ToRefusal() : null);

    /// <summary>The answers have been given: what shadows are to score is handed to them.</summary>
    public void Shadow(ShadowQueue shadows)
    {
        if (_forShadows is null || buffer.Shadowed.Count == 0) return;
        shadows.Offer(new(routing, RequestBody.Of(_forShadows.WrittenSpan), [.. buffer.Shadowed], log));
    }

    public static Refusal TooMany() => new Refusal.TooLarge("predict.too-many-rows", $"At most {PredictRows.MostRows} rows are taken in a request. Send them in several.");

    private bool Takes()
    {
        if (_index == PredictRows.MostRows) _over ??= TooMany();
        else if (_index % PredictRows.Pace == PredictRows.Pace - 1) _over ??= patience.Check();
        return _over is null;
    }

    private void Keep(ReadOnlySpan<byte> row)
    {
        _answers.Add(new(_scorer.Id, _scorer.Probability, _scorer.By.Model));
        _scorer.Keep(_forShadows?.WrittenCount ?? 0, row.Length, isLogged: logged?.ContainsKey(_scorer.Id) is true);
        _forShadows?.Write(row);
    }
}
