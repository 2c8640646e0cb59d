using Cairn.Data;
using Cairn.Kernel;
using Cairn.Learning;
using Cairn.Projects.Yaml;

namespace Cairn.Projects.Files;

/// <summary>
/// Reads the files of a project and finds every problem in one pass, each with file, line and key. Keys that are asked for
/// here are the format; docs/reference/cairn-yaml.md lists them and a test compares the two.
/// </summary>
internal sealed class ProjectParser
{
    public const string ProjectFileName = "cairn.yaml";
    private const string DefaultSchema = "schema.yaml";
    private readonly IReadOnlyDictionary<string, string> _files;
    private readonly List<FieldProblem> _problems = [];
    private readonly YamlFile _file;

    private ProjectParser(IReadOnlyDictionary<string, string> files) => (_files, _file) = (files, new(ProjectFileName, _problems));

    /// <param name="folder">Names the project when the file does not.</param>
    /// <param name="inferred">The contract when there is no schema file.</param>
    public static Answer<ProjectDefinition> Parse(IReadOnlyDictionary<string, string> files, string folder, Schema? inferred = null)
    {
        var parser = new ProjectParser(files);
        var definition = parser.Read(Path.GetFileName(Path.TrimEndingDirectorySeparator(folder)), inferred);
        if (definition is not null && parser._problems.Count == 0) return definition;
        var problems = parser._problems;
        return new Refusal.Invalid(
            "project.invalid",
            problems.Count == 1 ? $"The project cannot run: {problems[0]}." : $"The project cannot run: {problems.Count} problems. The first: {problems[0]}.") { Fields = problems };
    }

    /// <summary>Every key of cairn.yaml.</summary>
    public static IReadOnlyCollection<string> KnownKeys()
    {
        var parser = new ProjectParser(new Dictionary<string, string>(StringComparer.Ordinal) { [ProjectFileName] = "project: x" });
        parser.Read("x", null);
        return parser._file.Known;
    }

    private ProjectDefinition? Read(string folder, Schema? inferred)
    {
        if (!_files.TryGetValue(ProjectFileName, out var text))
        {
            _problems.Add(new(ProjectFileName, "no such file", "a project file; `cairn init` writes one"));
            return null;
        }

        if (_file.Read(text) is not { } root) return null;

        var name = root.Text("project") ?? folder;
        CheckName(root, "project", name);
        var source = root.Map("source");
        var path = source.RequiredText("path", "the path of a CSV or Parquet file, relative to the project folder");
        source.NoOtherKeys();

        var target = root.Map("target");
        var column = target.RequiredText("column", "the column to predict");
        var positive = target.Text("positive");
        target.NoOtherKeys();

        var schema = ReadSchema(root) ?? inferred;
        if (schema is not null) schema = ColumnChecks.Target(schema, target, column, ref positive);
        var entity = root.Text("entity");
        if (schema is not null && entity is not null)
        {
            if (schema.Find(entity) is null) ColumnChecks.RefuseColumn(root, "entity", entity, schema);
            schema = WithoutFeature(schema, entity);
        }

        var train = TrainSection.Read(root.Map("train"));
        var serve = root.Map("serve");
        var definition = new ProjectDefinition
        {
            Name = name, SourcePath = path, Target = column, Positive = positive, Entity = entity, Schema = schema,
            Transforms = ReadTransforms(root, schema, column),
            Split = SplitSection.Read(root.Map("split"), schema),
            Algorithms = train.Algorithms, Tune = train.Tune,
            Costs = ReadCosts(root.Map("decide")),
            Gates = ReadGates(root),
            Deployment = ReadDeployment(serve, name),
            Serve = ServeSection.Read(serve),
            Outcome = OutcomeSection.Read(root.Map("outcome")),
            NotYetActedOn = WatchSections.Read(root),
        };
        root.NoOtherKeys();
        return definition;
    }

    /// <summary>Who a row is about is no reason for its outcome: a model must not learn it by heart, key or not.</summary>
    private static Schema WithoutFeature(Schema schema, string entity) =>
        schema with { Columns = [.. schema.Columns.Select(c => c.Name == entity && entity != schema.Key ? c with { AtPrediction = false } : c)] };

