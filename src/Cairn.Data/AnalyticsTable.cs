using System.Text;
using Cairn.Data.Engine;

namespace Cairn.Data;

/// <summary>
/// A table being filled, column by column: set up to <see cref="Capacity"/> rows (in any order, every column of every row), <see cref="Add"/> them, set
/// the next. <see cref="Complete"/> at the end; without it the table keeps fewer rows.
/// </summary>
public sealed class AnalyticsTable : IDisposable
{
    private readonly ChunkWriter _writer;

    internal AnalyticsTable(ChunkWriter writer) => _writer = writer;

    /// <value>How many rows can be set before they are added: 2,048.</value>
    public static int Capacity => ChunkWriter.Capacity;

    /// <summary>One byte each, 0 or 1. As all spans here: valid until <see cref="Add"/>.</summary>
    public Span<byte> Booleans(int column) => _writer.Values<byte>(column, AnalyticsType.Boolean);

    public Span<int> Integers(int column) => _writer.Values<int>(column, AnalyticsType.Integer);

    public Span<long> BigInts(int column) => _writer.Values<long>(column, AnalyticsType.BigInt);

    public Span<float> Floats(int column) => _writer.Values<float>(column, AnalyticsType.Float);

    public Span<double> Doubles(int column) => _writer.Values<double>(column, AnalyticsType.Double);

    /// <summary>A text as UTF-8, which it must be, or a blob.</summary>
    public void Bytes(int column, int row, ReadOnlySpan<byte> value) => _writer.Set(column, row, value);

    public void Text(int column, int row, string value)
    {
        ArgumentNullException.ThrowIfNull(value);
        var most = Encoding.UTF8.GetMaxByteCount(value.Length);
        var bytes = most <= 1024 ? stackalloc byte[most] : new byte[most];
        _writer.Set(column, row, bytes[..Encoding.UTF8.GetBytes(value, bytes)]);
    }

    public void Floats(int column, int row, ReadOnlySpan<float> list) => _writer.Set(column, row, list);

    public void Null(int column, int row) => _writer.SetNull(column, row);

    /// <summary>Appends the first rows that were set. Nulls are forgotten with them.</summary>
    public void Add(int rows) => _writer.Add(rows);

    public void Complete() => _writer.Complete();

    public void Dispose() => _writer.Dispose();
}
