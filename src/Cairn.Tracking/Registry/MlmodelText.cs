using System.Text.Json;
using Cairn.Client.Wire;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Cairn.Tracking.Registry;

/// <summary>What the file MLmodel says of a model: its flavors, and its signature, which is JSON in a text. Nothing in it is executed.</summary>
/// <remarks>Read event by event: neither depth nor aliases cost anything.</remarks>
internal sealed class MlmodelText
{
    private const int MostFlavors = 20, MostFields = 1000;

    private readonly SortedDictionary<string, SortedDictionary<string, string>> _flavors = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _said = new(StringComparer.Ordinal);

    public string? Of(string key) => _said.GetValueOrDefault(key);

    public IReadOnlyList<FlavorWire> Flavors => [.. _flavors.Take(MostFlavors).Select(flavor => new FlavorWire(flavor.Key, flavor.Value))];

    public ModelSignatureWire? Signature => Fields("signature.inputs") is var inputs && Fields("signature.outputs") is var outputs && Fields("signature.params") is var parameters && (inputs ?? outputs ?? parameters) is not null
        ? new(inputs ?? [], outputs ?? [], parameters ?? [])
        : null;

    /// <exception cref="YamlException">It is no YAML.</exception>
    public static MlmodelText Read(TextReader text)
    {
        var read = new MlmodelText();
        var parser = new Parser(text);
        var path = new List<string?>(); // of each mapping the key that waits for its value; null: none
        var lists = 0;
        while (parser.MoveNext())
        {
            switch (parser.Current)
            {
                case MappingStart:
                    if (path.Count == 2 && lists == 0 && path is ["flavors", { } flavor]) read._flavors.TryAdd(flavor, new(StringComparer.Ordinal));
                    path.Add(null);
                    break;
                case SequenceStart:
                    lists++;
                    break;
                case MappingEnd:
                    path.RemoveAt(path.Count - 1);
                    if (lists == 0 && path.Count > 0) path[^1] = null;
                    break;
                case SequenceEnd:
                    lists--;
                    if (lists == 0 && path.Count > 0) path[^1] = null;
                    break;
                case AnchorAlias when lists == 0 && path.Count > 0:
                    path[^1] = path[^1] is null ? "" : null;
                    break;
                case Scalar scalar when lists == 0 && path.Count > 0:
                    if (path[^1] is null)
                    {
                        path[^1] = scalar.Value;
                        break;
                    }

                    if (!IsNull(scalar)) read.Keep(path, scalar.Value);
                    path[^1] = null;
                    break;
            }
        }

        return read;
    }

    private static bool IsNull(Scalar scalar) => scalar.Style == ScalarStyle.Plain && scalar.Value is "" or "null" or "~";

    private void Keep(List<string?> path, string value)
    {
        if (path.Count <= 2) _said[string.Join('.', path)] = value;
        else if (path is ["flavors", { } flavor, { } setting]) _flavors[flavor][setting] = value;
    }

    private IReadOnlyList<ModelFieldWire>? Fields(string key)
    {
        if (!_said.TryGetValue(key, out var json)) return null;
        try
        {
            using var document = JsonDocument.Parse(json);
            return document.RootElement.ValueKind == JsonValueKind.Array ? [.. document.RootElement.EnumerateArray().Where(field => field.ValueKind == JsonValueKind.Object).Take(MostFields).Select(Field)] : null;
        }
        catch (JsonException)
        {
            return null; // a later form of signatures: the page does without
        }
    }

    private static ModelFieldWire Field(JsonElement field) => new(
        Text(field, "name"), Type(field), !(field.TryGetProperty("required", out var required) && required.ValueKind == JsonValueKind.False),
        field.TryGetProperty("default", out var unlessSaid) && unlessSaid.ValueKind != JsonValueKind.Null ? unlessSaid.ToString() : null);

    /// <summary><c>double</c>, <c>float64 (-1, 4)</c>, <c>array of string</c>.</summary>
    private static string Type(JsonElement field)
    {
        if (field.ValueKind != JsonValueKind.Object) return field.ToString();
        if (field.TryGetProperty("tensor-spec", out var tensor) && tensor.ValueKind == JsonValueKind.Object) return $"{Text(tensor, "dtype")} {Shape(tensor)}".TrimEnd();
        var type = Text(field, "type") ?? Text(field, "dtype") ?? "any";
        return type switch
        {
            "array" when field.TryGetProperty("items", out var items) => $"array of {Type(items)}",
            "map" when field.TryGetProperty("values", out var values) => $"map of {Type(values)}",
            _ => $"{type} {Shape(field)}".TrimEnd(),
        };
    }

    private static string Shape(JsonElement of) => of.TryGetProperty("shape", out var shape) && shape.ValueKind == JsonValueKind.Array ? $"({string.Join(", ", shape.EnumerateArray().Take(16))})" : "";

    private static string? Text(JsonElement of, string name) => of.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
