using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;

namespace Cairn.Data.Engine;

/// <summary>Rows of a result, column by column, in DuckDB's memory. Statements cast to the types asked for here.</summary>
internal readonly unsafe struct Chunk(nint chunk, int rows, int[] types)
{
    private const int Boolean = 1;
    private const int Integer = 4;
    private const int BigInt = 5;
    private const int Double = 11;
    private const int Timestamp = 12;
    private const int Varchar = 17;

    public int Rows => rows;

    public int Columns => types.Length;

    public ReadOnlySpan<double> Doubles(int column) => Values<double>(column, Double);

    public ReadOnlySpan<int> Integers(int column) => Values<int>(column, Integer);

    public ReadOnlySpan<long> Longs(int column) => types[column] == Timestamp ? Values<long>(column, Timestamp) : Values<long>(column, BigInt);

    public ReadOnlySpan<byte> Booleans(int column) => Values<byte>(column, Boolean);

    public Texts Texts(int column) => new(Values<NativeText>(column, Varchar));

    public Validity Validity(int column) => new(Native.VectorValidity(Native.ChunkVector(chunk, (ulong)column)));

    public bool IsNull(int column, int row) => !Validity(column)[row];

    /// <summary>For results of a few rows.</summary>
    public object Value(int column, int row) => types[column] switch
    {
        BigInt or Timestamp => Longs(column)[row],
        Double => Doubles(column)[row],
        Varchar => Texts(column)[row],
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
