using System.Buffers.Binary;

namespace Cairn.Learning.Preprocessing;

/// <summary>What stands for one raw input in the log. Each stands apart from the others, so that one can be sealed or left out.</summary>
internal enum InputKind
{
    Missing,

    /// <summary>A whole number, or the code of a text, in 1 byte or 4.</summary>
    Byte,
    Whole,

    /// <summary>A number that a float32 holds exactly; else a double.</summary>
    Single,
    Double,

    /// <summary>A text the pipeline does not know: two bytes of length, UTF-8.</summary>
    Text,

    /// <summary>There was something that cannot be kept: a text too long, a value of another type than the contract says.</summary>
    NotKept,

    /// <summary>Personal data: encrypted beside.</summary>
    Sealed,
}

/// <summary>
/// The raw inputs of a row as the log keeps them, bit for bit: a nibble each with its <see cref="InputKind"/>, the lower one first, then their values
/// little-endian, in the order of an <see cref="InputLayout"/>. About two bytes an input.
/// </summary>
internal static class InputBytes
{
    /// <summary>The most that so many inputs can take.</summary>
    public static int Most(int inputs) => Nibbles(inputs) + (inputs * sizeof(double)) + UnknownTexts.Room;

    /// <param name="to">At least <see cref="Most"/>.</param>
    /// <param name="others">Of columns the model does not use; infinite where there was no value of the column's type.</param>
    /// <param name="isText">Which inputs are codes.</param>
    public static int Write(Span<byte> to, ReadOnlySpan<double> inputs, ReadOnlySpan<double> others, ReadOnlySpan<bool> isText, UnknownTexts texts)
    {
        var count = inputs.Length + others.Length;
        var end = Nibbles(count);
        to[..end].Clear();
        for (var i = 0; i < count; i++)
        {
            var value = i < inputs.Length ? inputs[i] : others[i - inputs.Length];
            var kind = isText[i] && value < 0 ? Text(to, ref end, i, texts)
                : i >= inputs.Length && double.IsInfinity(value) ? InputKind.NotKept
                : Number(to, ref end, value);
            to[i >> 1] |= (byte)((int)kind << ((i & 1) << 2));
        }

        return end;
    }

    /// <summary>The same row with <see cref="InputKind.Sealed"/> in the place of some inputs.</summary>
    /// <param name="which">Ascending.</param>
    public static byte[] Seal(ReadOnlySpan<byte> bytes, int inputs, IReadOnlyList<int> which)
    {
        var (to, end, next) = (new byte[bytes.Length], Nibbles(inputs), 0);
        bytes[..end].CopyTo(to);
        var reader = new InputReader(bytes, inputs);
        for (var input = 0; reader.Next(); input++)
        {
            if (next < which.Count && which[next] == input)
            {
                next++;
                var shift = (input & 1) << 2;
                to[input >> 1] = (byte)((to[input >> 1] & ~(15 << shift)) | ((int)InputKind.Sealed << shift));
                continue;
            }

            reader.Raw.CopyTo(to.AsSpan(end));
            end += reader.Raw.Length;
        }

        return to[..end];
    }

    public static InputKind KindOf(ReadOnlySpan<byte> bytes, int input) => (InputKind)((bytes[input >> 1] >> ((input & 1) << 2)) & 15);

    public static int Nibbles(int inputs) => (inputs + 1) / 2;

    private static InputKind Number(Span<byte> to, ref int end, double value)
    {
        if (double.IsNaN(value)) return InputKind.Missing;
        var whole = (int)value;
        if (whole == value && (whole != 0 || !double.IsNegative(value)))
        {
            if (whole is >= 0 and <= byte.MaxValue)
            {
                to[end++] = (byte)whole;
                return InputKind.Byte;
            }

            BinaryPrimitives.WriteInt32LittleEndian(to[end..], whole);
            end += sizeof(int);
            return InputKind.Whole;
        }

        if ((float)value == value)
        {
            BinaryPrimitives.WriteSingleLittleEndian(to[end..], (float)value);
            end += sizeof(float);
            return InputKind.Single;
        }

        BinaryPrimitives.WriteDoubleLittleEndian(to[end..], value);
        end += sizeof(double);
        return InputKind.Double;
    }

    private static InputKind Text(Span<byte> to, ref int end, int input, UnknownTexts texts)
    {
        if (!texts.TryGet(input, out var utf8)) return InputKind.NotKept;
        BinaryPrimitives.WriteUInt16LittleEndian(to[end..], (ushort)utf8.Length);
        utf8.CopyTo(to[(end + sizeof(ushort))..]);
        end += sizeof(ushort) + utf8.Length;
        return InputKind.Text;
    }
}
