using System.Buffers;

namespace Cairn.Serving.Protocols;

/// <summary>
/// One row of a table as the JSON object a predictor reads: the bytes of each value go from the request into it as they are,
/// behind the name of their column.
/// </summary>
internal sealed class RowText(TableColumns columns)
{
    private readonly ArrayBufferWriter<byte> _bytes = new(512);

    public void Begin()
    {
        _bytes.ResetWrittenCount();
        _bytes.Write("{"u8);
    }

    /// <param name="value">One JSON value.</param>
    public void Add(int column, ReadOnlySpan<byte> value)
    {
        if (_bytes.WrittenCount > 1) _bytes.Write(","u8);
        _bytes.Write(columns.Name(column));
        _bytes.Write(":"u8);
        _bytes.Write(columns.KindOf(column) switch
        {
            CellKind.Time when value.SequenceEqual("\"NaT\""u8) => "null"u8,
            CellKind.Flag when IsNumber(value, '1') => "true"u8,
            CellKind.Flag when IsNumber(value, '0') => "false"u8,
            _ => value,
        });
    }

    /// <summary>The object, whole.</summary>
    public ReadOnlySpan<byte> End()
    {
        _bytes.Write("}"u8);
        return _bytes.WrittenSpan;
    }

    /// <summary>True for 1 and 1.0.</summary>
    private static bool IsNumber(ReadOnlySpan<byte> value, char digit) => value.Length > 0 && value[0] == digit && (value.Length == 1 || (value[1] == '.' && value[2..].TrimEnd((byte)'0').IsEmpty));
}
