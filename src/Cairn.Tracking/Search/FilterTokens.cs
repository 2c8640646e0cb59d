namespace Cairn.Tracking.Search;

internal enum TokenKind
{
    /// <summary>An identifier or a keyword; parts of it may be in back ticks or double quotes.</summary>
    Word,
    Text,
    Number,
    Operator,
    Open,
    Close,
    Comma,
    Other,
}

internal readonly record struct FilterToken(TokenKind Kind, string Raw, int Start)
{
    /// <value>A text in double quotes may be one: which it is depends on where it stands.</value>
    public bool IsIdentifier => Kind == TokenKind.Word || (Kind == TokenKind.Text && Raw[0] == '"');

    public bool IsWord(string word) => Kind == TokenKind.Word && Raw.Equals(word, StringComparison.OrdinalIgnoreCase);
}

/// <summary>Splits a filter. Blanks separate and mean nothing.</summary>
internal static class FilterTokens
{
    public static IReadOnlyList<FilterToken> Of(string text)
    {
        var tokens = new List<FilterToken>();
        for (var at = 0; at < text.Length;)
        {
            if (char.IsWhiteSpace(text[at]))
            {
                at++;
                continue;
            }

            var (kind, length) = Next(text, at);
            tokens.Add(new(kind, text.Substring(at, length), at));
            at += length;
        }

        return tokens;
    }

    private static (TokenKind Kind, int Length) Next(string text, int at)
    {
        switch (text[at])
        {
            case '(': return (TokenKind.Open, 1);
            case ')': return (TokenKind.Close, 1);
            case ',': return (TokenKind.Comma, 1);
            case '\'': return (TokenKind.Text, Quoted(text, at));
            case '=' or '!' or '<' or '>': return (TokenKind.Operator, at + 1 < text.Length && text[at + 1] is '=' or '>' ? 2 : 1);
            case '"' when Quoted(text, at) is var quoted && (at + quoted == text.Length || text[at + quoted] != '.'): return (TokenKind.Text, quoted);
        }

        if (Number(text, at) is > 0 and var number && (at + number == text.Length || !IsOfWord(text[at + number]))) return (TokenKind.Number, number);
        var end = at;
        while (end < text.Length)
        {
            if (text[end] is '`' or '"') end += Quoted(text, end);
            else if (IsOfWord(text[end])) end++;
            else break;
        }

        return end > at ? (TokenKind.Word, end - at) : (TokenKind.Other, 1);
    }

    private static bool IsOfWord(char c) => char.IsLetterOrDigit(c) || char.IsSurrogate(c) || c is '_' or '.' or '-' or ':' or '/' or '$' or '@';

    /// <summary>There is no escape inside: a text with one kind of quote is put into the other kind. A doubled quote ends nothing, and stays doubled.</summary>
    private static int Quoted(string text, int at)
    {
        for (var end = text.IndexOf(text[at], at + 1); end > 0; end = text.IndexOf(text[at], end + 2))
        {
            if (end + 1 == text.Length || text[end + 1] != text[at]) return end - at + 1;
            if (end + 2 >= text.Length) break;
        }

        throw new FilterException($"Invalid clause(s) in filter string: {text[at..]} has no end: its closing {text[at]} is missing.", at);
    }

    private static int Number(string text, int start)
    {
        var at = start;
        if (text[at] is '+' or '-') at++;
        var digits = 0;
        for (; at < text.Length && (char.IsAsciiDigit(text[at]) || text[at] == '.'); at++) if (text[at] != '.') digits++;
        if (digits == 0) return 0;
        if (at < text.Length && text[at] is 'e' or 'E')
        {
            var exponent = at + 1;
            if (exponent < text.Length && text[exponent] is '+' or '-') exponent++;
            if (exponent < text.Length && char.IsAsciiDigit(text[exponent]))
            {
                for (at = exponent; at < text.Length && char.IsAsciiDigit(text[at]);) at++;
            }
        }

        return double.TryParse(text.AsSpan(start, at - start), System.Globalization.NumberStyles.Float, System.Globalization.CultureInfo.InvariantCulture, out _) ? at - start : 0;
    }
}
