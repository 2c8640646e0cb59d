using Cairn.Kernel;

namespace Cairn.Data.Expressions;

/// <summary>One operation on values: numbers, booleans as 0 and 1, categories as codes, missing as NaN.</summary>
internal static class Evaluation
{
    public static double Of(Operation operation, double x) => operation switch
    {
        Operation.Not => double.IsNaN(x) ? x : x == 0 ? 1 : 0,
        Operation.Negate => -x,
        Operation.Abs => Math.Abs(x),
        Operation.Log => PortableMath.Log(x),
        Operation.Exp => PortableMath.Exp(x),
        Operation.Sqrt => Math.Sqrt(x),
        Operation.Floor => Math.Floor(x),
        Operation.IsNull => double.IsNaN(x) ? 1 : 0,
        _ => throw new InvalidOperationException($"{operation} does not take one value."),
    };

    public static double Of(Operation operation, double x, double y) => operation switch
    {
        Operation.Or => (x != 0 && !double.IsNaN(x)) || (y != 0 && !double.IsNaN(y)) ? 1 : x + y, // 0 or missing
        Operation.And => x == 0 || y == 0 ? 0 : double.IsNaN(x) || double.IsNaN(y) ? double.NaN : 1,
        Operation.Add => x + y,
        Operation.Subtract => x - y,
        Operation.Multiply => x * y,
        Operation.Divide => x / y,
        Operation.Min => Math.Min(x, y),
        Operation.Max => Math.Max(x, y),
        Operation.Coalesce => double.IsNaN(x) ? y : x,
        _ when double.IsNaN(x) || double.IsNaN(y) => double.NaN,
        Operation.Equal => x == y ? 1 : 0,
        Operation.NotEqual => x != y ? 1 : 0,
        Operation.Less => x < y ? 1 : 0,
        Operation.LessOrEqual => x <= y ? 1 : 0,
        Operation.Greater => x > y ? 1 : 0,
        Operation.GreaterOrEqual => x >= y ? 1 : 0,
        _ => throw new InvalidOperationException($"{operation} does not take two values."),
    };

    public static double In(double x, ReadOnlySpan<double> members)
    {
        if (double.IsNaN(x)) return x;
        foreach (var member in members)
        {
            if (member == x) return 1;
        }

        return 0;
    }
}
