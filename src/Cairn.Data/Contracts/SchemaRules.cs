using Cairn.Data.Naming;
using Cairn.Kernel;

namespace Cairn.Data.Contracts;

/// <summary>What a contract must be before data can be held against it.</summary>
internal static class SchemaRules
{
    public static Refusal? Broken(Schema schema)
    {
        ArgumentNullException.ThrowIfNull(schema);
        var problems = new List<FieldProblem>();
        if (schema.Columns.Count == 0) problems.Add(new("columns", "none", "at least one column"));
        foreach (var twice in schema.Columns.GroupBy(c => c.Name, StringComparer.OrdinalIgnoreCase).Where(g => g.Count() > 1))
            problems.Add(new($"columns.{twice.Key}", $"{twice.Count()} times", "names that differ in more than upper and lower case"));
        foreach (var column in schema.Columns)
        {
            var (numeric, at) = (column.Type is ColumnType.Number or ColumnType.Integer or ColumnType.Timestamp, $"columns.{column.Name}");
            if (string.IsNullOrWhiteSpace(column.Name)) problems.Add(new("columns", "a column without a name", "a name"));
            if (!numeric && (column.Min is not null || column.Max is not null)) problems.Add(new($"{at}.min", $"a range on {column.Type}", "a range on a number, integer or timestamp"));
            if (column.Min > column.Max) problems.Add(new($"{at}.min", $"{column.Min:R}", $"at most max, which is {column.Max:R}"));
            if (column.Min is { } min && !double.IsFinite(min)) problems.Add(new($"{at}.min", $"{min}", "a finite number"));
            if (column.Max is { } max && !double.IsFinite(max)) problems.Add(new($"{at}.max", $"{max}", "a finite number"));
            if (column.Type != ColumnType.Category && column.Categories is not null) problems.Add(new($"{at}.categories", $"categories on {column.Type}", "categories on a category"));
        }

        if (schema.Key is { } key && schema.Find(key) is null) problems.Add(new("key", $"'{key}'", $"a column. {NearestNames.Advice(key, schema.Columns.Select(c => c.Name))}"));
        if (schema.Target is { } target && schema.Find(target.Column) is null)
            problems.Add(new("target.column", $"'{target.Column}'", $"a column. {NearestNames.Advice(target.Column, schema.Columns.Select(c => c.Name))}"));
        return problems.Count == 0 ? null : new Refusal.Invalid("data.contract-invalid", $"The contract contradicts itself: {string.Join("; ", problems)}.") { Fields = problems };
    }
}
