using Cairn.Data.Expressions;
using Cairn.Kernel;

namespace Cairn.Unit.Tests.Data.Expressions;

/// <summary>The rules of docs/reference/expressions.md written down a second time, plainly: null is missing.</summary>
internal sealed class TreeInterpreter(IReadOnlyDictionary<string, object?> row)
{
    public object? Evaluate(Node node) => node switch
    {
        NumberLiteral n => n.Value,
        BooleanLiteral b => b.Value,
        TextLiteral t => t.Value,
        Column c => row[c.Name],
        Apply a => Tidy(Apply(a)),
        _ => throw new InvalidOperationException(),
    };

    private static object? Tidy(object? value) => value is double.NaN ? null : value;

    private object? Apply(Apply apply)
    {
        var x = apply.Arguments.Select(Evaluate).ToArray();
        switch (apply.Operation)
        {
            case Operation.And: return x.Contains(false) ? false : x.Contains(null) ? null : true;
            case Operation.Or: return x.Contains(true) ? true : x.Contains(null) ? null : false;
            case Operation.If: return x[0] is bool condition ? condition ? x[1] : x[2] : null;
            case Operation.Coalesce: return x.FirstOrDefault(v => v is not null);
            case Operation.IsNull: return x[0] is null;
        }

        if (x.Contains(null)) return null;
        switch (apply.Operation)
        {
            case Operation.Not: return !(bool)x[0]!;
            case Operation.Equal: return x[0]!.Equals(x[1]);
            case Operation.NotEqual: return !x[0]!.Equals(x[1]);
            case Operation.In: return x.Skip(1).Any(v => v!.Equals(x[0]));
        }

        var n = x.Cast<double>().ToArray();
        return apply.Operation switch
        {
            Operation.Less => n[0] < n[1],
            Operation.LessOrEqual => n[0] <= n[1],
            Operation.Greater => n[0] > n[1],
            Operation.GreaterOrEqual => n[0] >= n[1],
            Operation.Add => n[0] + n[1],
            Operation.Subtract => n[0] - n[1],
            Operation.Multiply => n[0] * n[1],
            Operation.Divide => n[0] / n[1],
            Operation.Negate => -n[0],
            Operation.Min => n.Aggregate(Math.Min),
            Operation.Max => n.Aggregate(Math.Max),
            Operation.Abs => Math.Abs(n[0]),
            Operation.Log => PortableMath.Log(n[0]),
            Operation.Exp => PortableMath.Exp(n[0]),
            Operation.Sqrt => Math.Sqrt(n[0]),
            Operation.Floor => Math.Floor(n[0]),
            _ => throw new InvalidOperationException($"{apply.Operation}"),
        };
    }
}
