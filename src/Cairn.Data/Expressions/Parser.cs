using Cairn.Data.Naming;
using Cairn.Kernel;

namespace Cairn.Data.Expressions;

/// <summary>Recursive descent with types checked on the way. A method that answers null has set the refusal.</summary>
internal sealed class Parser
{
    public const int LongestText = 10_000;

    /// <summary>Nested parentheses, calls and signs.</summary>
    public const int DeepestNesting = 100;

    /// <summary>A chain a + b + c … is a tree as high as it is long.</summary>
    public const int HighestTree = 1_000;

    private const string Operand = "a number, a text in quotes, a column, a function or '('";

    private readonly string _text;
    private readonly IReadOnlyDictionary<string, ExpressionType> _columns;
    private readonly Lexer _lexer;
    private Token _next;
    private int _nesting;
    private Refusal? _refusal;

    private Parser(string text, IReadOnlyDictionary<string, ExpressionType> columns)
    {
        (_text, _columns, _lexer) = (text, columns, new Lexer(text));
        _next = _lexer.Next();
    }

    public static Answer<Node> Parse(string text, IReadOnlyDictionary<string, ExpressionType> columns)
    {
        if (text.Length > LongestText)
            return Refuse(text, 0, $"{text.Length} characters", $"at most {LongestText}; split it into several transforms");
        var parser = new Parser(text, columns);
        var node = parser.Or();
        if (node is not null && parser._next.Kind != TokenKind.End) parser.Unexpected(parser.Leftover());
        return parser._refusal is { } refusal ? refusal : node!;
    }

    private Node? Or() => Chain(And, ExpressionType.Boolean, (Operation.Or, "or"));

    private Node? And() => Chain(Not, ExpressionType.Boolean, (Operation.And, "and"));

    private Node? Not()
    {
        if (!_next.Is("not")) return Comparison();
        return Nested(() =>
        {
            Advance();
            var start = _next.Start;
            return Not() is { } operand && Demand(operand, start, ExpressionType.Boolean, "not") ? Build(start, Operation.Not, ExpressionType.Boolean, operand) : null;
        });
    }

    private Node? Comparison()
    {
        var start = _next.Start;
        if (Sum() is not { } left) return null;
        var negated = _next.Is("not");
        if (negated)
        {
            Advance();
            if (!_next.Is("in")) return Unexpected("'in' after 'not' (a negated condition is written not x == y)");
        }

        if (_next.Is("in")) return Membership(left, start, negated);
        if (Comparator(_next) is not { } operation) return left;

        var symbol = Advance();
        var rightStart = _next.Start;
        if (Sum() is not { } right) return null;
        if (Comparator(_next) is not null || _next.Is("in")) return Unexpected("'and': comparisons do not chain, write a < b and b < c");
        if (left.Type != right.Type)
            return Fail(rightStart, $"a {Word(right.Type)}", $"a {Word(left.Type)}, like the left side of {symbol.Text}");
        if (left.Type != ExpressionType.Number && operation is not (Operation.Equal or Operation.NotEqual))
            return Fail(symbol.Start, $"{symbol.Text} between two {Plural(left.Type)}", "== or !=: only numbers have an order");
        if (left.Type == ExpressionType.Category && left is not TextLiteral && right is not TextLiteral)
            return Fail(rightStart, "a second category that is not a literal", "a text in quotes: two category columns number their values separately, so they are compared with literals only");
        return Build(start, operation, ExpressionType.Boolean, left, right);
    }

    private Node? Membership(Node value, int start, bool negated)
    {
        if (value.Type == ExpressionType.Boolean) return Fail(start, "a boolean before 'in'", "a number or a category; a boolean is used as it stands");
        Advance();
        if (!Take("(")) return null;
        var arguments = new List<Node> { value };
        do
        {
            var itemStart = _next.Start;
            var minus = _next.Is("-");
            if (minus) Advance();
            Node? literal = _next.Kind switch
            {
                TokenKind.Number => new NumberLiteral(minus ? -_next.Number : _next.Number),
                TokenKind.Text when !minus => new TextLiteral(_next.Text),
                _ => null,
            };
            if (literal is null) return Unexpected(value.Type == ExpressionType.Number ? "a number" : "a text in quotes");
            if (literal.Type != value.Type) return Fail(itemStart, $"a {Word(literal.Type)}", $"a {Word(value.Type)}, like the value before 'in'");
            arguments.Add(literal);
            Advance();
        }
        while (TakeIf(","));
        if (!Take(")")) return null;
        var found = Build(start, Operation.In, ExpressionType.Boolean, [.. arguments]);
        return negated && found is not null ? Build(start, Operation.Not, ExpressionType.Boolean, found) : found;
    }

