namespace Cairn.Data.Engine;

/// <summary>One row of numbers and texts, copied out: what aggregates answer.</summary>
internal sealed class Row
{
    private readonly object?[] _values;

    public Row(Chunk chunk)
    {
        _values = new object?[chunk.Columns];
        for (var i = 0; i < _values.Length; i++) _values[i] = chunk.IsNull(i, 0) ? null : chunk.Value(i, 0);
    }

    public long Long(int column) => (long?)_values[column] ?? 0;

    public double? Double(int column) => (double?)_values[column];

    public string? Text(int column) => (string?)_values[column];
}
