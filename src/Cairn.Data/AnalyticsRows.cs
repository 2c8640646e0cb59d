using Cairn.Data.Engine;

namespace Cairn.Data;

/// <summary>A result read forwards, in chunks of at most 2,048 rows that are read column by column. Spans live until the next chunk.</summary>
/// <remarks>A column is read as the type it has in the statement; another one is an <see cref="InvalidOperationException"/>: cast in the statement.</remarks>
public sealed class AnalyticsRows : IDisposable
{
    private readonly ChunkReader _reader;
    private Chunk _chunk;
    private Validity[] _validity = [];

    internal AnalyticsRows(ChunkReader reader) => _reader = reader;

    /// <value>Rows of the current chunk.</value>
    public int Count { get; private set; }

    internal int Columns => _reader.Columns;

    internal string NameOf(int column) => _reader.Name(column);

    internal nint LogicalType(int column) => _reader.LogicalType(column);

    internal nint Vector(int column) => _chunk.Vector(column);

    /// <summary>The next chunk; false at the end.</summary>
    public bool Next()
    {
        if (_reader.Next() is not { } chunk)
        {
            Count = 0;
            return false;
        }

        _chunk = chunk;
        Count = chunk.Rows;
        if (_validity.Length != chunk.Columns) _validity = new Validity[chunk.Columns];
        for (var i = 0; i < _validity.Length; i++) _validity[i] = chunk.Validity(i);
        return true;
    }

    public bool IsNull(int column, int row) => !_validity[column][row];

    /// <summary>Quick: false also when nulls are possible and there are none.</summary>
    public bool HasNoNulls(int column) => _validity[column].All;

    /// <summary>One byte each, 0 or 1.</summary>
    public ReadOnlySpan<byte> Booleans(int column) => _chunk.Booleans(column);

    public ReadOnlySpan<int> Integers(int column) => _chunk.Integers(column);

    /// <summary>A BIGINT, or a TIMESTAMP in microseconds.</summary>
    public ReadOnlySpan<long> BigInts(int column) => _chunk.Longs(column);

    public ReadOnlySpan<float> Floats(int column) => _chunk.Floats(column);

    public ReadOnlySpan<double> Doubles(int column) => _chunk.Doubles(column);

    public AnalyticsBytes Texts(int column) => new(_chunk.Texts(column));

    public AnalyticsBytes Blobs(int column) => new(_chunk.Blobs(column));

    public AnalyticsFloats FloatLists(int column) => new(_chunk.FloatLists(column));

    public void Dispose() => _reader.Dispose();
}

/// <summary>A column of texts (UTF-8) or blobs. Rows that are null hold anything.</summary>
public readonly ref struct AnalyticsBytes
{
    private readonly Texts _values;

    internal AnalyticsBytes(Texts values) => _values = values;

    public ReadOnlySpan<byte> this[int row] => _values.Utf8(row);

    public string Text(int row) => _values[row];
}

/// <summary>A column of lists of floats, bit for bit. Rows that are null hold anything.</summary>
public readonly ref struct AnalyticsFloats
{
    private readonly FloatLists _values;

    internal AnalyticsFloats(FloatLists values) => _values = values;

    public ReadOnlySpan<float> this[int row] => _values[row];
}
