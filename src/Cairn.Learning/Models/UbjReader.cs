using System.Buffers.Binary;
using System.Text;

namespace Cairn.Learning.Models;

/// <summary>
/// Universal Binary JSON (draft 12) as XGBoost writes it: objects as dictionaries, strongly typed arrays as arrays of that
/// type, other arrays as lists. Stands in for a UBJSON library; reads nothing beyond its input and nests no deeper than 64.
/// </summary>
internal ref struct UbjReader(ReadOnlySpan<byte> content)
{
    private const int DeepestNesting = 64;

    private ReadOnlySpan<byte> _rest = content;
    private int _depth;

    /// <exception cref="InvalidDataException">The content is cut off or not UBJSON.</exception>
    public static Dictionary<string, object?> ReadObject(ReadOnlySpan<byte> content)
    {
        var reader = new UbjReader(content);
        var value = reader.Value(reader.Marker()) as Dictionary<string, object?> ?? throw new InvalidDataException("The model is not an UBJSON object.");
        return reader._rest.IsEmpty ? value : throw new InvalidDataException($"{reader._rest.Length} bytes follow the model.");
    }

    private object? Value(byte marker) => marker switch
    {
        (byte)'{' => Nested(inObject: true),
        (byte)'[' => Nested(inObject: false),
        (byte)'S' => Text(),
        (byte)'C' => ((char)Take(1)[0]).ToString(),
        (byte)'T' => true,
        (byte)'F' => false,
        (byte)'Z' => null,
        (byte)'d' => (double)BinaryPrimitives.ReadSingleBigEndian(Take(4)),
        (byte)'D' => BinaryPrimitives.ReadDoubleBigEndian(Take(8)),
        _ => Integer(marker),
    };

    private object Nested(bool inObject)
    {
        if (++_depth > DeepestNesting) throw new InvalidDataException($"The model nests deeper than {DeepestNesting}.");
        object value = inObject ? Members() : Elements();
        _depth--;
        return value;
    }

    private Dictionary<string, object?> Members()
    {
        var members = new Dictionary<string, object?>(StringComparer.Ordinal);
        var (type, count) = Header();
        for (var i = 0L; count < 0 ? !Ends((byte)'}') : i < count; i++)
        {
            var name = Text();
            members[name] = Value(type ?? Marker());
        }

        return members;
    }

    private object Elements()
    {
        var (type, count) = Header();
        if (type is { } fixedType && count >= 0)
        {
            switch (fixedType)
            {
                case (byte)'U': return Take(count).ToArray();
                case (byte)'l': return Typed(count, 4, BinaryPrimitives.ReadInt32BigEndian);
                case (byte)'L': return Typed(count, 8, BinaryPrimitives.ReadInt64BigEndian);
                case (byte)'d': return Typed(count, 4, BinaryPrimitives.ReadSingleBigEndian);
                case (byte)'D': return Typed(count, 8, BinaryPrimitives.ReadDoubleBigEndian);
            }
        }

        var elements = new List<object?>();
        for (var i = 0L; count < 0 ? !Ends((byte)']') : i < count; i++)
        {
            if (_rest.IsEmpty) throw CutOff();
            elements.Add(Value(type ?? Marker()));
        }

        return elements;
    }

    private T[] Typed<T>(long count, int size, Func<ReadOnlySpan<byte>, T> read)
    {
        if (count > _rest.Length / size) throw CutOff();
        var values = new T[count];
        for (var i = 0; i < values.Length; i++) values[i] = read(Take(size));
        return values;
    }

    private (byte? Type, long Count) Header()
    {
        byte? type = null;
        if (Ends((byte)'$')) type = Marker();
        if (Ends((byte)'#'))
        {
            var count = Integer(Marker());
            return count >= 0 && count <= _rest.Length ? (type, count) : throw CutOff(); // an element takes a byte at least: what has none (true, null) is not counted in models
        }

        return type is null ? (null, -1) : throw new InvalidDataException("A typed container has no count.");
    }

    private string Text() => Encoding.UTF8.GetString(Take(Integer(Marker())));

    private long Integer(byte marker) => marker switch
    {
        (byte)'i' => (sbyte)Take(1)[0],
        (byte)'U' => Take(1)[0],
        (byte)'I' => BinaryPrimitives.ReadInt16BigEndian(Take(2)),
        (byte)'l' => BinaryPrimitives.ReadInt32BigEndian(Take(4)),
        (byte)'L' => BinaryPrimitives.ReadInt64BigEndian(Take(8)),
        _ => throw new InvalidDataException($"The model holds the unknown marker 0x{marker:x2}."),
    };

    private byte Marker() => Take(1)[0];

    private bool Ends(byte marker)
    {
        if (_rest.IsEmpty || _rest[0] != marker) return false;
        _rest = _rest[1..];
        return true;
    }

    private ReadOnlySpan<byte> Take(long length)
    {
        if (length < 0 || length > _rest.Length) throw CutOff();
        var taken = _rest[..(int)length];
        _rest = _rest[(int)length..];
        return taken;
    }

    private static InvalidDataException CutOff() => new("The model is cut off.");
}