    private Node? Sum() => Chain(Product, ExpressionType.Number, (Operation.Add, "+"), (Operation.Subtract, "-"));

    private Node? Product() => Chain(Sign, ExpressionType.Number, (Operation.Multiply, "*"), (Operation.Divide, "/"));

    private Node? Sign()
    {
        if (!_next.Is("-")) return Primary();
        return Nested(() =>
        {
            Advance();
            var start = _next.Start;
            return Sign() is { } operand && Demand(operand, start, ExpressionType.Number, "-") ? Build(start, Operation.Negate, ExpressionType.Number, operand) : null;
        });
    }

    private Node? Primary()
    {
        var token = _next;
        switch (token.Kind)
        {
            case TokenKind.Number:
                Advance();
                return new NumberLiteral(token.Number);
            case TokenKind.Text:
                Advance();
                return new TextLiteral(token.Text);
            case TokenKind.QuotedName:
                Advance();
                return ColumnNamed(token);
            case TokenKind.Name when token.Text is "true" or "false":
                Advance();
                return new BooleanLiteral(token.Text == "true");
            case TokenKind.Name when !Lexer.IsReserved(token.Text):
                Advance();
                return _next.Is("(") ? Nested(() => Call(token)) : ColumnNamed(token);
            case TokenKind.Symbol when token.Text == "(":
                return Nested(() =>
                {
                    Advance();
                    return Or() is { } inner && Take(")") ? inner : null;
                });
            default:
                return Unexpected(Operand);
        }
    }

    private Node? ColumnNamed(Token token)
    {
        if (_columns.TryGetValue(token.Text, out var type)) return new Column(token.Text, type);
        var advice = token.Text.ToLowerInvariant() switch
        {
            "and" or "or" or "not" or "in" or "true" or "false" when token.Kind == TokenKind.Name => $"'{token.Text.ToLowerInvariant()}' in lower case",
            "null" or "none" or "nan" or "missing" when token.Kind == TokenKind.Name => "is_null(x) to ask whether a value is missing",
            _ => $"a column. {NearestNames.Advice(token.Text, _columns.Keys.Order(StringComparer.Ordinal))}",
        };
        return Fail(token.Start, $"'{token.Text}'", advice);
    }

    private Node? Call(Token name)
    {
        if (!Operations.Functions.TryGetValue(name.Text, out var function))
            return Fail(name.Start, $"'{name.Text}('", $"a function. {NearestNames.Advice(name.Text, Operations.Functions.Keys)}");
        Advance();
        var arguments = new List<Node>();
        var starts = new List<int>();
        if (!_next.Is(")"))
        {
            do
            {
                starts.Add(_next.Start);
                if (Or() is not { } argument) return null;
                arguments.Add(argument);
            }
            while (TakeIf(","));
        }

        if (!Take(")")) return null;
        var (least, most) = Operations.Arity(function);
        if (arguments.Count < least || arguments.Count > most)
            return Fail(name.Start, $"{name.Text} with {arguments.Count} {(arguments.Count == 1 ? "argument" : "arguments")}", least == most ? $"{least}" : $"{least} to {most}");
        return TypeOf(function, name.Text, arguments, starts) is { } type ? Build(name.Start, function, type, [.. arguments]) : null;
    }

    private ExpressionType? TypeOf(Operation function, string name, List<Node> arguments, List<int> starts)
    {
        if (function == Operation.IsNull) return ExpressionType.Boolean;
        if (function is Operation.If or Operation.Coalesce)
        {
            var first = function == Operation.If ? 1 : 0;
            if (first == 1 && !Demand(arguments[0], starts[0], ExpressionType.Boolean, "the condition of if")) return null;
            for (var i = first + 1; i < arguments.Count; i++)
            {
                if (arguments[i].Type == arguments[first].Type) continue;
                Fail(starts[i], $"a {Word(arguments[i].Type)}", $"a {Word(arguments[first].Type)}: the alternatives of {name} have one type");
                return null;
            }

            return arguments[first].Type;
        }

        for (var i = 0; i < arguments.Count; i++)
        {
            if (!Demand(arguments[i], starts[i], ExpressionType.Number, name)) return null;
        }

        return ExpressionType.Number;
    }

