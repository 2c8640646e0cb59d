using System.Text.Json;
using Cairn.Kernel;
using Cairn.Learning;
using Cairn.Serving.Log;
using Cairn.Serving.Variants;

namespace Cairn.Serving.Online;

/// <summary>Rows of one request that one model answers: read one after the other, then scored and written together, with the bits that each has alone.</summary>
/// <param name="offset">Of what is read in the bytes that the shadows will be given.</param>
/// <param name="log">Null: the answers are not logged.</param>
internal sealed class RowsTogether(Routing routing, AnswerBuffer answer, RowLog? log, int offset) : IDisposable
{
    public const int Most = 16;

    private readonly ServedRow _by = answer.RowOf(routing.Champion, log is null ? [] : routing.EntityName);
    private readonly Predictor _predictor = routing.Champion.Package.Predictor;
    private readonly List<PredictorRow> _rows = [];
    private readonly (Guid Id, int Start, int Length)[] _read = new (Guid, int, int)[Most];
    private readonly float[] _vectors = new float[Most * routing.Champion.Package.Predictor.Features.Count];
    private readonly double[] _scores = new double[Most];
    private int _count;
    private bool _first = true;

    public bool IsFull => _count == Most;

    /// <summary>Reads the row that the reader stands on.</summary>
    /// <param name="path">Where the row stands in the request, for messages.</param>
    /// <exception cref="JsonException">The bytes are not JSON.</exception>
    public Refusal? Read(ref Utf8JsonReader json, string path, Guid id)
    {
        if (_count == _rows.Count)
        {
            _rows.Add(_by.Model.Package.Rows.Get());
            _rows[_count].EntityName = _by.Row.EntityName;
        }

        var (row, start) = (_rows[_count], json.TokenStartIndex);
        if (_predictor.Read(ref json, row, path) is { } refusal) return refusal;
        row.Features.CopyTo(_vectors.AsSpan(_count * row.Features.Length));
        _read[_count++] = (id, offset + (int)start, (int)(json.BytesConsumed - start));
        return null;
    }

    /// <summary>Scores the rows that were read, writes their answers, and lets go of them.</summary>
    public void Write()
    {
        _predictor.Score(_vectors.AsSpan(0, _count * _predictor.Features.Count), _scores.AsSpan(0, _count));
        for (var i = 0; i < _count; i++, _first = false)
        {
            var ((id, start, length), probability) = (_read[i], _scores[i]);
            if (!_first) answer.Write(","u8);
            PredictionJson.Write(answer, _by.Model, id, probability, null);
            log?.Add(answer.Records, _by.Model.Source, id, probability, _rows[i]);
            _by.Count(probability);
            if (routing.IsScoredAgain(_by.Model)) answer.Shadowed.Add(new(id, probability, _by.Model, start, length));
        }

        _count = 0;
    }

    /// <summary>Another row is wrong: nothing is answered, but what else is wrong is told.</summary>
    public void Forget() => _count = 0;

    public void Dispose()
    {
        foreach (var row in _rows) _by.Model.Package.Rows.Return(row);
    }
}
