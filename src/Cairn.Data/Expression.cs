using Cairn.Data.Expressions;
using Cairn.Kernel;

namespace Cairn.Data;

public enum ExpressionType
{
    Number,
    Boolean,
    Category,
}

/// <summary>
/// A row-level expression of cairn.yaml: <c>TotalCharges / max(tenure, 1)</c>. Parsed and type-checked once, then the same
/// evaluator serves training and the answer path. Missing is NaN and spreads, but for <c>coalesce</c>, <c>is_null</c> and <c>if</c>.
/// </summary>
/// <remarks>
/// A comparison with missing is missing; <c>and</c>, <c>or</c>, <c>not</c> are three-valued as in SQL (<c>false and missing</c> is
/// false); <c>if</c> with a missing condition is missing, and the branch not taken does not count. The full rules: docs/reference/expressions.md.
/// </remarks>
public sealed class Expression
{
    private readonly Node _root;

    private Expression(string text, Node root)
    {
        (Text, _root) = (text, root);
        var columns = new SortedSet<string>(StringComparer.Ordinal);
        var levels = new SortedSet<string>(StringComparer.Ordinal);
        var levelColumns = new SortedSet<string>(StringComparer.Ordinal);
        CollectColumns(root, columns);
        if (root.Type == ExpressionType.Category) CollectLevels(root, levels, levelColumns);
        (Columns, Levels, LevelColumns) = ([.. columns], [.. levels], [.. levelColumns]);
    }

    /// <summary>Refused with position, what was found and what was expected, and the columns there are.</summary>
    public static Answer<Expression> Parse(string text, IReadOnlyDictionary<string, ExpressionType> columns)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(columns);
        var parsed = Parser.Parse(text, columns);
        return parsed.Refusal is { } refusal ? refusal : new Expression(text, parsed.Value);
    }

    public string Text { get; }

    public ExpressionType Type => _root.Type;

    /// <value>The columns it reads, in ordinal order.</value>
    public IReadOnlyList<string> Columns { get; }

    /// <value>For a category result: the literal texts it can give, in ordinal order. Otherwise empty.</value>
    public IReadOnlyList<string> Levels { get; }

    /// <value>For a category result: the category columns whose values it can pass through, besides <see cref="Levels"/>.</value>
    public IReadOnlyList<string> LevelColumns { get; }

    internal Node Root => _root;

    /// <summary>Binds names to positions. Numbers and booleans stand in their slot as they are; a category as its code.</summary>
    /// <param name="slotOf">The position of a column in the slots.</param>
    /// <param name="codeOf">The code of a text literal in the table all category slots share; the same text has the same code everywhere.</param>
    /// <remarks>A text that has no code stands in its slot as -2: not missing, and equal to no literal.</remarks>
    public CompiledExpression Compile(Func<string, int> slotOf, Func<string, int> codeOf)
    {
        ArgumentNullException.ThrowIfNull(slotOf);
        ArgumentNullException.ThrowIfNull(codeOf);
        return new(Compiler.Compile(_root, slotOf, codeOf));
    }

    private static void CollectColumns(Node node, SortedSet<string> columns)
    {
        if (node is Column column) columns.Add(column.Name);
        if (node is not Apply apply) return;
        foreach (var argument in apply.Arguments) CollectColumns(argument, columns);
    }

    private static void CollectLevels(Node node, SortedSet<string> levels, SortedSet<string> columns)
    {
        switch (node)
        {
            case TextLiteral text:
                levels.Add(text.Value);
                break;
            case Column column:
                columns.Add(column.Name);
                break;
            case Apply apply: // if (its condition gives no level) or coalesce
                foreach (var argument in apply.Arguments.Skip(apply.Operation == Operation.If ? 1 : 0)) CollectLevels(argument, levels, columns);
                break;
        }
    }
}

/// <summary>Immutable; any number of threads.</summary>
public sealed class CompiledExpression
{
    private readonly Instruction[] _instructions;
    private readonly double[] _members;
    private readonly int _deepest;

    internal CompiledExpression(Compiler compiler) => (_instructions, _members, _deepest) = (compiler.Instructions, compiler.Members, compiler.Deepest);

    /// <summary>Allocates nothing. Same slots, same bits, on any machine: every NaN comes out as the one that means missing.</summary>
    public double Evaluate(ReadOnlySpan<double> slots)
    {
        Span<double> stack = stackalloc double[_deepest];
        var top = -1;
        foreach (ref readonly var instruction in _instructions.AsSpan())
        {
            switch (instruction.Code)
            {
                case OpCode.Constant:
                    stack[++top] = instruction.Constant;
                    continue;
                case OpCode.Slot:
                    stack[++top] = slots[instruction.Argument];
                    continue;
            }

            switch (instruction.Operation)
            {
                case Operation.If:
                    top -= 2;
                    stack[top] = double.IsNaN(stack[top]) ? double.NaN : stack[top] != 0 ? stack[top + 1] : stack[top + 2];
                    break;
                case Operation.In:
                    stack[top] = Evaluation.In(stack[top], _members.AsSpan(instruction.Argument, (int)instruction.Constant));
                    break;
                case Operation.Not or Operation.Negate or Operation.Abs or Operation.Log or Operation.Exp or Operation.Sqrt or Operation.Floor or Operation.IsNull:
                    stack[top] = Evaluation.Of(instruction.Operation, stack[top]);
                    break;
                default:
                    top--;
                    stack[top] = Evaluation.Of(instruction.Operation, stack[top], stack[top + 1]);
                    break;
            }
        }

        return double.IsNaN(stack[0]) ? double.NaN : stack[0];
    }
}
