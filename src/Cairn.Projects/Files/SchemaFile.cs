using System.Text;
using Cairn.Data;
using Cairn.Kernel;
using Cairn.Projects.Yaml;

namespace Cairn.Projects.Files;

/// <summary>schema.yaml: the contract of the source, one line for each column. Written once by init, then owned by the user.</summary>
internal static class SchemaFile
{
    private static readonly string[] Types = [.. Enum.GetNames<ColumnType>().Select(n => n.ToLowerInvariant())];

    /// <summary>Null when there are no columns at all.</summary>
    public static Schema? Read(string name, string text, List<FieldProblem> problems)
    {
        var file = new YamlFile(name, problems);
        if (file.Read(text) is not { } root) return null;
        var section = root.Map("columns");
        root.NoOtherKeys();
        if (section.Entries.Count == 0)
        {
            if (!root.Has("columns")) root.Refuse(root.Line, "columns", "no such key", "the columns of the source, by name");
            return null;
        }

        var columns = new List<ColumnContract>();
        string? key = null;
        foreach (var (column, line, value) in section.Entries)
        {
            if (value is Scalar { IsNull: false } type)
            {
                columns.Add(new(column, TypeOf(section, line, column, type.Text)));
                continue;
            }

            var keys = section.Map(column);
            columns.Add(ReadColumn(keys, column));
            if (keys.Flag("key") is true)
            {
                if (key is not null) keys.Refuse(keys.LineOf("key"), "key", "a second key column", $"one: '{key}' is marked already");
                key ??= column;
                if (columns[^1].Nullable) keys.Refuse(keys.LineOf("key"), "key", "a key that may be missing", "nullable: false");
            }

            keys.NoOtherKeys();
        }

        return new(columns, key);
    }

    /// <summary>Every key that a column may carry.</summary>
    public static IReadOnlyCollection<string> KnownKeys()
    {
        var file = new YamlFile("schema.yaml", []);
        var section = new Section(file, "", new([], 1));
        ReadColumn(section, "x");
        section.Flag("key");
        return file.Known;
    }

    private static ColumnContract ReadColumn(Section keys, string column)
    {
        var type = keys.RequiredText("type", Section.OneOf("", Types)) is { Length: > 0 } written ? TypeOf(keys, keys.LineOf("type"), "type", written) : ColumnType.Text;
        var min = keys.Number("min", double.NegativeInfinity, double.PositiveInfinity);
        var max = keys.Number("max", double.NegativeInfinity, double.PositiveInfinity);
        if (min > max) keys.Refuse(keys.LineOf("min"), "min", $"{min}, above max", $"at most {max}");
        if (type is not (ColumnType.Number or ColumnType.Integer))
        {
            foreach (var bound in (string[])["min", "max"])
            {
                if (keys.Has(bound)) keys.Refuse(keys.LineOf(bound), bound, $"a bound of a {type.ToString().ToLowerInvariant()}", "bounds on numbers and integers only");
            }
        }

        var categories = keys.Texts("categories")?.Select(c => c.Text).ToList();
        if (type == ColumnType.Category && categories is null or [])
            keys.Refuse(keys.Line, "categories", "none", "the values of a category, for example [No, Yes]; free text is type: text");
        if (type != ColumnType.Category && categories is not null)
            keys.Refuse(keys.LineOf("categories"), "categories", $"categories of a {type.ToString().ToLowerInvariant()}", "type: category, or not this key");
        if (categories?.GroupBy(c => c, StringComparer.Ordinal).FirstOrDefault(g => g.Count() > 1) is { } twice)
            keys.Refuse(keys.LineOf("categories"), "categories", $"'{twice.Key}' twice", "each value once");

        return new(
            column, type, keys.Flag("nullable") ?? false, min, max, type == ColumnType.Category ? categories : null,
            keys.Flag("pii") ?? false, keys.Flag("at_prediction") ?? true);
    }

    private static ColumnType TypeOf(Section section, int line, string key, string written)
    {
        if (Enum.TryParse<ColumnType>(written, ignoreCase: true, out var type) && Types.Contains(written, StringComparer.Ordinal)) return type;
        section.Refuse(line, key, $"'{written}'", Section.OneOf(written, Types));
        return ColumnType.Text;
    }

    /// <summary>The file for a contract, columns aligned for reading.</summary>
    public static string Write(Schema schema, string source)
    {
        var text = new StringBuilder()
            .AppendLine($"# The contract of {YamlWriter.Text(source)}: every snapshot is checked against it, every model carries it. It is yours to edit.")
            .AppendLine("# type: number | integer | boolean | category | text (carried, never a feature) | timestamp")
            .AppendLine("# nullable: may be missing      min, max: bounds of numbers      categories: the values there are")
            .AppendLine("# key: names a row, unique      pii: personal data      at_prediction: false = not known when a prediction is asked for, never a feature")
            .AppendLine("columns:");
        var width = schema.Columns.Max(c => YamlWriter.Text(c.Name).Length) + 1;
        foreach (var column in schema.Columns)
        {
            var parts = new List<string> { $"type: {column.Type.ToString().ToLowerInvariant()}" };
            if (column.Name == schema.Key) parts.Add("key: true");
            if (column.Nullable) parts.Add("nullable: true");
            if (column.Min is { } min) parts.Add($"min: {YamlWriter.Number(min)}");
            if (column.Max is { } max) parts.Add($"max: {YamlWriter.Number(max)}");
            if (column.Categories is { } categories) parts.Add($"categories: [{string.Join(", ", categories.Select(YamlWriter.Text))}]");
            if (column.Pii) parts.Add("pii: true");
            if (!column.AtPrediction) parts.Add("at_prediction: false");
            text.AppendLine($"  {(YamlWriter.Text(column.Name) + ":").PadRight(width)} {{ {string.Join(", ", parts)} }}");
        }

        return text.ToString();
    }
}
