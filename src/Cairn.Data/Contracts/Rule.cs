using Cairn.Data.Engine;

namespace Cairn.Data.Contracts;

/// <summary>One rule about the rows of one column.</summary>
/// <param name="Broken">SQL over a <see cref="TypedScan"/>: true for a row that breaks it.</param>
/// <param name="Shown">SQL: the value to show of such a row.</param>
/// <param name="Found">What was found, from the number of rows and the example values.</param>
internal sealed record Rule(string Column, string Name, string Broken, string Shown, string Expected, Func<long, IReadOnlyList<string?>, string> Found)
{
    /// <summary>The rules a contract means for rows. Whole-column ones (unique key, target classes) are added by <see cref="ContractCheck"/>.</summary>
    public static IEnumerable<Rule> Of(ColumnContract column, int index, bool mandatory)
    {
        var (text, value, wrong) = ($"t{index}", $"v{index}", $"w{index}");
        if (column.Type is not (ColumnType.Category or ColumnType.Text))
            yield return new(column.Name, "type", wrong, text, Describe(column.Type), (rows, examples) => $"{Rows(rows)} with values like {Quoted(examples)}");
        if (!column.Nullable || mandatory)
            yield return new(column.Name, "not-null", $"({value} IS NULL AND NOT {wrong})", text, "a value in every row", (rows, _) => $"{Rows(rows)} without a value");
        if (column.Type is not (ColumnType.Category or ColumnType.Text or ColumnType.Boolean) && (column.Min is not null || column.Max is not null))
        {
            var outside = string.Join(" OR ", new[] { column.Min is { } min ? $"{value} < {Sql.Number(min)}" : "", column.Max is { } max ? $"{value} > {Sql.Number(max)}" : "" }.Where(c => c.Length > 0));
            yield return new(column.Name, "range", $"coalesce({outside}, false)", text, Range(column), (rows, examples) => $"{Rows(rows)} with values like {Quoted(examples)}");
        }

        if (column.Type == ColumnType.Category && column.Categories is { } categories)
        {
            var known = categories.Count == 0 ? "true" : $"{value} NOT IN ({string.Join(", ", categories.Select(Sql.Text))})";
            yield return new(column.Name, "categories", $"coalesce({known}, false)", text, $"one of {List(categories)}", (rows, examples) => $"{Rows(rows)} with values like {Quoted(examples)}");
        }
    }

    public static string Describe(ColumnType type) => type switch
    {
        ColumnType.Number => "a finite number like 12.5 (decimal point, no thousands separator), or nothing",
        ColumnType.Integer => "a whole number of at most 9007199254740991 (what a double holds exactly), or nothing",
        ColumnType.Boolean => "true, false, yes, no, 1, 0, or nothing",
        ColumnType.Timestamp => "a date like 2017-10-01, 2017-10-01T08:30:00Z, 01.10.2017, or 10/31/2017 when the column shows which is the month",
        _ => "a text",
    };

    public static string Rows(long rows) => rows == 1 ? "1 row" : $"{rows} rows";

    public static string List(IReadOnlyList<string> values) =>
        string.Join(", ", values.Take(12).Select(v => $"'{v}'")) + (values.Count > 12 ? $" and {values.Count - 12} more" : "");

    public static string Quoted(IReadOnlyList<string?> values) => values.Count == 0 ? "none" : string.Join(", ", values.Distinct(StringComparer.Ordinal).Take(5).Select(v => v is null ? "nothing" : $"'{v}'"));

    private static string Range(ColumnContract column) => (column.Min, column.Max) switch
    {
        ({ } min, { } max) => $"{min:R} to {max:R}",
        ({ } min, null) => $"{min:R} or more",
        var (_, max) => $"{max:R} or less",
    };
}