    private Node? Chain(Func<Node?> operand, ExpressionType type, params ReadOnlySpan<(Operation Operation, string Symbol)> operations)
    {
        var start = _next.Start;
        var left = operand();
        while (left is not null && Match(operations) is { } operation)
        {
            var symbol = Advance();
            if (!Demand(left, start, type, symbol.Text)) return null;
            var rightStart = _next.Start;
            if (operand() is not { } right || !Demand(right, rightStart, type, symbol.Text)) return null;
            left = Build(start, operation, type, left, right);
        }

        return left;
    }

    private Operation? Match(ReadOnlySpan<(Operation Operation, string Symbol)> operations)
    {
        foreach (var (operation, symbol) in operations)
        {
            if (_next.Is(symbol)) return operation;
        }

        return null;
    }

    private Apply? Build(int start, Operation operation, ExpressionType type, params Node[] arguments)
    {
        var node = new Apply(operation, arguments, type);
        if (node.Height <= HighestTree) return node;
        Fail(start, $"a chain of more than {HighestTree} operations", $"at most {HighestTree}; split it into several transforms");
        return null;
    }

    private Node? Nested(Func<Node?> inner)
    {
        if (_nesting == DeepestNesting) return Fail(_next.Start, $"more than {DeepestNesting} levels of nesting", $"at most {DeepestNesting}; split it into several transforms");
        _nesting++;
        var node = inner();
        _nesting--;
        return node;
    }

    private bool Demand(Node node, int start, ExpressionType type, string by)
    {
        if (node.Type == type) return true;
        var advice = (node.Type, type) switch
        {
            (ExpressionType.Boolean, ExpressionType.Number) => "; write if(x, 1, 0)",
            (ExpressionType.Number, ExpressionType.Boolean) => "; write x != 0",
            (ExpressionType.Category, _) => "; compare it: x == \"text\"",
            _ => "",
        };
        Fail(start, $"a {Word(node.Type)}", $"a {Word(type)} for {by}{advice}");
        return false;
    }

    private Token Advance()
    {
        var token = _next;
        _next = _lexer.Next();
        return token;
    }

    private bool TakeIf(string symbol)
    {
        if (!_next.Is(symbol)) return false;
        Advance();
        return true;
    }

    private bool Take(string symbol)
    {
        if (TakeIf(symbol)) return true;
        Unexpected(symbol == ")" ? "')' or an operator" : $"'{symbol}'");
        return false;
    }

    private string Leftover() => _next.Is(")") ? "no ')' here: it closes nothing" : "an operator or the end";

    private Node? Unexpected(string expected) => _next.Kind switch
    {
        TokenKind.End => Fail(_next.Start, _text.AsSpan().Trim().IsEmpty ? "nothing" : "the end of the expression", expected),
        TokenKind.Bad => Fail(_next.Start, Excerpt(), _next.Text),
        _ => Fail(_next.Start, Excerpt(), expected),
    };

    private string Excerpt()
    {
        var length = Math.Min(_next.End - _next.Start, 40);
        return $"'{_text.AsSpan(_next.Start, length)}{(length < _next.End - _next.Start ? "…" : "")}'";
    }

    private Node? Fail(int position, string found, string expected)
    {
        _refusal ??= Refuse(_text, position, found, expected);
        return null;
    }

    private static Refusal.Invalid Refuse(string text, int position, string found, string expected)
    {
        var shown = text.Length <= 200 ? text : text[..200] + "…";
        return new("data.expression", $"In `{shown}` at column {position + 1}: found {found}, expected {expected}.") { Fields = [new($"column {position + 1}", found, expected)] };
    }

    private static Operation? Comparator(Token token) => token.Kind != TokenKind.Symbol ? null : token.Text switch
    {
        "==" => Operation.Equal,
        "!=" => Operation.NotEqual,
        "<" => Operation.Less,
        "<=" => Operation.LessOrEqual,
        ">" => Operation.Greater,
        ">=" => Operation.GreaterOrEqual,
        _ => null,
    };

    private static string Word(ExpressionType type) => type switch
    {
        ExpressionType.Number => "number",
        ExpressionType.Boolean => "boolean",
        _ => "category",
    };

    private static string Plural(ExpressionType type) => type == ExpressionType.Category ? "categories" : Word(type) + "s";
}
