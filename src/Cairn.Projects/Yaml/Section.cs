using System.Globalization;

namespace Cairn.Projects.Yaml;

/// <summary>
/// A mapping of a file, read key by key. Asking for a key makes it known; <see cref="NoOtherKeys"/> then refuses the rest. A
/// section that is not written reads as an empty one, so that every default stands where its key is read.
/// </summary>
internal sealed class Section
{
    private const int MostDays = 36_500;

    private readonly YamlFile _file;
    private readonly string _path;
    private readonly Mapping _mapping;
    private readonly List<string> _asked = [];

    public Section(YamlFile file, string path, Mapping mapping) => (_file, _path, _mapping) = (file, path, mapping);

    public int Line => _mapping.Line;

    public IReadOnlyList<Entry> Entries => _mapping.Entries;

    public bool Has(string key) => Find(key) is not null;

    /// <summary>The value under a key; null when there is none or nothing is written after it.</summary>
    public Node? Find(string key)
    {
        if (!_asked.Contains(key))
        {
            _asked.Add(key);
            _file.Known.Add(PathOf(key));
        }

        foreach (var entry in _mapping.Entries)
        {
            if (entry.Key == key) return entry.Value is Scalar { IsNull: true } ? null : entry.Value;
        }

        return null;
    }

    public Section Map(string key)
    {
        switch (Find(key))
        {
            case Mapping mapping:
                return new(_file, PathOf(key), mapping);
            case { } other:
                Refuse(other.Line, key, other.Describe(), "keys and values below it");
                break;
        }

        return new(_file, PathOf(key), new([], LineOf(key)));
    }

    public string? Text(string key)
    {
        switch (Find(key))
        {
            case Scalar scalar:
                return scalar.Text;
            case { } other:
                Refuse(other.Line, key, other.Describe(), "text");
                break;
        }

        return null;
    }

    /// <summary>As <see cref="Text"/>; nothing is a problem. The empty text stands for what was refused.</summary>
    public string RequiredText(string key, string expected)
    {
        var before = _file.Problems.Count;
        var text = Text(key);
        if (string.IsNullOrWhiteSpace(text) && _file.Problems.Count == before) Refuse(LineOf(key), key, Has(key) ? "nothing" : "no such key", expected);
        return text ?? "";
    }

    public double? Number(string key, double min, double max)
    {
        if (Find(key) is not { } node) return null;
        if (node is Scalar { Quoted: false } scalar && TryNumber(scalar.Text, out var value) && value >= min && value <= max) return value;
        Refuse(node.Line, key, node.Describe(), Range("a number", min, max));
        return null;
    }

    public int? Whole(string key, int min, int max)
    {
        if (Find(key) is not { } node) return null;
        if (node is Scalar { Quoted: false } scalar && int.TryParse(scalar.Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) && value >= min && value <= max) return value;
        Refuse(node.Line, key, node.Describe(), Range("a whole number", min, max));
        return null;
    }

    /// <summary><c>90d</c></summary>
    public int? Days(string key)
    {
        if (Find(key) is not { } node) return null;
        if (node is Scalar { Text: var text } && text.EndsWith('d') && int.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var days) && days is >= 1 and <= MostDays) return days;
        Refuse(node.Line, key, node.Describe(), $"days from 1d to {MostDays}d, for example 90d");
        return null;
    }

    public bool? Flag(string key)
    {
        if (Find(key) is not { } node) return null;
        if (node is Scalar { Quoted: false } scalar)
        {
            if (scalar.Text.ToLowerInvariant() is "true" or "yes" or "on") return true;
            if (scalar.Text.ToLowerInvariant() is "false" or "no" or "off") return false;
        }

        Refuse(node.Line, key, node.Describe(), "true or false");
        return null;
    }

    /// <summary>One of a known set; null when it is not given or not one of them.</summary>
    public string? Choice(string key, IReadOnlyList<string> allowed)
    {
        if (Text(key) is not { } text) return null;
        if (allowed.Contains(text, StringComparer.Ordinal)) return text;
        Refuse(Find(key)!.Line, key, $"'{text}'", OneOf(text, allowed));
        return null;
    }

    /// <summary>A list of texts; one text alone stands for a list of one. Null when it is not given.</summary>
    public IReadOnlyList<Scalar>? Texts(string key)
    {
        switch (Find(key))
        {
            case null:
                return null;
            case Scalar one:
                return [one];
            case Sequence list:
                foreach (var item in list.Items.Where(i => i is not Scalar)) Refuse(item.Line, key, item.Describe(), "a list of texts");
                return [.. list.Items.OfType<Scalar>()];
            case var other:
                Refuse(other.Line, key, other.Describe(), "a list of texts");
                return null;
        }
    }

    /// <summary>Every key that nobody asked for is a problem.</summary>
    public void NoOtherKeys()
    {
        foreach (var entry in _mapping.Entries)
        {
            if (!_asked.Contains(entry.Key)) _file.Refuse(entry.Line, PathOf(entry.Key), "an unknown key", OneOf(entry.Key, _asked));
        }
    }

    public void Refuse(int line, string key, string found, string expected) => _file.Refuse(line, PathOf(key), found, expected);

    /// <summary>The line of a key, or of the section when it is not written.</summary>
    public int LineOf(string key)
    {
        foreach (var entry in _mapping.Entries)
        {
            if (entry.Key == key) return entry.Line;
        }

        return _mapping.Line;
    }

    public static string OneOf(string found, IReadOnlyList<string> allowed) =>
        (Nearest.Of(found, allowed) is { } near ? $"{near}? There are: " : allowed.Count == 1 ? "" : "one of ") + string.Join(", ", allowed);

    private static bool TryNumber(string text, out double value) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out value) && double.IsFinite(value);

    private static string Range(string kind, double min, double max) =>
        double.IsInfinity(min) && double.IsInfinity(max) ? kind
        : double.IsInfinity(max) ? $"{kind} of at least {min}"
        : double.IsInfinity(min) ? $"{kind} of at most {max}"
        : $"{kind} from {min} to {max}";

    private string PathOf(string key) => _path.Length == 0 ? key : $"{_path}.{key}";
}
