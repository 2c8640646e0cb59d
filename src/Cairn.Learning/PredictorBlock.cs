using Cairn.Data;
using Cairn.Learning.Preprocessing;

namespace Cairn.Learning;

/// <summary>Many rows at once, read column by column: the same contract, arithmetic and bits as one row of JSON. Reuse it, one thread at a time.</summary>
public sealed class PredictorBlock
{
    private const double LargestWhole = 1L << 53;

    private readonly Pipeline _pipeline;
    private readonly IReadOnlyList<InputRule> _rules;
    private readonly double[][] _slots;
    private readonly double[] _row;
    private readonly float[] _features;
    private readonly List<BlockProblem> _problems = [];

    internal PredictorBlock(Pipeline pipeline, IReadOnlyList<InputRule> rules, int capacity)
    {
        (_pipeline, _rules, Capacity) = (pipeline, rules, capacity);
        _slots = [.. Enumerable.Range(0, pipeline.Slots).Select(_ => new double[capacity])];
        _row = new double[pipeline.Slots];
        _features = new float[checked(capacity * pipeline.Features.Count)];
    }

    public int Capacity { get; }

    /// <value>Rows read.</value>
    public int Rows { get; private set; }

    /// <value>What breaks the contract, column by column; a row may be in it several times. Answers to such rows mean nothing.</value>
    public IReadOnlyList<BlockProblem> Problems => _problems;

    internal ReadOnlySpan<float> Matrix => _features.AsSpan(0, Rows * _pipeline.Features.Count);

    /// <summary>What the model sees of a row: the feature vector.</summary>
    public ReadOnlySpan<float> Features(int row)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(row, Rows);
        return _features.AsSpan(row * _pipeline.Features.Count, _pipeline.Features.Count);
    }

    /// <summary>
    /// Takes the current chunk: its first columns are the inputs (<see cref="Predictor.Columns"/>), texts for categories and doubles
    /// for all others. Null and NaN are missing; an infinite number is a value that is not of its type.
    /// </summary>
    public void Read(AnalyticsRows rows)
    {
        ArgumentNullException.ThrowIfNull(rows);
        if (rows.Count > Capacity) throw new ArgumentException($"The chunk has {rows.Count} rows, the block takes {Capacity}.", nameof(rows));
        Rows = rows.Count;
        _problems.Clear();
        for (var input = 0; input < _rules.Count; input++)
        {
            if (_rules[input].Type == ColumnType.Category) ReadTexts(rows, input);
            else ReadNumbers(rows, input);
        }

        Derive();
        _pipeline.Encode(_slots, _features, Rows);
    }

    private void ReadNumbers(AnalyticsRows rows, int input)
    {
        var rule = _rules[input];
        var slot = _slots[input].AsSpan(0, Rows);
        rows.Doubles(input).CopyTo(slot);
        if (!rows.HasNoNulls(input))
        {
            for (var row = 0; row < slot.Length; row++) if (rows.IsNull(input, row)) slot[row] = double.NaN;
        }

        var (min, max, whole) = (Math.Max(rule.Min, double.MinValue), Math.Min(rule.Max, double.MaxValue), rule.Type == ColumnType.Integer);
        for (var row = 0; row < slot.Length; row++)
        {
            var value = slot[row];
            if (value >= min && value <= max && (!whole || (value == Math.Floor(value) && Math.Abs(value) <= LargestWhole))) continue;
            if (double.IsNaN(value) && !rule.Required) continue;
            _problems.Add(new(row, rule.Name, double.IsNaN(value) ? "nothing" : double.IsInfinity(value) ? null : $"{value:R}", rule.Expected));
        }
    }

    private void ReadTexts(AnalyticsRows rows, int input)
    {
        var texts = rows.Texts(input);
        var (rule, slot, complete) = (_rules[input], _slots[input], rows.HasNoNulls(input));
        for (var row = 0; row < Rows; row++)
        {
            if (!complete && rows.IsNull(input, row))
            {
                slot[row] = double.NaN;
                if (rule.Required) _problems.Add(new(row, rule.Name, "nothing", rule.Expected));
                continue;
            }

            var code = _pipeline.Texts.Find(texts[row]);
            slot[row] = code >= 0 ? code : FrameSlots.UnknownText;
            if (!rule.Allows(code)) _problems.Add(new(row, rule.Name, $"the text \"{texts.Text(row)}\"", rule.Expected));
        }
    }

    /// <summary>Transforms read a row, not a column.</summary>
    private void Derive()
    {
        if (_pipeline.Slots == _rules.Count) return;
        for (var row = 0; row < Rows; row++)
        {
            for (var slot = 0; slot < _rules.Count; slot++) _row[slot] = _slots[slot][row];
            _pipeline.Derive(_row);
            for (var slot = _rules.Count; slot < _row.Length; slot++) _slots[slot][row] = _row[slot];
        }
    }
}

/// <param name="Found">Null: a value that is not of the type; the source knows its text.</param>
/// <param name="Expected">The second half of "found x, expected …".</param>
public readonly record struct BlockProblem(int Row, string Input, string? Found, string Expected);
