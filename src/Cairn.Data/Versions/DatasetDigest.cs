using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.Json;
using Cairn.Data.Engine;
using Cairn.Kernel;

namespace Cairn.Data.Versions;

/// <summary>
/// The identity of a dataset version: SHA-256 over its schema and values, whatever file they came in. The encoding never
/// changes (docs/reference/dataset-digest.md): the line <c>cairn.dataset.1</c>; the schema as JSON and a line feed; for each
/// block of 65,536 rows, for each column, the SHA-256 of its values in the block; the number of rows as 8 bytes, little endian.
/// </summary>
/// <remarks>
/// A number, integer, boolean (0, 1) or timestamp (microseconds) is a double, 8 bytes, little endian; missing is the bits
/// 7FF8000000000000. A category or text is its length in UTF-8 as 4 bytes, little endian (FFFFFFFF when missing), and its bytes.
/// </remarks>
internal sealed class DatasetDigest : IDisposable
{
    private const int BlockRows = 65_536;
    private const long Missing = 0x7FF8_0000_0000_0000;

    private readonly IReadOnlyList<ColumnContract> _columns;
    private readonly IncrementalHash _whole = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly IncrementalHash[] _blocks;
    private byte[] _buffer = new byte[1 << 16];
    private long _rows;

    public DatasetDigest(Schema schema)
    {
        _columns = schema.Columns;
        _blocks = [.. _columns.Select(_ => IncrementalHash.CreateHash(HashAlgorithmName.SHA256))];
        _whole.AppendData("cairn.dataset.1\n"u8);
        _whole.AppendData(Canonical(schema));
        _whole.AppendData("\n"u8);
    }

    public void Add(Chunk chunk)
    {
        for (var from = 0; from < chunk.Rows;)
        {
            var take = (int)Math.Min(chunk.Rows - from, BlockRows - (_rows % BlockRows));
            for (var i = 0; i < _columns.Count; i++)
            {
                if (_columns[i].Type is ColumnType.Category or ColumnType.Text) AddTexts(chunk, i, from, take);
                else AddNumbers(chunk, i, from, take);
            }

            from += take;
            _rows += take;
            if (_rows % BlockRows == 0) EndBlock();
        }
    }

    public Digest Finish()
    {
        if (_rows % BlockRows != 0) EndBlock();
        Span<byte> rows = stackalloc byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(rows, _rows);
        _whole.AppendData(rows);
        return Digest.FromHash(_whole.GetHashAndReset());
    }

    public void Dispose()
    {
        _whole.Dispose();
        foreach (var block in _blocks) block.Dispose();
    }

    /// <summary>The schema with its members in a fixed order, nothing left out, categories in ordinal order.</summary>
    internal static byte[] Canonical(Schema schema)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartObject();
            json.WriteStartArray("columns");
            foreach (var column in schema.Columns)
            {
                json.WriteStartObject();
                json.WriteString("name", column.Name);
                json.WriteString("type", column.Type.ToString());
                json.WriteBoolean("nullable", column.Nullable);
                Bits(json, "min", column.Min);
                Bits(json, "max", column.Max);
                json.WriteStartArray("categories");
                foreach (var category in (column.Categories ?? []).Order(StringComparer.Ordinal)) json.WriteStringValue(category);
                json.WriteEndArray();
                json.WriteBoolean("open", column.Categories is null);
                json.WriteBoolean("pii", column.Pii);
                json.WriteBoolean("at_prediction", column.AtPrediction);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteString("key", schema.Key);
            json.WriteString("target", schema.Target?.Column);
            json.WriteString("positive", schema.Target?.Positive);
            json.WriteEndObject();
        }

        return stream.ToArray();
    }

    /// <summary>As bits, so that no formatting of doubles is part of the identity.</summary>
    private static void Bits(Utf8JsonWriter json, string name, double? value)
    {
        if (value is { } number) json.WriteString(name, $"{BitConverter.DoubleToInt64Bits(number):x16}");
        else json.WriteNull(name);
    }

    private void AddNumbers(Chunk chunk, int column, int from, int take)
    {
        var buffer = Room(take * sizeof(double));
        var values = chunk.Doubles(column).Slice(from, take);
        if (BitConverter.IsLittleEndian) MemoryMarshal.AsBytes(values).CopyTo(buffer);
        else for (var i = 0; i < take; i++) BinaryPrimitives.WriteDoubleLittleEndian(buffer[(i * 8)..], values[i]);
        var validity = chunk.Validity(column);
        for (var i = 0; !validity.All && i < take; i++)
        {
            if (!validity[from + i]) BinaryPrimitives.WriteInt64LittleEndian(buffer[(i * 8)..], Missing);
        }

        _blocks[column].AppendData(buffer[..(take * sizeof(double))]);
    }

    private void AddTexts(Chunk chunk, int column, int from, int take)
    {
        var texts = chunk.Texts(column);
        var validity = chunk.Validity(column);
        var used = 0;
        for (var i = from; i < from + take; i++)
        {
            var text = validity[i] ? texts.Utf8(i) : default;
            if (used + 4 + text.Length > _buffer.Length)
            {
                _blocks[column].AppendData(_buffer.AsSpan(0, used));
                used = 0;
            }

            var buffer = Room(used + 4 + text.Length);
            BinaryPrimitives.WriteInt32LittleEndian(buffer[used..], validity[i] ? text.Length : -1);
            text.CopyTo(buffer[(used + 4)..]);
            used += 4 + text.Length;
        }

        _blocks[column].AppendData(_buffer.AsSpan(0, used));
    }

    private Span<byte> Room(int bytes)
    {
        if (_buffer.Length < bytes) Array.Resize(ref _buffer, bytes);
        return _buffer;
    }

    private void EndBlock()
    {
        Span<byte> hash = stackalloc byte[32];
        foreach (var block in _blocks)
        {
            block.GetHashAndReset(hash);
            _whole.AppendData(hash);
        }
    }
}
