using Cairn.Tracking.Mlflow.Protocol;

namespace Cairn.Tracking.Mlflow.Search;

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
internal sealed record FilterClause(string? Entity, string Key, string Comparator, ValueKind Kind, string Raw, IReadOnlyList<string> Texts)
{
    public string Text => Texts[0];
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
        if (filter.Length > Longest) throw MlflowException.Invalid($"The filter has {filter.Length} characters; {Longest} are allowed.");

        var tokens = FilterTokens.Of(filter);
        var clauses = new List<FilterClause>();
        for (var at = 0; at < tokens.Count;)
        {
            clauses.Add(Clause(filter, tokens, ref at));
            if (clauses.Count > MostClauses) throw MlflowException.Invalid($"The filter has more than {MostClauses} clauses.");
            if (at == tokens.Count) break;
            if (!tokens[at].IsWord("AND")) throw Invalid([tokens[at].Raw]);
            at++;
        }

        return clauses;
    }

    /// <summary>An item of an <c>order_by</c>.</summary>
    public static (string? Entity, string Key, bool Descending) ParseOrder(string? item)
    {
        var tokens = string.IsNullOrWhiteSpace(item) || item.Length > Longest ? [] : FilterTokens.Of(item);
        if (tokens is not [{ IsIdentifier: true }, ..] || tokens.Count > 2 || (tokens.Count == 2 && !tokens[1].IsWord("ASC") && !tokens[1].IsWord("DESC")))
            throw MlflowException.Invalid($"Invalid ordering key in order_by clause '{item}'.");
        var (entity, key) = Identifier(tokens[0]);
        return (entity, key, tokens.Count == 2 && tokens[1].IsWord("DESC"));
    }

    private static FilterClause Clause(string filter, IReadOnlyList<FilterToken> tokens, ref int at)
    {
        var start = at;
        if (tokens[at].Kind == TokenKind.Open) throw Invalid([filter[tokens[at].Start..].Trim()]);
        if (tokens[at].IsWord("NOT")) throw Invalid([tokens[at].Raw]);
        if (!tokens[at].IsIdentifier) throw Rest(tokens, start);
        var (entity, key) = Identifier(tokens[at++]);

        var comparator = Comparator(tokens, ref at) ?? throw Rest(tokens, start);
        if (at == tokens.Count) throw Rest(tokens, start);
        var value = tokens[at++];
        switch (value.Kind)
        {
            case TokenKind.Text: return new(entity, key, comparator, ValueKind.Text, value.Raw, [value.Raw[1..^1]]);
            case TokenKind.Number: return new(entity, key, comparator, ValueKind.Number, value.Raw, [value.Raw]);
            case TokenKind.Word: return new(entity, key, comparator, ValueKind.Bare, value.Raw, [value.Raw]);
            case TokenKind.Open:
                var texts = new List<string>();
                while (at < tokens.Count && tokens[at].Kind == TokenKind.Text)
                {
                    texts.Add(tokens[at++].Raw[1..^1]);
                    if (at == tokens.Count || tokens[at].Kind != TokenKind.Comma) break;
                    at++;
                }

                if (texts.Count == 0 || at == tokens.Count || tokens[at].Kind != TokenKind.Close)
                    throw MlflowException.Invalid($"While parsing a list in the query, expected a non-empty list of string values, but got {filter[value.Start..].Trim()}");
                var end = tokens[at++].Start + 1;
                return new(entity, key, comparator, ValueKind.List, filter[value.Start..end], texts);
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

    private static MlflowException Rest(IReadOnlyList<FilterToken> tokens, int start) => Invalid([tokens[start].Raw, .. tokens.Skip(start + 1).TakeWhile(token => !token.IsWord("AND")).Select(token => token.Raw)]);

    private static MlflowException Invalid(IEnumerable<string> tokens) => MlflowException.Invalid($"Invalid clause(s) in filter string: {string.Join(", ", tokens.Select(token => $"'{token}'"))}");
}
