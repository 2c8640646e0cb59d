namespace Cairn.Tracking.Search;

/// <summary>What stands right of a comparator.</summary>
internal enum ValueKind
{
    /// <summary>In single or double quotes.</summary>
    Text,
    Number,

    /// <summary>A list of texts in parentheses.</summary>
    List,

    /// <summary>A word without quotes, or in back ticks.</summary>
    Bare,
}

/// <param name="Entity">Null: there was no dot.</param>
/// <param name="Comparator">In capitals: <c>=</c>, <c>ILIKE</c>, <c>NOT IN</c>.</param>
/// <param name="Raw">The value as it stood there.</param>
/// <param name="Texts">The value without quotes; of a list, all of them.</param>
/// <param name="Start">Where in the filter it begins.</param>
internal sealed record FilterClause(string? Entity, string Key, string Comparator, ValueKind Kind, string Raw, IReadOnlyList<string> Texts, int Start)
{
    public string Text => Texts[0];

    public FilterException Wrong(string message) => new(message, Start);
}

/// <summary>
/// The grammar of all searches: clauses joined by AND, each an identifier, a comparator and a value. No OR, no parentheses, no NOT before
/// a clause. An AND at the end is taken, as MLflow takes it.
/// </summary>
internal static class FilterText
{
    private const int Longest = 20_000, MostClauses = 100;

    public static IReadOnlyList<FilterClause> Parse(string? filter)
    {
        if (string.IsNullOrWhiteSpace(filter)) return [];
        if (filter.Length > Longest) throw new FilterException($"The filter has {filter.Length} characters; {Longest} are allowed.");

        var tokens = FilterTokens.Of(filter);
        var clauses = new List<FilterClause>();
        for (var at = 0; at < tokens.Count;)
        {
            clauses.Add(Clause(filter, tokens, ref at));
            if (clauses.Count > MostClauses) throw new FilterException($"The filter has more than {MostClauses} clauses.");
            if (at == tokens.Count) break;
            if (!tokens[at].IsWord("AND")) throw Invalid([tokens[at].Raw], tokens[at].Start);
            at++;
        }

        return clauses;
    }

    /// <summary>An item of an <c>order_by</c>.</summary>
    public static (string? Entity, string Key, bool Descending) ParseOrder(string? item)
    {
        var tokens = string.IsNullOrWhiteSpace(item) || item.Length > Longest ? [] : FilterTokens.Of(item);
        if (tokens is not [{ IsIdentifier: true }, ..] || tokens.Count > 2 || (tokens.Count == 2 && !tokens[1].IsWord("ASC") && !tokens[1].IsWord("DESC")))
            throw new FilterException($"Invalid ordering key in order_by clause '{item}'.");
        var (entity, key) = Identifier(tokens[0]);
        return (entity, key, tokens.Count == 2 && tokens[1].IsWord("DESC"));
    }

    private static FilterClause Clause(string filter, IReadOnlyList<FilterToken> tokens, ref int at)
    {
        var start = at;
        if (tokens[at].Kind == TokenKind.Open) throw Invalid([filter[tokens[at].Start..].Trim()], tokens[at].Start);
        if (tokens[at].IsWord("NOT")) throw Invalid([tokens[at].Raw], tokens[at].Start);
        if (!tokens[at].IsIdentifier) throw Rest(tokens, start);
        var (entity, key) = Identifier(tokens[at++]);

        var comparator = Comparator(tokens, ref at) ?? throw Rest(tokens, start);
        if (at == tokens.Count) throw Rest(tokens, start);
        var value = tokens[at++];
        switch (value.Kind)
        {
            case TokenKind.Text: return new(entity, key, comparator, ValueKind.Text, value.Raw, [value.Raw[1..^1]], tokens[start].Start);
            case TokenKind.Number: return new(entity, key, comparator, ValueKind.Number, value.Raw, [value.Raw], tokens[start].Start);
            case TokenKind.Word: return new(entity, key, comparator, ValueKind.Bare, value.Raw, [value.Raw], tokens[start].Start);
            case TokenKind.Open:
                var texts = new List<string>();
                while (at < tokens.Count && tokens[at].Kind == TokenKind.Text)
                {
                    texts.Add(tokens[at++].Raw[1..^1]);
                    if (at == tokens.Count || tokens[at].Kind != TokenKind.Comma) break;
                    at++;
                }

                if (texts.Count == 0 || at == tokens.Count || tokens[at].Kind != TokenKind.Close)
                    throw new FilterException($"While parsing a list in the query, expected a non-empty list of string values, but got {filter[value.Start..].Trim()}", value.Start);
                var end = tokens[at++].Start + 1;
                return new(entity, key, comparator, ValueKind.List, filter[value.Start..end], texts, tokens[start].Start);
            default: throw Rest(tokens, start);
        }
    }

    private static string? Comparator(IReadOnlyList<FilterToken> tokens, ref int at)
    {
        if (at == tokens.Count) return null;
        var token = tokens[at];
        if (token.Kind == TokenKind.Operator || token.IsWord("LIKE") || token.IsWord("ILIKE") || token.IsWord("IN"))
        {
            at++;
            return token.Raw.ToUpperInvariant();
        }

        if (!token.IsWord("NOT") || at + 1 == tokens.Count || !tokens[at + 1].IsWord("IN")) return null;
        at += 2;
        return "NOT IN";
    }

    /// <summary>The first dot splits; either side may be in back ticks or double quotes.</summary>
    private static (string? Entity, string Key) Identifier(FilterToken token)
    {
        var raw = token.Raw;
        var from = raw[0] is '`' or '"' ? raw.IndexOf(raw[0], 1) + 1 : 0;
        var dot = raw.IndexOf('.', from);
        return dot < 0 ? (null, Unquoted(raw)) : (Unquoted(raw[..dot]), Unquoted(raw[(dot + 1)..]));
    }

    private static string Unquoted(string text) => text.Length >= 2 && text[0] is '`' or '"' && text[^1] == text[0] ? text[1..^1] : text;

    private static FilterException Rest(IReadOnlyList<FilterToken> tokens, int start) =>
        Invalid([tokens[start].Raw, .. tokens.Skip(start + 1).TakeWhile(token => !token.IsWord("AND")).Select(token => token.Raw)], tokens[start].Start);

    private static FilterException Invalid(IEnumerable<string> tokens, int place) =>
        new($"Invalid clause(s) in filter string: {string.Join(", ", tokens.Select(token => $"'{token}'"))}", place);
}
