using System.Text;
using Cairn.Data.Engine;

namespace Cairn.Data;

/// <summary>Rows to be set column by column, up to <see cref="Capacity"/> of them. Every column of every row has to be set.</summary>
public class AnalyticsCells
{
    private readonly ChunkCells _cells;

    internal AnalyticsCells(ChunkCells cells) => _cells = cells;

    /// <value>How many rows there are at once: 2,048.</value>
    public static int Capacity => ChunkCells.Capacity;

    /// <summary>One byte each, 0 or 1. As all spans here: valid until the next chunk.</summary>
    public Span<byte> Booleans(int column) => _cells.Values<byte>(column, AnalyticsType.Boolean);

    public Span<int> Integers(int column) => _cells.Values<int>(column, AnalyticsType.Integer);

    public Span<long> BigInts(int column) => _cells.Values<long>(column, AnalyticsType.BigInt);

    public Span<float> Floats(int column) => _cells.Values<float>(column, AnalyticsType.Float);

    public Span<double> Doubles(int column) => _cells.Values<double>(column, AnalyticsType.Double);

    /// <summary>A text as UTF-8, which it must be, or a blob.</summary>
    public void Bytes(int column, int row, ReadOnlySpan<byte> value) => _cells.Set(column, row, value);

    public void Text(int column, int row, string value)
    {
        ArgumentNullException.ThrowIfNull(value);
        var most = Encoding.UTF8.GetMaxByteCount(value.Length);
        var bytes = most <= 1024 ? stackalloc byte[most] : new byte[most];
        _cells.Set(column, row, bytes[..Encoding.UTF8.GetBytes(value, bytes)]);
    }

    public void Floats(int column, int row, ReadOnlySpan<float> list) => _cells.Set(column, row, list);

    public void Null(int column, int row) => _cells.SetNull(column, row);
}

/// <summary>A table being filled: set rows (in any order), <see cref="Add"/> them, set the next. <see cref="Complete"/> at the end; without it the table keeps fewer rows.</summary>
public sealed class AnalyticsTable : AnalyticsCells, IDisposable
{
    private readonly ChunkWriter _writer;

    internal AnalyticsTable(ChunkWriter writer)
        : base(writer.Cells) => _writer = writer;

    /// <summary>Appends the first rows that were set. Nulls are forgotten with them.</summary>
    public void Add(int rows) => _writer.Add(rows);

    public void Complete() => _writer.Complete();

    public void Dispose() => _writer.Dispose();
}
