using System.Text.Json.Nodes;
using static Cairn.Api.Tests.Server.ContractChangeKind;

namespace Cairn.Api.Tests.Server;

/// <summary>
/// Two OpenAPI 3.1 documents, seen by a client of the first. Schemas are followed from the operations, each in its direction: what a
/// client sends may be asked for less strictly than before, what it reads may be promised more strictly; the other way round breaks it.
/// </summary>
internal sealed class ContractComparison
{
    private static readonly string[] Methods = ["get", "put", "post", "delete", "options", "head", "patch", "trace"];
    private static readonly string[] Words = ["summary", "description", "tags", "title", "example", "examples", "externalDocs"];

    private readonly JsonObject _before, _after;
    private readonly List<ContractChange> _changes = [];

    private ContractComparison(JsonObject before, JsonObject after) => (_before, _after) = (before, after);

    public static IReadOnlyList<ContractChange> Of(JsonObject before, JsonObject after)
    {
        var comparison = new ContractComparison(before, after);
        comparison.Paths();
        if (comparison._changes.Count == 0 && !JsonNode.DeepEquals(before, after)) comparison.Note(Wording, "document", "parts that no operation reaches, or names of schemas");
        return [.. comparison._changes.Distinct().OrderBy(change => change.Kind).ThenBy(change => change.Place, StringComparer.Ordinal)];
    }

    private void Paths()
    {
        foreach (var (path, before, after) in Pairs(_before["paths"], _after["paths"]))
        {
            foreach (var method in Methods)
            {
                var place = $"{method.ToUpperInvariant()} {path}";
                switch (before?[method], after?[method])
                {
                    case (null, null): break;
                    case (_, null): Note(Breaking, place, "removed"); break;
                    case (null, _): Note(Additive, place, "new"); break;
                    case ({ } old, { } now): Operation(place, old.AsObject(), now.AsObject()); break;
                }
            }
        }
    }

    private void Operation(string place, JsonObject before, JsonObject after)
    {
        if (Text(before["operationId"]) != Text(after["operationId"])) Note(Breaking, place, $"operationId was {Text(before["operationId"])}, is {Text(after["operationId"])}: generated clients name their methods after it");
        if (Flag(before["deprecated"]) != Flag(after["deprecated"])) Note(Additive, place, Flag(after["deprecated"]) ? "deprecated" : "no longer deprecated");
        WordsOf(place, before, after);
        foreach (var (name, old, now) in Pairs(Parameters(before), Parameters(after))) Parameter($"{place} {name}", old?.AsObject(), now?.AsObject());
        Body(place, before["requestBody"]?.AsObject(), after["requestBody"]?.AsObject());
        foreach (var (status, old, now) in Pairs(before["responses"], after["responses"])) Response($"{place} {status}", status, old, now);
    }

    private void Parameter(string place, JsonObject? before, JsonObject? after)
    {
        if (after is null)
        {
            Note(Breaking, place, "parameter removed");
        }
        else if (before is null)
        {
            Note(Flag(after["required"]) ? Breaking : Additive, place, Flag(after["required"]) ? "new parameter, and required" : "new parameter");
        }
        else
        {
            Required(place, before, after);
            WordsOf(place, before, after);
            new Schemas(this, sent: true).Compare(place, before["schema"], after["schema"]);
        }
    }

    private void Body(string place, JsonObject? before, JsonObject? after)
    {
        if (before is null && after is null) return;
        if (after is null)
        {
            Note(Breaking, $"{place} request", "no body is taken any more");
        }
        else if (before is null)
        {
            Note(Flag(after["required"]) ? Breaking : Additive, $"{place} request", Flag(after["required"]) ? "a body is required now" : "a body is taken now");
        }
        else
        {
            Required($"{place} request", before, after);
            Content($"{place} request", before, after, sent: true);
        }
    }

    private void Response(string place, string status, JsonNode? before, JsonNode? after)
    {
        var success = status.StartsWith('2');
        if (after is null) Note(success ? Breaking : Additive, place, "no longer answered");
        else if (before is null) Note(Additive, place, "answered now");
        else Content(place, before, after, sent: false);
    }

    private void Content(string place, JsonNode before, JsonNode after, bool sent)
    {
        foreach (var (type, old, now) in Pairs(before["content"], after["content"]))
        {
            if (now is null) Note(Breaking, place, $"{type} {(sent ? "is no longer taken" : "is no longer answered")}");
            else if (old is null) Note(Additive, place, $"{type} is {(sent ? "taken" : "answered")} too");
            else new Schemas(this, sent).Compare(place, old["schema"], now["schema"]);
        }
    }

    private void Required(string place, JsonObject before, JsonObject after)
    {
        if (Flag(before["required"]) == Flag(after["required"])) return;
        Note(Flag(after["required"]) ? Breaking : Additive, place, Flag(after["required"]) ? "required now" : "optional now");
    }

    private void WordsOf(string place, JsonObject before, JsonObject after)
    {
        foreach (var word in Words)
            if (!JsonNode.DeepEquals(before[word], after[word])) Note(Wording, place, $"{word} reads differently");
    }

    private void Note(ContractChangeKind kind, string place, string what) => _changes.Add(new(kind, place, what));

    private static JsonObject Parameters(JsonObject operation) => new(
        (operation["parameters"]?.AsArray() ?? []).Select(parameter => KeyValuePair.Create($"{Text(parameter!["in"])}.{Text(parameter["name"])}", (JsonNode?)parameter.DeepClone())));

    private static IEnumerable<(string Name, JsonNode? Before, JsonNode? After)> Pairs(JsonNode? before, JsonNode? after)
    {
        var (left, right) = (before as JsonObject ?? [], after as JsonObject ?? []);
        return left.Select(member => member.Key).Union(right.Select(member => member.Key), StringComparer.Ordinal).Select(name => (name, left[name], right[name]));
    }

