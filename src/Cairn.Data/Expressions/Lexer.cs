using System.Globalization;
using System.Text;

namespace Cairn.Data.Expressions;

internal enum TokenKind
{
    End,
    Number,
    Text,
    Name,
    QuotedName,
    Symbol,
    Bad,
}

/// <param name="Start">0 is the first character.</param>
/// <param name="Text">Of a name, text or symbol: its value. Of a bad token: what was expected instead.</param>
internal readonly record struct Token(TokenKind Kind, int Start, int End, string Text, double Number = 0)
{
    public bool Is(string symbolOrWord) => Kind is TokenKind.Symbol or TokenKind.Name && Text == symbolOrWord;
}

/// <summary>Cuts the text of an expression into tokens. A bad one is a token too, so that the parser reports it where it stands.</summary>
internal sealed class Lexer(string text)
{
    private static readonly HashSet<string> Reserved = new(StringComparer.Ordinal) { "and", "or", "not", "in", "true", "false" };

    private int _at;

    public static bool IsReserved(string name) => Reserved.Contains(name);

    /// <summary>True when a column of this name needs no back-ticks.</summary>
    public static bool IsPlainName(string name) => name.Length > 0 && StartsName(name[0]) && name.All(ContinuesName) && !IsReserved(name);

    public Token Next()
    {
        while (_at < text.Length && char.IsWhiteSpace(text[_at])) _at++;
        if (_at == text.Length) return new(TokenKind.End, _at, _at, "");

        var start = _at;
        var first = text[start];
        if (char.IsAsciiDigit(first) || (first == '.' && start + 1 < text.Length && char.IsAsciiDigit(text[start + 1]))) return Number(start);
        if (StartsName(first))
        {
            while (_at < text.Length && ContinuesName(text[_at])) _at++;
            return new(TokenKind.Name, start, _at, text[start.._at]);
        }

        if (first is '"' or '\'' or '`') return Quoted(start, first);

        var pair = start + 1 < text.Length ? text.Substring(start, 2) : "";
        if (pair is "==" or "!=" or "<=" or ">=") return Symbol(start, 2);
        var advice = pair switch
        {
            "&&" => "'and'",
            "||" => "'or'",
            "<>" => "'!='",
            "**" => "a product: powers are written x * x, or exp(y * log(x))",
            _ => first switch
            {
                '=' => "'==' (a single '=' does not compare)",
                '!' => "'not'",
                '&' => "'and'",
                '|' => "'or'",
                '^' => "a product: powers are written x * x, or exp(y * log(x))",
                '%' => "x - floor(x / y) * y",
                ';' => "','",
                _ => null,
            },
        };
        if (advice is not null)
        {
            _at += pair is "&&" or "||" or "<>" or "**" ? 2 : 1;
            return new(TokenKind.Bad, start, _at, advice);
        }

        return first is '+' or '-' or '*' or '/' or '<' or '>' or '(' or ')' or ',' ? Symbol(start, 1) : Bad(start, char.IsHighSurrogate(first) && start + 1 < text.Length ? 2 : 1);
    }

    private Token Symbol(int start, int length)
    {
        _at = start + length;
        return new(TokenKind.Symbol, start, _at, text[start.._at]);
    }

    private Token Bad(int start, int length)
    {
        _at = start + length;
        return new(TokenKind.Bad, start, _at, "a number, a text in quotes, a column, an operator or a function");
    }

    private Token Number(int start)
    {
        Digits();
        if (Here('.'))
        {
            _at++;
            Digits();
        }

        var beforeExponent = _at;
        if (Here('e') || Here('E'))
        {
            _at++;
            if (Here('+') || Here('-')) _at++;
            if (!Digits()) _at = beforeExponent;
        }

        if (_at < text.Length && (ContinuesName(text[_at]) || text[_at] == '.'))
        {
            while (_at < text.Length && (ContinuesName(text[_at]) || text[_at] == '.')) _at++;
            return new(TokenKind.Bad, start, _at, "a number like 12, 0.5 or 1e-3 (a column whose name starts with a digit stands in back-ticks)");
        }

        var value = double.Parse(text.AsSpan(start, _at - start), NumberStyles.Float, CultureInfo.InvariantCulture);
        return double.IsFinite(value)
            ? new(TokenKind.Number, start, _at, text[start.._at], value)
            : new(TokenKind.Bad, start, _at, "a number that a double can hold (up to 1.797e308)");
    }

    private bool Digits()
    {
        var before = _at;
        while (_at < text.Length && char.IsAsciiDigit(text[_at])) _at++;
        return _at > before;
    }

    private bool Here(char c) => _at < text.Length && text[_at] == c;

    private Token Quoted(int start, char quote)
    {
        var value = new StringBuilder();
        for (_at = start + 1; _at < text.Length; _at++)
        {
            if (text[_at] != quote)
            {
                value.Append(text[_at]);
            }
            else if (_at + 1 < text.Length && text[_at + 1] == quote)
            {
                value.Append(quote);
                _at++;
            }
            else
            {
                _at++;
                return new(quote == '`' ? TokenKind.QuotedName : TokenKind.Text, start, _at, value.ToString());
            }
        }

        return new(TokenKind.Bad, start, _at, $"a closing {quote} (a {quote} inside is written twice)");
    }

    private static bool StartsName(char c) => char.IsLetter(c) || c == '_';

    private static bool ContinuesName(char c) => char.IsLetterOrDigit(c) || c == '_' || char.GetUnicodeCategory(c) is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark;
}
