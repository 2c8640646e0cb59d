using System.Runtime.InteropServices;

namespace Cairn.Data.Engine;

/// <summary>Sets values in vectors of DuckDB. Every column of every row has to be set: the memory is used again.</summary>
internal sealed unsafe class ChunkCells(string table, AnalyticsType[] types)
{
    private readonly nint[] _vectors = new nint[types.Length];
    private readonly ulong[] _elements = new ulong[types.Length];

    /// <value>Rows of a chunk: 2,048.</value>
    public static int Capacity { get; } = (int)Native.VectorSize();

    /// <summary>From now on it writes into this chunk, which is empty.</summary>
    /// <param name="first">The chunk's column that is our first.</param>
    public void Reach(nint chunk, int first)
    {
        for (var i = 0; i < _vectors.Length; i++) _vectors[i] = Native.ChunkVector(chunk, (ulong)(first + i));
        Array.Clear(_elements);
    }

    /// <summary>The values of a column, <see cref="Capacity"/> of them. Booleans are bytes.</summary>
    public Span<T> Values<T>(int column, AnalyticsType type) where T : unmanaged
    {
        Demand(column, type);
        return new(Native.VectorData(_vectors[column]), Capacity);
    }

    /// <param name="bytes">UTF-8 for a text, anything for a blob; copied.</param>
    public void Set(int column, int row, ReadOnlySpan<byte> bytes)
    {
        if (types[column] is not (AnalyticsType.Text or AnalyticsType.Blob)) Demand(column, AnalyticsType.Text);
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
        if (types[column] == AnalyticsType.FloatList) ((ListEntry*)Native.VectorData(_vectors[column]))[row] = default; // it may not point anywhere
        Native.EnsureValidityWritable(_vectors[column]);
        Native.VectorValidity(_vectors[column])[row >> 6] &= ~(1UL << (row & 63));
    }

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

    /// <summary>To be destroyed.</summary>
    public static nint LogicalType(AnalyticsType type)
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

    private static void DemandRow(int row)
    {
        if ((uint)row >= (uint)Capacity) throw new ArgumentOutOfRangeException(nameof(row), row, $"a chunk has {Capacity} rows");
    }

    private void Demand(int column, AnalyticsType type)
    {
        if (types[column] != type) throw new InvalidOperationException($"Column {column} of {table} is {types[column]}, not {type}.");
    }
}
