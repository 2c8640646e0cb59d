using System.Text.Json;
using Cairn.Client;

namespace Cairn.Tracking.Mlflow.RunRecords;

/// <summary>A dataset that a run read. Its context is the tag <see cref="ContextTag"/>; the other tags are a JSON object.</summary>
internal sealed record ShownInput
{
    public const string ContextTag = "mlflow.data.context";

    public string RunId { get; init; } = "";

    public string Name { get; init; } = "";

    public string Digest { get; init; } = "";

    public string Context { get; init; } = "";

    public string Tags { get; init; } = "{}";

    public string SourceType { get; init; } = "";

    public string Source { get; init; } = "";

    public string SchemaText { get; init; } = "";

    public string Profile { get; init; } = "";

    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        var others = Tags is "{}" or "" ? null : JsonSerializer.Deserialize<Dictionary<string, string>>(Tags, CairnJson.Options);
        if (Context.Length > 0 || others is { Count: > 0 })
        {
            var tags = new List<KeyValuePair<string, string>>();
            if (others is not null) tags.AddRange(others);
            if (Context.Length > 0) tags.Add(new(ContextTag, Context));
            Protocol.TagJson.Write(json, "tags"u8, [.. tags.OrderBy(tag => tag.Key, StringComparer.Ordinal)]);
        }

        json.WriteStartObject("dataset"u8);
        json.WriteString("name"u8, Name);
        json.WriteString("digest"u8, Digest);
        json.WriteString("source_type"u8, SourceType);
        json.WriteString("source"u8, Source);
        if (SchemaText.Length > 0) json.WriteString("schema"u8, SchemaText);
        if (Profile.Length > 0) json.WriteString("profile"u8, Profile);
        json.WriteEndObject();
        json.WriteEndObject();
    }
}
