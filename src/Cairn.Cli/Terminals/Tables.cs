using Spectre.Console;

namespace Cairn.Cli.Terminals;

/// <summary>Tables in one look. Cells are text, never markup.</summary>
internal static class Tables
{
    public static Table New(params ReadOnlySpan<string> headers)
    {
        var table = new Table { Border = TableBorder.Simple };
        foreach (var header in headers)
        {
            var number = header.StartsWith('#');
            var column = new TableColumn(new Text(number ? header[1..] : header, new Style(decoration: Decoration.Bold))) { NoWrap = true };
            table.AddColumn(number ? column.RightAligned() : column);
        }

        return table;
    }

    public static Table With(this Table table, params IEnumerable<string> cells) => table.AddRow(cells.Select(c => new Text(c)));

    /// <summary>Names and values, for one thing.</summary>
    public static Grid Facts(params IEnumerable<(string Name, string? Value)> facts)
    {
        var grid = new Grid().AddColumn(new GridColumn { NoWrap = true, Padding = new Padding(0, 0, 3, 0) }).AddColumn();
        foreach (var (name, value) in facts)
            if (!string.IsNullOrEmpty(value)) grid.AddRow(new Text(name, new Style(decoration: Decoration.Dim)), new Text(value));
        return grid;
    }
}
