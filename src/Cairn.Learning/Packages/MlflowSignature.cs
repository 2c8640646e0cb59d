using System.Buffers;
using System.Text.Json;
using Cairn.Client.Wire;

namespace Cairn.Learning.Packages;

/// <summary>A model signature and an input example as MLflow writes them: JSON lists of column specifications, a data frame split in columns and data.</summary>
internal static class MlflowSignature
{
    public const string Outputs = """[{"type": "string", "name": "prediction", "required": true}, {"type": "double", "name": "probability", "required": true}]""";

    public static string Inputs(IReadOnlyList<InputFieldWire> inputs) => $"[{string.Join(", ", inputs.Select(Column))}]";

    /// <param name="request">A JSON object with its members in the order of the inputs.</param>
    public static byte[] Example(IReadOnlyList<InputFieldWire> inputs, byte[] request)
    {
        using var document = JsonDocument.Parse(request);
        var buffer = new ArrayBufferWriter<byte>();
        using var json = new Utf8JsonWriter(buffer);
        json.WriteStartObject();
        json.WriteStartArray("columns");
        foreach (var input in inputs) json.WriteStringValue(input.Name);
        json.WriteEndArray();
        json.WriteStartArray("data");
        json.WriteStartArray();
        foreach (var member in document.RootElement.EnumerateObject()) member.Value.WriteTo(json);
        json.WriteEndArray();
        json.WriteEndArray();
        json.WriteEndObject();
        json.Flush();
        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>The values of the example by input; none when there is no example of that shape: it only helps to begin a request.</summary>
    public static IReadOnlyDictionary<string, JsonElement> ReadExample(byte[]? saved)
    {
        try
        {
            var example = saved is null ? null : JsonSerializer.Deserialize<SavedExample>(saved, JsonSerializerOptions.Web);
            if (example is { Columns: { } columns, Data: [{ } values, ..] })
                return columns.Zip(values).Where(pair => pair.First is not null && pair.Second.ValueKind is not (JsonValueKind.Null or JsonValueKind.Undefined)).DistinctBy(pair => pair.First, StringComparer.Ordinal).ToDictionary(pair => pair.First!, pair => pair.Second, StringComparer.Ordinal);
        }
        catch (JsonException)
        {
            // As if there were none.
        }

        return new Dictionary<string, JsonElement>(StringComparer.Ordinal);
    }

    private sealed record SavedExample(IReadOnlyList<string?>? Columns, IReadOnlyList<IReadOnlyList<JsonElement>?>? Data);

    private static string Column(InputFieldWire input)
    {
        var type = input.Type switch
        {
            "integer" => "long",
            "boolean" => "boolean",
            "category" => "string",
            "timestamp" => "datetime",
            _ => "double",
        };
        return $$"""{"type": "{{type}}", "name": {{JsonSerializer.Serialize(input.Name)}}, "required": {{(input.Required ? "true" : "false")}}}""";
    }
}
