using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;

namespace Cairn.Data.Engine;

/// <summary>duckdb_type of the C API; <see cref="FloatList"/> is ours for a LIST of FLOAT.</summary>
internal static class NativeTypes
{
    public const int Boolean = 1;
    public const int Integer = 4;
    public const int BigInt = 5;
    public const int Float = 10;
    public const int Double = 11;
    public const int Timestamp = 12;
    public const int Varchar = 17;
    public const int Blob = 18;
    public const int List = 24;
    public const int FloatList = 1000;
}

/// <summary>Rows of a result, column by column, in DuckDB's memory. Statements cast to the types asked for here.</summary>
internal readonly unsafe struct Chunk(nint chunk, int rows, int[] types)
{
    public int Rows => rows;

    public nint Vector(int column) => Native.ChunkVector(chunk, (ulong)column);

    public int Columns => types.Length;

    public ReadOnlySpan<double> Doubles(int column) => Values<double>(column, NativeTypes.Double);

    public ReadOnlySpan<int> Integers(int column) => Values<int>(column, NativeTypes.Integer);

    public ReadOnlySpan<long> Longs(int column) => types[column] == NativeTypes.Timestamp ? Values<long>(column, NativeTypes.Timestamp) : Values<long>(column, NativeTypes.BigInt);

    public ReadOnlySpan<byte> Booleans(int column) => Values<byte>(column, NativeTypes.Boolean);

    public ReadOnlySpan<float> Floats(int column) => Values<float>(column, NativeTypes.Float);

    public Texts Texts(int column) => new(Values<NativeText>(column, NativeTypes.Varchar));

    public Texts Blobs(int column) => new(Values<NativeText>(column, NativeTypes.Blob));

    public FloatLists FloatLists(int column)
    {
        var lists = Values<ListEntry>(column, NativeTypes.FloatList);
        var child = Native.ListChild(Native.ChunkVector(chunk, (ulong)column));
        return new(lists, (float*)Native.VectorData(child), new(Native.VectorValidity(child)));
    }

    public Validity Validity(int column) => new(Native.VectorValidity(Native.ChunkVector(chunk, (ulong)column)));

    public bool IsNull(int column, int row) => !Validity(column)[row];

    /// <summary>For results of a few rows.</summary>
    public object Value(int column, int row) => types[column] switch
    {
        NativeTypes.BigInt or NativeTypes.Timestamp => Longs(column)[row],
        NativeTypes.Double => Doubles(column)[row],
        NativeTypes.Varchar => Texts(column)[row],
        _ => throw new InvalidOperationException($"Column {column} has DuckDB type {types[column]}: the statement lacks a cast."),
    };

    private ReadOnlySpan<T> Values<T>(int column, int type) where T : unmanaged =>
        types[column] == type
            ? new(Native.VectorData(Native.ChunkVector(chunk, (ulong)column)), rows)
            : throw new InvalidOperationException($"Column {column} has DuckDB type {types[column]}, not {type}: the statement lacks a cast.");
}

/// <summary>Which rows of a column hold a value.</summary>
internal readonly unsafe struct Validity(ulong* mask)
{
    public bool All => mask is null;

    public bool this[int row] => mask is null || (mask[row >> 6] & (1UL << (row & 63))) != 0;
}

/// <summary>duckdb_string_t: up to 12 bytes stand inside, longer ones behind a pointer.</summary>
[StructLayout(LayoutKind.Sequential, Size = 16)]
internal unsafe struct NativeText
{
    private uint _length;
    private uint _prefix;
    private byte* _pointer;

    [System.Diagnostics.CodeAnalysis.UnscopedRef]
    public readonly ReadOnlySpan<byte> Utf8 => _length <= 12
        ? MemoryMarshal.CreateReadOnlySpan(ref Unsafe.As<uint, byte>(ref Unsafe.AsRef(in _prefix)), (int)_length)
        : new(_pointer, (int)_length);
}

internal readonly ref struct Texts(ReadOnlySpan<NativeText> values)
{
    private readonly ReadOnlySpan<NativeText> _values = values;

    public ReadOnlySpan<byte> Utf8(int row) => _values[row].Utf8;

    public string this[int row] => Encoding.UTF8.GetString(_values[row].Utf8);
}

/// <summary>duckdb_list_entry: where the elements of one row stand in the child vector.</summary>
[StructLayout(LayoutKind.Sequential)]
internal readonly record struct ListEntry(ulong Offset, ulong Length);

internal readonly unsafe ref struct FloatLists(ReadOnlySpan<ListEntry> lists, float* elements, Validity validity)
{
    private readonly ReadOnlySpan<ListEntry> _lists = lists;

    public ReadOnlySpan<float> this[int row]
    {
        get
        {
            var list = _lists[row];
            for (var i = list.Offset; !validity.All && i < list.Offset + list.Length; i++)
            {
                if (!validity[(int)i]) throw new InvalidDataException($"Element {i - list.Offset} of a list of floats is null.");
            }

            return new(elements + list.Offset, checked((int)list.Length));
        }
    }
}
