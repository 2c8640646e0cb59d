using System.Buffers;
using System.Text.Json;
using Cairn.Client.Wire;
using Cairn.Data;
using Cairn.Kernel;

namespace Cairn.Learning.Packages;

/// <summary>
/// Requests made from the data for golden rows and the input example. Each value comes from another row, so that a package
/// tells of no one person; one of the rows leaves out all that may be missing.
/// </summary>
internal static class ExampleRows
{
    public const int Count = 20;

    private const int MissingRow = 1;

    /// <param name="rows">Rows of the frame to take values from.</param>
    /// <returns>JSON objects with their members in the order of the inputs.</returns>
    public static IReadOnlyList<byte[]> Write(IReadOnlyList<InputFieldWire> inputs, Frame frame, ReadOnlySpan<int> rows)
    {
        if (rows.IsEmpty) throw new ArgumentException("There are no rows to make examples from.", nameof(rows));

        var requests = new byte[Count][];
        for (var i = 0; i < Count; i++)
        {
            var buffer = new ArrayBufferWriter<byte>();
            using var json = new Utf8JsonWriter(buffer);
            json.WriteStartObject();
            for (var j = 0; j < inputs.Count; j++)
            {
                json.WritePropertyName(inputs[j].Name);
                var row = rows[(int)((i * 7919L + j * 104_729L) % rows.Length)];
                if (i == MissingRow && !inputs[j].Required) json.WriteNullValue();
                else WriteValue(json, inputs[j].Type, frame[inputs[j].Name], row);
            }

            json.WriteEndObject();
            json.Flush();
            requests[i] = buffer.WrittenSpan.ToArray();
        }

        return requests;
    }

    private static void WriteValue(Utf8JsonWriter json, string type, FrameColumn column, int row)
    {
        switch (column)
        {
            case NumberColumn numbers when double.IsFinite(numbers.Values[row]):
                var value = numbers.Values[row];
                if (type == "boolean") json.WriteBooleanValue(value != 0);
                else if (type == "timestamp") json.WriteStringValue(Time.FromMicros((long)value).UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'"));
                else json.WriteNumberValue(value);
                break;
            case CategoryColumn categories when categories.Codes[row] >= 0:
                json.WriteStringValue(categories.Levels[categories.Codes[row]]);
                break;
            case TextColumn text when text.Values[row] is { } written:
                json.WriteStringValue(written);
                break;
            default:
                json.WriteNullValue();
                break;
        }
    }
}
