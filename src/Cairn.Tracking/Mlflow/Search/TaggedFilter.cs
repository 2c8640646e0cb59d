using Cairn.Tracking.Search;

namespace Cairn.Tracking.Mlflow.Search;

internal enum AttributeKind
{
    Text,

    /// <summary>A text that may be one of a list.</summary>
    Id,
    Number,
    Time,
}

/// <summary>What may be asked of things that have attributes and tags: experiments, registered models, model versions.</summary>
/// <param name="TagExists">Of one tag <c>f</c> of the thing, without its closing parenthesis.</param>
/// <param name="Orders">Columns by the names that <c>order_by</c> takes.</param>
/// <param name="Ties">What decides between equals.</param>
/// <param name="Unasked">The order when none is asked for; null: that of the ties.</param>
internal sealed record TaggedFilter(
    IReadOnlyDictionary<string, (string Column, AttributeKind Kind)> Attributes, string TagExists, IReadOnlyDictionary<string, string> Orders, string Ties, string? Unasked = null)
{
    public IReadOnlyList<string> Conditions(IReadOnlyList<FilterClause> clauses, ClauseSql sql) => [.. clauses.Select(clause => Condition(clause, sql))];

    public string OrderBy(IReadOnlyList<string> items)
    {
        if (items.Count == 0) return Unasked ?? Ties;
        var order = new List<string>();
        foreach (var item in items)
        {
            var (entity, key, descending) = FilterText.ParseOrder(item);
            CheckAttribute(entity);
            if (!Orders.TryGetValue(key, out var column)) throw RunFilter.NoAttribute(key, Orders.Keys);
            order.Add($"{column} {(descending ? "DESC" : "ASC")}");
        }

        return string.Join(", ", [.. order, Ties]);
    }

    private string Condition(FilterClause clause, ClauseSql sql)
    {
        if (clause.Entity is "tag" or "tags") return $"{TagExists} AND f.key = {sql.Add(clause.Key)} AND {sql.Text("f.value", clause, "tag")})";
        CheckAttribute(clause.Entity);
        if (!Attributes.TryGetValue(clause.Key, out var attribute)) throw RunFilter.NoAttribute(clause.Key, Attributes.Keys);
        var (column, kind) = attribute;
        if (kind != AttributeKind.Id && clause.Comparator is "IN" or "NOT IN") ClauseSql.Check(clause, ["=", "!=", "LIKE", "ILIKE"]);
        return kind switch
        {
            AttributeKind.Number => sql.Number(column, clause, $"numeric attribute: {clause.Key}"),
            AttributeKind.Time => sql.Time(column, clause),
            _ => sql.Text(column, clause, "attribute", lists: kind == AttributeKind.Id),
        };
    }

    private static void CheckAttribute(string? entity)
    {
        if (entity is not (null or "attribute" or "attributes" or "attr"))
            throw new FilterException($"Invalid entity type '{entity}'. Valid values are ['tag', 'attribute']");
    }
}
