using System.Text.Json;
using Cairn.Tracking.Naming;

namespace Cairn.Tracking.Mlflow.Protocol;

/// <summary>Keys with values, as params and all kinds of tags are in the protocol.</summary>
internal static class TagJson
{
    /// <summary>Nothing when there are none.</summary>
    public static void Write(Utf8JsonWriter json, ReadOnlySpan<byte> field, IReadOnlyCollection<KeyValuePair<string, string>> tags)
    {
        if (tags.Count == 0) return;
        json.WriteStartArray(field);
        foreach (var (key, value) in tags)
        {
            json.WriteStartObject();
            json.WriteString("key"u8, key);
            json.WriteString("value"u8, value);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    /// <summary>The list of a field. A value that is not there is empty.</summary>
    public static List<KeyValuePair<string, string>> Read(ref ProtoReader reader, string field)
    {
        var tags = new List<KeyValuePair<string, string>>();
        var items = 0;
        while (reader.NextItem(field, ref items))
        {
            string? key = null, value = null;
            while (reader.Next())
            {
                if (reader.Is("key"u8)) key = reader.Text("key");
                else if (reader.Is("value"u8)) value = reader.Text("value");
                else reader.Skip();
            }

            if (string.IsNullOrEmpty(key)) throw MlflowException.Required($"{reader.Place}.key");
            tags.Add(new(key, value ?? ""));
        }

        return tags;
    }

    /// <summary>By key; the last of equal ones counts.</summary>
    public static Dictionary<string, string> Checked(IReadOnlyList<KeyValuePair<string, string>> tags, int longestValue)
    {
        var byKey = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (key, value) in tags)
        {
            Check(key, value, longestValue);
            byKey[key] = value;
        }

        return byKey;
    }

    /// <summary>A tag of an experiment, a model or a version: too long is refused.</summary>
    public static void Check(string key, string value, int longestValue)
    {
        if (key.Length > KeyRule.Longest) throw MlflowException.TooLong("key", KeyRule.Longest);
        if (value.Length > longestValue) throw MlflowException.TooLong("value", longestValue);
        if (Names.TagKey(key) is { } bad) throw MlflowException.Of(bad);
    }
}