    private static string Text(JsonNode? node) => node is null ? "absent" : node.ToString();

    private static bool Flag(JsonNode? node) => node is not null && node.GetValue<bool>();

    /// <summary>One walk over a schema in one direction.</summary>
    private sealed class Schemas(ContractComparison comparison, bool sent)
    {
        private static readonly string[] Known = ["type", "properties", "required", "items", "additionalProperties", "enum", "oneOf", "anyOf", "$ref", .. Words];

        private readonly HashSet<(string, string)> _seen = [];

        public void Compare(string place, JsonNode? before, JsonNode? after)
        {
            var (old, now) = (Resolve(comparison._before, before), Resolve(comparison._after, after));
            if (old.Name is { } left && now.Name is { } right && !_seen.Add((left, right))) return; // it holds itself
            if (!Types(place, old, now)) return;
            comparison.WordsOf(place, old.Body, now.Body);
            Choices(place, old.Body["enum"]?.AsArray(), now.Body["enum"]?.AsArray());
            Members(place, old.Body, now.Body);
            if (old.Body["items"] is not null || now.Body["items"] is not null) Compare($"{place}[]", old.Body["items"], now.Body["items"]);
            if (old.Body["additionalProperties"] is JsonObject || now.Body["additionalProperties"] is JsonObject)
                Compare($"{place}.*", old.Body["additionalProperties"] as JsonObject, now.Body["additionalProperties"] as JsonObject);
            foreach (var (keyword, was, becomes) in Pairs(old.Body, now.Body).Where(pair => !Known.Contains(pair.Name, StringComparer.Ordinal)))
                if (!JsonNode.DeepEquals(was, becomes)) comparison.Note(Breaking, place, $"{keyword} was {Text(was)}, is {Text(becomes)}");
            foreach (var keyword in (string[])["oneOf", "anyOf"])
                if (!JsonNode.DeepEquals(old.Body[keyword], now.Body[keyword])) comparison.Note(Breaking, place, $"{keyword} differs");
        }

        private bool Types(string place, Shape before, Shape after)
        {
            if (before.Types.SetEquals(after.Types)) return true;
            var (was, becomes) = (string.Join(" or ", before.Types.Order(StringComparer.Ordinal)), string.Join(" or ", after.Types.Order(StringComparer.Ordinal)));
            var harmless = sent ? Covers(after.Types, before.Types) : Covers(before.Types, after.Types);
            comparison.Note(harmless ? Additive : Breaking, place, $"was {was}, is {becomes}");
            return harmless;
        }

        private void Choices(string place, JsonArray? before, JsonArray? after)
        {
            if (before is null && after is null) return;
            if (before is null || after is null)
            {
                comparison.Note(sent == (after is null) ? Additive : Breaking, place, after is null ? "any value now, not one of a list" : "one of a list now");
                return;
            }

            string[] gone = [.. before.Select(Text).Except(after.Select(Text), StringComparer.Ordinal)], added = [.. after.Select(Text).Except(before.Select(Text), StringComparer.Ordinal)];
            if (gone.Length > 0) comparison.Note(sent ? Breaking : Additive, place, $"no longer {string.Join(", ", gone)}");
            if (added.Length > 0) comparison.Note(Additive, place, $"also {string.Join(", ", added)}"); // lists of values may grow: docs/reference/api-versioning.md
        }

        private void Members(string place, JsonObject before, JsonObject after)
        {
            var (needed, needs) = (Names(before["required"]), Names(after["required"]));
            foreach (var (name, old, now) in Pairs(before["properties"], after["properties"]))
            {
                var member = $"{place}.{name}";
                if (now is null)
                {
                    comparison.Note(Breaking, member, "removed");
                }
                else if (old is null)
                {
                    var demanded = sent && needs.Contains(name);
                    comparison.Note(demanded ? Breaking : Additive, member, demanded ? "new, and required" : "new");
                }
                else
                {
                    if (needed.Contains(name) != needs.Contains(name))
                        comparison.Note(sent == needs.Contains(name) ? Breaking : Additive, member, needs.Contains(name) ? "required now" : "optional now");
                    Compare(member, old, now);
                }
            }
        }

        private static bool Covers(HashSet<string> wide, HashSet<string> narrow) =>
            wide.Contains("anything") || narrow.All(type => wide.Contains(type) || (type == "integer" && wide.Contains("number")));

        private static HashSet<string> Names(JsonNode? list) => [.. (list as JsonArray ?? []).Select(Text)];

        /// <summary>A schema without the detours: references followed, and "null or this" as this with one more type.</summary>
        private static Shape Resolve(JsonObject document, JsonNode? schema)
        {
            if (schema is not JsonObject body) return new(null, [], ["anything"]);
            if (body["$ref"]?.GetValue<string>() is { } name)
            {
                var named = name.Split('/').Skip(1).Aggregate((JsonNode?)document, (node, part) => node?[part]) ?? throw new InvalidDataException($"{name} is not in the document.");
                return Resolve(document, named) with { Name = name };
            }

            if ((body["oneOf"] ?? body["anyOf"]) is JsonArray { Count: 2 } either && either.FirstOrDefault(one => Text(one!["type"]) == "null") is { } nothing)
            {
                var other = Resolve(document, either.First(one => one != nothing));
                return other with { Types = [.. other.Types, "null"] };
            }

            return new(null, body, body["type"] switch { null => ["anything"], JsonArray several => [.. several.Select(Text)], var one => [Text(one)] });
        }

        private sealed record Shape(string? Name, JsonObject Body, HashSet<string> Types);
    }
}
