using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Cairn.Data;

namespace Cairn.Learning.Splits;

/// <summary>Names a row by what it is, not by where it stands: the same customer has the same key when the data grows or is reordered.</summary>
/// <remarks>The first 8 bytes (little endian) of a SHA-256; categories count as their text, because codes move when a level is added.</remarks>
internal static class RowKeys
{
    /// <summary>One key per row of the frame: of the schema's key column, else of all columns in the order of their names.</summary>
    public static ulong[] Of(Frame frame, Schema schema) => Hash(frame, schema.Key is { } key ? [frame[key]] : frame.Columns);

    /// <summary>What a row says, whoever it is about: all columns but the key.</summary>
    public static ulong[] Contents(Frame frame, Schema schema) => Hash(frame, frame.Columns.Where(c => c.Name != schema.Key));

    private static ulong[] Hash(Frame frame, IEnumerable<FrameColumn> columns)
    {
        var ordered = columns.OrderBy(c => c.Name, StringComparer.Ordinal).ToArray();
        var levels = ordered.Select(c => c is CategoryColumn category ? category.Levels.Select(Encoding.UTF8.GetBytes).ToArray() : null).ToArray();
        var keys = new ulong[frame.Rows];
        var content = new MemoryStream();
        Span<byte> digest = stackalloc byte[32];

        for (var row = 0; row < keys.Length; row++)
        {
            content.SetLength(0);
            for (var c = 0; c < ordered.Length; c++) Write(content, ordered[c], levels[c], row);
            SHA256.HashData(content.GetBuffer().AsSpan(0, (int)content.Length), digest);
            keys[row] = BinaryPrimitives.ReadUInt64LittleEndian(digest);
        }

        return keys;
    }

    /// <summary>A tag, a length and the bytes, so that no two different rows write the same.</summary>
    private static void Write(MemoryStream content, FrameColumn column, byte[][]? levels, int row)
    {
        Span<byte> eight = stackalloc byte[8];
        if (column is NumberColumn number)
        {
            var value = number.Values[row];
            content.WriteByte(double.IsNaN(value) ? (byte)0 : (byte)1);
            if (double.IsNaN(value)) return;

            BinaryPrimitives.WriteDoubleLittleEndian(eight, value + 0.0); // -0 is 0
            content.Write(eight);
            return;
        }

        var text = column switch
        {
            CategoryColumn category => category.Codes[row] is >= 0 and var code ? levels![code] : null,
            TextColumn texts => texts.Values[row] is { } value ? Encoding.UTF8.GetBytes(value) : null,
            _ => throw new NotSupportedException($"No row key for a {column.GetType().Name}."),
        };
        content.WriteByte(text is null ? (byte)0 : (byte)2);
        if (text is null) return;

        BinaryPrimitives.WriteInt64LittleEndian(eight, text.Length);
        content.Write(eight);
        content.Write(text);
    }
}
