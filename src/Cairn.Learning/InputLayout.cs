using System.Globalization;
using System.Text;
using System.Text.Json;
using Cairn.Client;
using Cairn.Client.Wire;
using Cairn.Data;
using Cairn.Kernel;
using Cairn.Learning.Preprocessing;

namespace Cairn.Learning;

/// <summary>
/// How the raw inputs of a logged row are to be read: their order, and the texts that their codes mean. First come the inputs of the
/// model, then the columns of its contract that another version may want: all that a request may carry but free text, personal data and the key.
/// </summary>
public sealed record InputLayout(IReadOnlyList<LoggedInput> Inputs, IReadOnlyList<string> Texts)
{
    /// <summary>JSON, stable to the byte.</summary>
    public string Write() => JsonSerializer.Serialize(this, CairnJson.Options);

    public static InputLayout Read(string json) => JsonSerializer.Deserialize<InputLayout>(json, CairnJson.Options)!;

    /// <summary>What was asked, as a request would carry it; empty when it was not kept. Of bytes that were altered: what can be read.</summary>
    public IReadOnlyList<InputValueWire> Values(ReadOnlySpan<byte> inputs)
    {
        var values = new List<InputValueWire>(Inputs.Count);
        try
        {
            if (!inputs.IsEmpty) Read(inputs, values);
        }
        catch (Exception e) when (e is InvalidDataException or ArgumentOutOfRangeException)
        {
            values.Add(new("inputs", null, e.Message));
        }

        return values;
    }

    private void Read(ReadOnlySpan<byte> inputs, List<InputValueWire> values)
    {
        var reader = new InputReader(inputs, Inputs.Count);
        while (reader.Next())
        {
            var (name, type) = Inputs[values.Count];
            values.Add(reader.Kind switch
            {
                InputKind.Missing => new(name, null),
                InputKind.NotKept => new(name, null, "too long, or not of its type: it was not kept"),
                InputKind.Sealed => new(name, null, "personal data, encrypted"),
                InputKind.Text => new(name, JsonSerializer.SerializeToElement(Encoding.UTF8.GetString(reader.Text))),
                _ => new(name, Value(type, reader.Value)),
            });
        }
    }

    private JsonElement Value(ColumnType type, double value) => type switch
    {
        ColumnType.Category => JsonSerializer.SerializeToElement(
            value >= 0 && value < Texts.Count ? Texts[(int)value] : throw new InvalidDataException($"The log names text {value} of {Texts.Count}.")),
        ColumnType.Boolean => JsonSerializer.SerializeToElement(value != 0),
        ColumnType.Timestamp => JsonSerializer.SerializeToElement(Time.FromMicros((long)value).UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFF'Z'", CultureInfo.InvariantCulture)),
        _ => JsonSerializer.SerializeToElement(value),
    };

}

public sealed record LoggedInput(string Name, ColumnType Type);
