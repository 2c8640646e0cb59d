using System.Buffers.Binary;

namespace Cairn.Learning.Preprocessing;

/// <summary>Walks the inputs of a logged row: see <see cref="InputBytes"/>.</summary>
internal ref struct InputReader(ReadOnlySpan<byte> bytes, int inputs)
{
    private readonly ReadOnlySpan<byte> _bytes = bytes;
    private int _next;
    private int _started;
    private int _at = InputBytes.Nibbles(inputs);

    public InputKind Kind { get; private set; }

    /// <value>NaN unless the input is a number or the code of a text.</value>
    public double Value { get; private set; }

    public ReadOnlySpan<byte> Text { get; private set; }

    /// <value>The bytes of this input behind the nibbles.</value>
    public readonly ReadOnlySpan<byte> Raw => _bytes[_started.._at];

    /// <exception cref="InvalidDataException">These are no inputs of so many columns.</exception>
    public bool Next()
    {
        if (_next == inputs) return _at == _bytes.Length ? false : throw Broken();
        if (_at > _bytes.Length) throw Broken();
        Kind = InputBytes.KindOf(_bytes, _next++);
        Value = double.NaN;
        Text = default;
        _started = _at;
        switch (Kind)
        {
            case InputKind.Missing or InputKind.NotKept or InputKind.Sealed: break;
            case InputKind.Byte: Value = Take(1)[0]; break;
            case InputKind.Whole: Value = BinaryPrimitives.ReadInt32LittleEndian(Take(sizeof(int))); break;
            case InputKind.Single: Value = BinaryPrimitives.ReadSingleLittleEndian(Take(sizeof(float))); break;
            case InputKind.Double: Value = BinaryPrimitives.ReadDoubleLittleEndian(Take(sizeof(double))); break;
            case InputKind.Text: Text = Take(BinaryPrimitives.ReadUInt16LittleEndian(Take(sizeof(ushort)))); break;
            default: throw Broken();
        }

        return true;
    }

    private ReadOnlySpan<byte> Take(int length)
    {
        if (_bytes.Length - _at < length) throw Broken();
        var taken = _bytes.Slice(_at, length);
        _at += length;
        return taken;
    }

    private readonly InvalidDataException Broken() => new($"{_bytes.Length} bytes of the log are not the inputs of {inputs} columns.");
}
