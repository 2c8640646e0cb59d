using Cairn.Kernel;

namespace Cairn.Projects.Yaml;

/// <summary>What differs between two versions of a file, by key: comments, order and layout do not count.</summary>
internal static class Changes
{
    /// <summary>For example <c>train.tune.trials (15 → 30)</c>.</summary>
    public static IReadOnlyList<string> Between(string file, string? before, string? after)
    {
        var (old, now) = (Flatten(file, before), Flatten(file, after));
        return
        [
            .. old.Keys.Union(now.Keys, StringComparer.Ordinal).Order(StringComparer.Ordinal)
                .Where(key => old.GetValueOrDefault(key) != now.GetValueOrDefault(key))
                .Select(key => $"{key} ({old.GetValueOrDefault(key) ?? "nothing"} → {now.GetValueOrDefault(key) ?? "nothing"})"),
        ];
    }

    private static Dictionary<string, string> Flatten(string file, string? text)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        if (text is not null && YamlText.Read(file, text, new List<FieldProblem>()) is { } root) Add(values, "", root);
        return values;
    }

    private static void Add(Dictionary<string, string> values, string path, Node node)
    {
        switch (node)
        {
            case Scalar scalar:
                values[path] = scalar.Text;
                break;
            case Sequence list:
                values[path] = $"[{string.Join(", ", list.Items.Select(i => i is Scalar s ? s.Text : i.Describe()))}]";
                break;
            case Mapping mapping:
                foreach (var (key, _, value) in mapping.Entries) Add(values, path.Length == 0 ? key : $"{path}.{key}", value);
                break;
        }
    }
}
