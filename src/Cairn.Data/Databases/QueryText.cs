using Cairn.Data.Engine;

namespace Cairn.Data.Databases;

/// <summary>A query of the user as a part of ours.</summary>
internal static class QueryText
{
    /// <summary>Behind FROM.</summary>
    public static string From(RowQuery query) => query.Table is { } table ? $"{Table(table)} AS q" : $"(\n{query.Query!.TrimEnd().TrimEnd(';')}\n) AS q"; // on lines of its own: it may end with a comment

    public static string Order(RowQuery query) => query.OrderBy is { } column ? $" ORDER BY q.{Sql.Name(column)}" : "";

    /// <summary>A name, with that of its schema before a dot, if need be.</summary>
    public static string Table(string name) => string.Join('.', name.Split('.', 2).Select(Sql.Name));
}