    private Schema? ReadSchema(Section root)
    {
        var written = root.Text("schema");
        var path = written ?? DefaultSchema;
        if (_files.TryGetValue(path, out var text)) return SchemaFile.Read(path, text, _problems);
        if (written is not null)
            root.Refuse(root.LineOf("schema"), "schema", $"no file '{written}' in the project folder", "the path of a schema file, or no such key: then the contract is inferred from the source");
        return null;
    }

    private static List<Transform> ReadTransforms(Section root, Schema? schema, string target)
    {
        var transforms = new List<Transform>();
        var section = root.Map("transforms");
        var columns = schema is null ? null : ColumnChecks.Visible(schema, target);
        foreach (var (name, line, value) in section.Entries)
        {
            section.Find(name);
            if (value is not Scalar { IsNull: false } expression)
            {
                section.Refuse(line, name, value.Describe(), "an expression, for example TotalCharges / max(tenure, 1)");
                continue;
            }

            if (!IsIdentifier(name)) section.Refuse(line, name, $"the name '{name}'", "letters, digits and _, not starting with a digit");
            if (schema?.Find(name) is not null) section.Refuse(line, name, "the name of a column of the source", "a name of its own");
            transforms.Add(new(name, expression.Text));
            if (columns is null) continue;

            var parsed = Expression.Parse(expression.Text, columns);
            if (parsed.Refusal is { } refusal) RefuseWith(section, line, name, $"'{expression.Text}'", refusal);
            columns[name] = parsed.Refusal is null ? parsed.Value.Type : ExpressionType.Number; // so that those after it are judged by themselves
        }

        return transforms;
    }

    private static Costs? ReadCosts(Section section)
    {
        var missed = section.Number("cost_false_negative", 0, double.PositiveInfinity);
        var alarm = section.Number("cost_false_positive", 0, double.PositiveInfinity);
        section.NoOtherKeys();
        if (missed is null && alarm is null) return null;
        if (missed is null && !section.Has("cost_false_negative")) section.Refuse(section.LineOf("cost_false_negative"), "cost_false_negative", "no such key", "both costs, or neither");
        if (alarm is null && !section.Has("cost_false_positive")) section.Refuse(section.LineOf("cost_false_positive"), "cost_false_positive", "no such key", "both costs, or neither");
        if (missed == 0 && alarm == 0) section.Refuse(section.LineOf("cost_false_negative"), "cost_false_negative", "two costs of 0", "at least one above 0: else no error matters");
        return missed is null || alarm is null ? null : new(missed.Value, alarm.Value);
    }

    private static List<Gate> ReadGates(Section root)
    {
        var gates = new List<Gate>();
        foreach (var line in root.Texts("gates") ?? [new("not_worse_than champion", false, 1)])
        {
            var parsed = Gate.Parse(line.Text);
            if (parsed.Refusal is { } refusal) RefuseWith(root, line.Line, "gates", $"'{line.Text}'", refusal);
            else gates.Add(parsed.Value);
        }

        return gates;
    }

    private static string ReadDeployment(Section section, string name)
    {
        var deployment = section.Text("deployment") ?? name;
        if (section.Has("deployment")) CheckName(section, "deployment", deployment);
        return deployment;
    }

    /// <summary>Names stand in URLs and paths.</summary>
    private static void CheckName(Section section, string key, string name)
    {
        var valid = name.Length is > 0 and <= 64 && char.IsAsciiLetterOrDigit(name[0]) && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.');
        if (!valid) section.Refuse(section.LineOf(key), key, $"'{name}'", "1 to 64 letters, digits, - _ and ., starting with a letter or digit");
    }

    private static bool IsIdentifier(string name) =>
        name.Length is > 0 and <= 64 && !char.IsAsciiDigit(name[0]) && name.All(c => char.IsAsciiLetterOrDigit(c) || c == '_');

    private static void RefuseWith(Section section, int line, string key, string found, Refusal refusal)
    {
        if (refusal.Fields.Count == 0) section.Refuse(line, key, found, refusal.Detail);
        foreach (var field in refusal.Fields) section.Refuse(line, key, $"{field.Found} in {found}", field.Expected);
    }
}
