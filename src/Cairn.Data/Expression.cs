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
public sealed class Expression
{
    /// <summary>Refused with position, what was found and what was expected, and the columns there are.</summary>
    public static Answer<Expression> Parse(string text, IReadOnlyDictionary<string, ExpressionType> columns) => throw new NotImplementedException();

    public string Text => throw new NotImplementedException();

    public ExpressionType Type => throw new NotImplementedException();

    /// <value>The columns it reads.</value>
    public IReadOnlyList<string> Columns => throw new NotImplementedException();

    /// <value>For a category result: every text it can give. Otherwise empty.</value>
    public IReadOnlyList<string> Levels => throw new NotImplementedException();

    /// <summary>Binds names to positions. Numbers and booleans stand in their slot as they are; a category as its code.</summary>
    /// <param name="slotOf">The position of a column in the slots.</param>
    /// <param name="codeOf">The code of a text literal in the table all category slots share; the same text has the same code everywhere.</param>
    public CompiledExpression Compile(Func<string, int> slotOf, Func<string, int> codeOf) => throw new NotImplementedException();
}

/// <summary>Immutable; any number of threads.</summary>
public sealed class CompiledExpression
{
    /// <summary>Allocates nothing. Same slots, same bits, on any machine.</summary>
    public double Evaluate(ReadOnlySpan<double> slots) => throw new NotImplementedException();
}
