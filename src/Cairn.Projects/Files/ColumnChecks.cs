using Cairn.Data;
using Cairn.Projects.Yaml;

namespace Cairn.Projects.Files;

/// <summary>What cairn.yaml says of columns, held against the contract.</summary>
internal static class ColumnChecks
{
    private static readonly string[] Affirmative = ["yes", "true", "1", "y", "t", "churned", "positive", "won"];

    /// <summary>The contract with its target.</summary>
    public static Schema Target(Schema schema, Section target, string column, ref string? positive)
    {
        if (column.Length == 0) return schema;
        if (schema.Find(column) is not { } contract)
        {
            RefuseColumn(target, "column", column, schema);
            return schema;
        }

        if (schema.Target is { } inferred && inferred.Column == column) positive ??= inferred.Positive;
        var line = target.LineOf("column");
        if (contract.Nullable) target.Refuse(line, "column", $"'{column}', which may be missing by the schema", "a column known in every row (set nullable: false)");
        if (contract.Type is ColumnType.Text or ColumnType.Timestamp)
            target.Refuse(line, "column", $"'{column}' of type {contract.Type.ToString().ToLowerInvariant()}", "a column with two values: category, boolean or integer");
        if (contract.Categories is { } categories)
        {
            if (categories.Count != 2)
                target.Refuse(line, "column", $"'{column}' with {categories.Count} categories", "two: classification into two classes is what there is");
            positive ??= categories.FirstOrDefault(c => Affirmative.Contains(c.ToLowerInvariant(), StringComparer.Ordinal));
            if (positive is null)
                target.Refuse(target.Line, "positive", "no such key", $"the value that counts as 1: {string.Join(" or ", categories)}");
            else if (!categories.Contains(positive, StringComparer.Ordinal))
                target.Refuse(target.LineOf("positive"), "positive", $"'{positive}'", Section.OneOf(positive, categories));
        }
        else if (contract.Type == ColumnType.Category && positive is null)
        {
            target.Refuse(target.Line, "positive", "no such key", $"the value of '{column}' that counts as 1 (the schema lists no categories to choose from)");
        }

        if (positive is null && contract.Type is ColumnType.Boolean) positive = "true";
        if (positive is null && contract.Type is ColumnType.Integer or ColumnType.Number) positive = "1";
        return schema with { Target = new(column, positive ?? "") };
    }

    /// <summary>What a transform may read: known when a prediction is asked for, and neither the target nor the key.</summary>
    public static Dictionary<string, ExpressionType> Visible(Schema schema, string target) => schema.Columns
        .Where(c => c.AtPrediction && c.Name != target && c.Name != schema.Key && c.Type != ColumnType.Text)
        .ToDictionary(
            c => c.Name,
            c => c.Type switch
            {
                ColumnType.Boolean => ExpressionType.Boolean,
                ColumnType.Category => ExpressionType.Category,
                _ => ExpressionType.Number,
            },
            StringComparer.Ordinal);

    public static void RefuseColumn(Section section, string key, string column, Schema schema) =>
        section.Refuse(section.LineOf(key), key, $"no column '{column}' in the schema", Section.OneOf(column, [.. schema.Columns.Select(c => c.Name)]));
}
