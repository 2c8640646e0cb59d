using System.Text;

namespace Cairn.Data.Expressions;

/// <summary>A well-typed expression tree.</summary>
/// <param name="Height">1 for a leaf; bounded by the parser, so that walks may recurse.</param>
internal abstract record Node(ExpressionType Type, int Height)
{
    /// <summary>The shortest text that parses to this tree.</summary>
    public sealed override string ToString()
    {
        var text = new StringBuilder();
        Print(text, 0);
        return text.ToString();
    }

    protected abstract void Print(StringBuilder text, int precedence);

    protected static void Print(Node node, StringBuilder text, int precedence) => node.Print(text, precedence);
}

internal abstract record Literal(ExpressionType Type) : Node(Type, 1);

/// <param name="Value">Finite.</param>
internal sealed record NumberLiteral(double Value) : Literal(ExpressionType.Number)
{
    protected override void Print(StringBuilder text, int precedence) =>
        text.Append(double.IsNegative(Value) && precedence > Operations.Precedence(Operation.Negate) ? $"({Value:R})" : $"{Value:R}");
}

internal sealed record BooleanLiteral(bool Value) : Literal(ExpressionType.Boolean)
{
    protected override void Print(StringBuilder text, int precedence) => text.Append(Value ? "true" : "false");
}

internal sealed record TextLiteral(string Value) : Literal(ExpressionType.Category)
{
    protected override void Print(StringBuilder text, int precedence) => text.Append('"').Append(Value.Replace("\"", "\"\"", StringComparison.Ordinal)).Append('"');
}

internal sealed record Column(string Name, ExpressionType Type) : Node(Type, 1)
{
    protected override void Print(StringBuilder text, int precedence) =>
        text.Append(Lexer.IsPlainName(Name) ? Name : $"`{Name.Replace("`", "``", StringComparison.Ordinal)}`");
}

/// <param name="Arguments">Of <see cref="Operation.In"/>: the value, then the literals it may equal.</param>
internal sealed record Apply(Operation Operation, IReadOnlyList<Node> Arguments, ExpressionType Type) : Node(Type, Arguments.Max(a => a.Height) + 1)
{
    protected override void Print(StringBuilder text, int precedence)
    {
        var own = Operations.Precedence(Operation);
        if (own < precedence) text.Append('(');
        switch (Operation)
        {
            case Operation.Not:
                text.Append("not ");
                Print(Arguments[0], text, own);
                break;
            case Operation.Negate:
                text.Append('-');
                Print(Arguments[0], text, own);
                break;
            case Operation.In:
                Print(Arguments[0], text, own + 1);
                text.Append(" in (");
                PrintList(text, Arguments.Skip(1));
                text.Append(')');
                break;
            case < Operation.If:
                // Left to right; comparisons do not chain, so both of their sides are set off.
                Print(Arguments[0], text, own == Operations.Precedence(Operation.Equal) ? own + 1 : own);
                text.Append(' ').Append(Operations.Symbol(Operation)).Append(' ');
                Print(Arguments[1], text, own + 1);
                break;
            default:
                text.Append(Operations.Symbol(Operation)).Append('(');
                PrintList(text, Arguments);
                text.Append(')');
                break;
        }

        if (own < precedence) text.Append(')');
    }

    private static void PrintList(StringBuilder text, IEnumerable<Node> nodes)
    {
        var first = true;
        foreach (var node in nodes)
        {
            if (!first) text.Append(", ");
            Print(node, text, 0);
            first = false;
        }
    }
}
