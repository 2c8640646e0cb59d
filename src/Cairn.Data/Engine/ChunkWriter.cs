using System.Runtime.InteropServices;

namespace Cairn.Data.Engine;

/// <summary>
/// Fills a table chunk by chunk: values are set in DuckDB's own memory, then <see cref="Add"/> appends them. Every column of every
/// row has to be set: the memory is used again. Disposing without <see cref="Complete"/> leaves rows out.
/// </summary>
internal sealed unsafe class ChunkWriter : IDisposable
{
    private readonly DuckDb _engine;
    private readonly string _table;
    private readonly AnalyticsType[] _types;
    private readonly nint[] _vectors;
    private readonly ulong[] _elements;
    private nint _appender;
    private nint _chunk;

    internal ChunkWriter(DuckDb engine, nint connection, string table, AnalyticsType[] types)
    {
        (_engine, _table, _types) = (engine, table, types);
        (_vectors, _elements) = (new nint[types.Length], new ulong[types.Length]);
        if (Native.CreateAppender(connection, null, table, out _appender) != 0)
        {
            var failed = Failed();
            _ = Native.DestroyAppender(ref _appender);
            throw failed;
        }

        var logical = types.Select(LogicalType).ToArray();
        fixed (nint* first = logical) _chunk = Native.CreateChunk(first, (ulong)logical.Length);
        for (var i = 0; i < logical.Length; i++) Native.DestroyType(ref logical[i]);
        Reach();
    }

    /// <value>Rows of a chunk: 2,048.</value>
    public static int Capacity { get; } = (int)Native.VectorSize();

    public static string SqlType(AnalyticsType type) => type switch
    {
        AnalyticsType.Boolean => "BOOLEAN",
        AnalyticsType.Integer => "INTEGER",
        AnalyticsType.BigInt => "BIGINT",
        AnalyticsType.Float => "FLOAT",
        AnalyticsType.Double => "DOUBLE",
        AnalyticsType.Text => "VARCHAR",
        AnalyticsType.Blob => "BLOB",
        AnalyticsType.FloatList => "FLOAT[]",
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "no such type"),
    };

    /// <summary>The values of a column, <see cref="Capacity"/> of them. Booleans are bytes.</summary>
    public Span<T> Values<T>(int column, AnalyticsType type) where T : unmanaged
    {
        Demand(column, type);
        return new(Native.VectorData(_vectors[column]), Capacity);
    }

    /// <param name="bytes">UTF-8 for a text, anything for a blob; copied.</param>
    public void Set(int column, int row, ReadOnlySpan<byte> bytes)
    {
        if (_types[column] is not (AnalyticsType.Text or AnalyticsType.Blob)) Demand(column, AnalyticsType.Text);
        DemandRow(row);
        fixed (byte* first = &MemoryMarshal.GetReference(bytes)) Native.AssignText(_vectors[column], (ulong)row, first, (ulong)bytes.Length);
    }

    /// <summary>Copied bit for bit.</summary>
    public void Set(int column, int row, ReadOnlySpan<float> list)
    {
        Demand(column, AnalyticsType.FloatList);
        DemandRow(row);
        var (vector, at) = (_vectors[column], _elements[column]);
        var end = at + (ulong)list.Length;
        if (Native.ListReserve(vector, end) != 0 || Native.ListSetSize(vector, end) != 0) throw new InvalidOperationException($"DuckDB has no room for a list of {list.Length} floats.");
        list.CopyTo(new Span<float>((float*)Native.VectorData(Native.ListChild(vector)) + at, list.Length));
        ((ListEntry*)Native.VectorData(vector))[row] = new(at, (ulong)list.Length);
        _elements[column] = end;
    }

    public void SetNull(int column, int row)
    {
        DemandRow(row);
        if (_types[column] == AnalyticsType.FloatList) ((ListEntry*)Native.VectorData(_vectors[column]))[row] = default; // it may not point anywhere
        Native.EnsureValidityWritable(_vectors[column]);
        Native.VectorValidity(_vectors[column])[row >> 6] &= ~(1UL << (row & 63));
    }

    /// <summary>Appends the first rows of the chunk and starts the next one.</summary>
    public void Add(int rows)
    {
        if ((uint)rows > (uint)Capacity) throw new ArgumentOutOfRangeException(nameof(rows), rows, $"a chunk has {Capacity} rows");
        _engine.ThrowIfCancelled();
        Native.SetChunkSize(_chunk, (ulong)rows);
        if (Native.Append(_appender, _chunk) != 0) throw Failed();
        Native.ResetChunk(_chunk);
        Reach();
    }

    /// <summary>All rows stand in the table.</summary>
    public void Complete()
    {
        if (Native.CloseAppender(_appender) != 0) throw Failed();
        _ = Native.DestroyAppender(ref _appender);
    }

    public void Dispose()
    {
        if (_appender != 0)
        {
            _ = Native.ClearAppender(_appender);
            _ = Native.DestroyAppender(ref _appender);
        }

        if (_chunk != 0) Native.DestroyChunk(ref _chunk);
    }

    private static nint LogicalType(AnalyticsType type)
    {
        if (type != AnalyticsType.FloatList)
        {
            return Native.CreateType(type switch
            {
                AnalyticsType.Boolean => NativeTypes.Boolean,
                AnalyticsType.Integer => NativeTypes.Integer,
                AnalyticsType.BigInt => NativeTypes.BigInt,
                AnalyticsType.Float => NativeTypes.Float,
                AnalyticsType.Double => NativeTypes.Double,
                AnalyticsType.Text => NativeTypes.Varchar,
                _ => NativeTypes.Blob,
            });
        }

        var element = Native.CreateType(NativeTypes.Float);
        var list = Native.CreateListType(element);
        Native.DestroyType(ref element);
        return list;
    }

    private void Reach()
    {
        for (var i = 0; i < _vectors.Length; i++) _vectors[i] = Native.ChunkVector(_chunk, (ulong)i);
        Array.Clear(_elements);
    }

    private static void DemandRow(int row)
    {
        if ((uint)row >= (uint)Capacity) throw new ArgumentOutOfRangeException(nameof(row), row, $"a chunk has {Capacity} rows");
    }

    private void Demand(int column, AnalyticsType type)
    {
        if (_types[column] != type) throw new InvalidOperationException($"Column {column} of {_table} is {_types[column]}, not {type}.");
    }

    private Exception Failed() => _engine.Failed(Native.AppenderError(_appender), $"append to {_table}");
}
