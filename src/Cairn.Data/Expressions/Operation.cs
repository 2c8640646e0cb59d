namespace Cairn.Data.Expressions;

internal enum Operation
{
    Or,
    And,
    Not,
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    In,
    Add,
    Subtract,
    Multiply,
    Divide,
    Negate,
    If,
    Min,
    Max,
    Abs,
    Log,
    Exp,
    Sqrt,
    Floor,
    Coalesce,
    IsNull,
}

/// <summary>How operations are written.</summary>
internal static class Operations
{
    public static readonly IReadOnlyDictionary<string, Operation> Functions = new Dictionary<string, Operation>(StringComparer.Ordinal)
    {
        ["if"] = Operation.If, ["min"] = Operation.Min, ["max"] = Operation.Max, ["abs"] = Operation.Abs, ["log"] = Operation.Log, ["exp"] = Operation.Exp,
        ["sqrt"] = Operation.Sqrt, ["floor"] = Operation.Floor, ["coalesce"] = Operation.Coalesce, ["is_null"] = Operation.IsNull,
    };

    public static string Symbol(Operation operation) => operation switch
    {
        Operation.Or => "or",
        Operation.And => "and",
        Operation.Not => "not",
        Operation.Equal => "==",
        Operation.NotEqual => "!=",
        Operation.Less => "<",
        Operation.LessOrEqual => "<=",
        Operation.Greater => ">",
        Operation.GreaterOrEqual => ">=",
        Operation.In => "in",
        Operation.Add => "+",
        Operation.Subtract or Operation.Negate => "-",
        Operation.Multiply => "*",
        Operation.Divide => "/",
        _ => Functions.First(f => f.Value == operation).Key,
    };

    /// <summary>How tightly it binds: an argument that binds less tightly than its parent needs parentheses.</summary>
    public static int Precedence(Operation operation) => operation switch
    {
        Operation.Or => 1,
        Operation.And => 2,
        Operation.Not => 3,
        >= Operation.Equal and <= Operation.In => 4,
        Operation.Add or Operation.Subtract => 5,
        Operation.Multiply or Operation.Divide => 6,
        Operation.Negate => 7,
        _ => 8,
    };

    /// <returns>The least and the most arguments.</returns>
    public static (int Least, int Most) Arity(Operation function) => function switch
    {
        Operation.If => (3, 3),
        Operation.Min or Operation.Max or Operation.Coalesce => (2, 64),
        _ => (1, 1),
    };
}
