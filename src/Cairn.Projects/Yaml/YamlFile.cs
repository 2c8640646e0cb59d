using Cairn.Kernel;

namespace Cairn.Projects.Yaml;

/// <summary>One file being read: gathers every problem, and every key that is known.</summary>
internal sealed class YamlFile(string name, List<FieldProblem> problems)
{
    public List<FieldProblem> Problems => problems;

    /// <value>Paths of all keys that were asked for: the format, as the parser has it.</value>
    public SortedSet<string> Known { get; } = new(StringComparer.Ordinal);

    /// <summary>The top section; null when the file is not YAML of the plain kind.</summary>
    public Section? Read(string text) => YamlText.Read(name, text, problems) is { } mapping ? new(this, "", mapping) : null;

    public void Refuse(int line, string path, string found, string expected) => problems.Add(new($"{name}:{line} {path}", found, expected));
}
