using System.Text.Json.Nodes;

namespace Cairn.Api.Tests.Faults;

/// <summary>A body that a schema of the API's description allows, every member filled in.</summary>
internal static class SchemaSample
{
    public static JsonNode? Of(JsonNode document, JsonNode? schema, int depth = 0)
    {
        if (schema?["$ref"]?.GetValue<string>() is { } name) return Of(document, name.Split('/').Skip(1).Aggregate((JsonNode?)document, (node, part) => node?[part]), depth);
        if ((schema?["oneOf"] ?? schema?["anyOf"]) is JsonArray either) return Of(document, either.FirstOrDefault(one => one?["type"]?.ToString() != "null"), depth);
        if (schema?["enum"] is JsonArray { Count: > 0 } choices) return choices[0]?.DeepClone();
        if (schema is null || depth > 5) return null;

        var types = schema["type"] is JsonArray several ? several.Select(type => type!.ToString()).ToList() : [schema["type"]?.ToString() ?? "object"];
        return types.First(type => type != "null") switch
        {
            "object" => Members(document, schema, depth),
            "array" => new JsonArray(Of(document, schema["items"], depth + 1), Of(document, schema["items"], depth + 1)),
            "boolean" => true,
            "integer" => 1,
            "number" => 0.5,
            _ => "coffee",
        };
    }

    private static JsonObject Members(JsonNode document, JsonNode schema, int depth)
    {
        var sample = new JsonObject();
        foreach (var (name, member) in schema["properties"] as JsonObject ?? []) sample[name] = Of(document, member, depth + 1);
        if (schema["additionalProperties"] is JsonObject others) sample["any"] = Of(document, others, depth + 1);
        return sample;
    }
}
