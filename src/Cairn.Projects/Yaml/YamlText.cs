using Cairn.Kernel;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Cairn.Projects.Yaml;

/// <summary>
/// Reads one YAML file into nodes that know their line. What YAML offers beyond plain data is refused: aliases (a few lines
/// can stand for gigabytes), tags, several documents. Scalars keep their text, so that an unquoted Yes is not turned into true.
/// </summary>
internal static class YamlText
{
    public const int MaxLength = 1 << 20;
    private const int MaxDepth = 20;

    /// <summary>The top mapping; null when the problems say why there is none. Duplicate keys are problems, the first one counts.</summary>
    public static Mapping? Read(string file, string text, List<FieldProblem> problems)
    {
        if (text.Length > MaxLength)
        {
            problems.Add(new(file, $"{text.Length:N0} characters", $"at most {MaxLength:N0}: a project file describes data, it does not hold it"));
            return null;
        }

        var parser = new Parser(new Scanner(new StringReader(text), skipComments: true));
        try
        {
            parser.Consume<StreamStart>();
            if (!parser.TryConsume<DocumentStart>(out _))
            {
                problems.Add(new($"{file}:1", "an empty file", "keys and values"));
                return null;
            }

            var root = new Reader(file, problems).Read(parser, "", 0);
            parser.Consume<DocumentEnd>();
            if (parser.TryConsume<DocumentStart>(out var second))
                problems.Add(new($"{file}:{second.Start.Line}", "a second document (---)", "one document in a file"));
            if (root is Mapping mapping) return mapping;
            problems.Add(new($"{file}:{root.Line}", root.Describe(), "keys and values"));
        }
        catch (RefusedException refused)
        {
            problems.Add(refused.Problem);
        }
        catch (YamlException broken)
        {
            problems.Add(Broken(file, text, broken));
        }
        catch (InvalidOperationException lost) when (lost.Source == "YamlDotNet")
        {
            // The scanner's own words for this are of its state.
            problems.Add(new($"{file}:{parser.Current?.End.Line ?? 1}", "an open bracket or brace, and text at the start of a line after it", "indented text there, and the closing bracket or brace"));
        }

        return null;
    }

    private static FieldProblem Broken(string file, string text, YamlException broken)
    {
        var lines = text.Split('\n');
        var number = Math.Clamp((int)broken.Start.Line, 1, lines.Length);

        // The reader notices a tab, or the end of the file, a line late, or does not say where.
        for (var tabbed = Math.Max(1, number - 1); tabbed <= lines.Length; tabbed++)
        {
            var line = lines[tabbed - 1];
            if (line[..^line.TrimStart().Length].Contains('\t', StringComparison.Ordinal))
                return new($"{file}:{tabbed}", "a tab in the indentation", "spaces: YAML does not allow tabs there");
        }

        while (number > 1 && string.IsNullOrWhiteSpace(lines[number - 1])) number--;
        return new($"{file}:{number}", $"'{lines[number - 1].Trim()}'", $"valid YAML ({broken.Message.TrimEnd('.')})");
    }

    private sealed class RefusedException(FieldProblem problem) : Exception(problem.ToString())
    {
        public FieldProblem Problem { get; } = problem;
    }

    private sealed class Reader(string file, List<FieldProblem> problems)
    {
        public Node Read(Parser parser, string path, int depth)
        {
            var line = (int)parser.Current!.Start.Line;
            if (parser.Current is AnchorAlias alias)
                throw new RefusedException(new(Place(line, path), $"the alias *{alias.Value}", "the value itself: aliases are not allowed"));
            var node = parser.Consume<NodeEvent>();
            if (!node.Anchor.IsEmpty)
                throw new RefusedException(new(Place(line, path), $"the anchor &{node.Anchor}", "a plain value: anchors and aliases are not allowed"));
            if (!node.Tag.IsEmpty && !node.Tag.IsNonSpecific)
                throw new RefusedException(new(Place(line, path), $"the tag {node.Tag}", "a plain value: tags are not allowed"));
            if (depth > MaxDepth)
                throw new RefusedException(new(Place(line, path), $"{depth} levels of nesting", $"at most {MaxDepth}"));

            switch (node)
            {
                case YamlDotNet.Core.Events.Scalar scalar:
                    return new Scalar(scalar.Value, scalar.Style is not (ScalarStyle.Plain or ScalarStyle.Any), line);
                case SequenceStart:
                    var items = new List<Node>();
                    while (!parser.TryConsume<SequenceEnd>(out _)) items.Add(Read(parser, $"{path}[{items.Count}]", depth + 1));
                    return new Sequence(items, line);
                default:
                    return ReadMapping(parser, path, depth, line);
            }
        }

        private Mapping ReadMapping(Parser parser, string path, int depth, int line)
        {
            var entries = new List<Entry>();
            var seen = new Dictionary<string, int>(StringComparer.Ordinal);
            while (!parser.TryConsume<MappingEnd>(out _))
            {
                var key = Read(parser, path, depth + 1);
                if (key is not Scalar { Text: var name })
                    throw new RefusedException(new(Place(key.Line, path), $"{key.Describe()} as a key", "a name"));
                var below = path.Length == 0 ? name : $"{path}.{name}";
                var value = Read(parser, below, depth + 1);
                if (seen.TryAdd(name, key.Line)) entries.Add(new(name, key.Line, value));
                else problems.Add(new(Place(key.Line, below), $"the key a second time (first on line {seen[name]})", "each key once"));
            }

            return new(entries, line);
        }

        private string Place(int line, string path) => path.Length == 0 ? $"{file}:{line}" : $"{file}:{line} {path}";
    }
}
