namespace Cairn.Data.Engine;

/// <summary>Values and names inside a statement.</summary>
internal static class Sql
{
    public static string Text(string value) => $"'{value.Replace("'", "''", StringComparison.Ordinal)}'";

    public static string Name(string name) => $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    /// <summary>All 17 digits: the same double comes out.</summary>
    public static string Number(double value) => $"'{value:R}'::DOUBLE";
}
