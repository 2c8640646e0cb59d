using Cairn.Data;

namespace Cairn.Learning.Preprocessing;

/// <summary>A transform of the pipeline, parsed against the columns and the transforms before it.</summary>
internal sealed record ParsedTransform(string Name, Expression Expression)
{
    public static ExpressionType TypeOf(ColumnType type) => type switch
    {
        ColumnType.Boolean => ExpressionType.Boolean,
        ColumnType.Category => ExpressionType.Category,
        _ => ExpressionType.Number,
    };

    /// <summary>Texts were checked when the project was read: one that does not parse here is a bug or a broken file.</summary>
    public static IReadOnlyList<ParsedTransform> Of(IReadOnlyList<PipelineInput> inputs, IReadOnlyList<Transform> transforms)
    {
        var types = inputs.ToDictionary(input => input.Name, input => TypeOf(input.Type), StringComparer.Ordinal);
        var parsed = new List<ParsedTransform>();
        foreach (var transform in transforms)
        {
            var expression = Expression.Parse(transform.Text, types);
            if (expression.Refusal is { } refusal) throw new InvalidDataException($"The transform '{transform.Name}' ({transform.Text}): {refusal.Detail}");
            parsed.Add(new(transform.Name, expression.Value));
            types[transform.Name] = expression.Value.Type;
        }

        return parsed;
    }

    public CompiledExpression Compile(Func<string, int> slotOf, Func<string, int> codeOf, Action<string> add)
    {
        var compiled = Expression.Compile(slotOf, codeOf);
        add(Name);
        return compiled;
    }
}
