using System.Text.Json;
using Cairn.Kernel;

namespace Cairn.Serving.Protocols;

/// <summary>Reads the members of one input tensor, in whatever order they stand.</summary>
internal ref struct TensorReader(string place)
{
    private string? _name;
    private string? _datatype;
    private long[]? _shape;
    private (int Start, int Length) _rawName;
    private (int Start, int Length) _data;
    private Refusal? _parameters;

    /// <param name="json">Stands on the <c>{</c>; ends on its <c>}</c>, or anywhere when it is refused.</param>
    public Answer<Tensor> Read(ref Utf8JsonReader json)
    {
        if (json.TokenType != JsonTokenType.StartObject) return BodyProblems.Malformed(place, "no object", "an object with name, shape, datatype and data");
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            if (Is(ref json, "name"u8)) Name(ref json);
            else if (Is(ref json, "datatype"u8)) Datatype(ref json);
            else if (Is(ref json, "shape"u8)) _shape = Shape(ref json);
            else if (Is(ref json, "parameters"u8)) _parameters = Parameters(ref json);
            else if (Is(ref json, "data"u8) && json.TokenType == JsonTokenType.StartArray) _data = CellTable.Cell(ref json);
            else Pass(ref json);
        }

        if (_name is null) return BodyProblems.Malformed($"{place}.name", "no text", "the name of an input of the model");
        if (_parameters is not null) return _parameters;
        if (_datatype is null || !Tensor.Datatypes.Contains(_datatype, StringComparer.Ordinal))
            return BodyProblems.Malformed($"{place}.datatype", _datatype is null ? "no text" : $"'{_datatype}'", $"one of {string.Join(", ", Tensor.Datatypes)}");
        if (_shape is null) return BodyProblems.Malformed($"{place}.shape", "no list of whole numbers", "the shape of the data, such as [2] or [2, 1] for two rows");
        if (_data.Length == 0) return BodyProblems.Malformed($"{place}.data", "no list", "the list of the values");
        return new Tensor(_name, _rawName, _datatype, _shape, _data);
    }

    /// <summary>True, and one further, when the reader stands on this member.</summary>
    private static bool Is(ref Utf8JsonReader json, ReadOnlySpan<byte> member)
    {
        if (json.TokenType != JsonTokenType.PropertyName || !json.ValueTextEquals(member)) return false;
        json.Read();
        return true;
    }

    private static void Pass(ref Utf8JsonReader json)
    {
        if (json.TokenType == JsonTokenType.PropertyName) json.Read();
        json.Skip();
    }

    private void Name(ref Utf8JsonReader json)
    {
        if (json.TokenType == JsonTokenType.String) (_name, _rawName) = (json.GetString(), ((int)json.TokenStartIndex, (int)(json.BytesConsumed - json.TokenStartIndex)));
        else json.Skip();
    }

    private void Datatype(ref Utf8JsonReader json)
    {
        if (json.TokenType == JsonTokenType.String) _datatype = json.GetString();
        json.Skip();
    }

    private static long[]? Shape(ref Utf8JsonReader json)
    {
        if (json.TokenType != JsonTokenType.StartArray)
        {
            json.Skip();
            return null;
        }

        var shape = new List<long>();
        var whole = true;
        while (json.Read() && json.TokenType != JsonTokenType.EndArray)
        {
            if (json.TokenType == JsonTokenType.Number && json.TryGetInt64(out var size) && size >= 0 && shape.Count < 8) shape.Add(size);
            else whole = false;
            json.Skip();
        }

        return whole ? [.. shape] : null;
    }

    private readonly Refusal? Parameters(ref Utf8JsonReader json)
    {
        if (json.TokenType != JsonTokenType.StartObject)
        {
            json.Skip();
            return null;
        }

        Refusal? refusal = null;
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            var elsewhere = json.ValueTextEquals("binary_data_size"u8) || json.ValueTextEquals("shared_memory_region"u8);
            var isType = json.ValueTextEquals("content_type"u8);
            json.Read();
            if (elsewhere) refusal = InferenceError.Binary();
            if (isType && json.TokenType == JsonTokenType.String && json.ValueTextEquals("base64"u8))
                refusal = BodyProblems.Malformed($"{place}.parameters.content_type", "base64", "the texts as they are, in UTF-8");
            json.Skip();
        }

        return refusal;
    }
}
