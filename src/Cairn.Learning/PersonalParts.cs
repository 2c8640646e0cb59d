using Cairn.Data;
using Cairn.Learning.Preprocessing;

namespace Cairn.Learning;

/// <summary>Which parts of a logged row stand on columns that the contract marks as personal data.</summary>
public sealed class PersonalParts
{
    private readonly HashSet<string> _columns;
    private readonly int _inputs;

    internal PersonalParts(Pipeline pipeline, Schema schema, InputLayout layout)
    {
        _columns = [.. schema.Columns.Where(column => column.Pii).Select(column => column.Name)];
        _inputs = layout.Inputs.Count;
        Inputs = [.. layout.Inputs.Index().Where(input => _columns.Contains(input.Item.Name)).Select(input => input.Index)];

        // What is computed from personal data is personal data.
        var personal = new HashSet<string>(_columns, StringComparer.Ordinal);
        foreach (var transform in ParsedTransform.Of(pipeline.Inputs, pipeline.Transforms))
        {
            if (transform.Expression.Columns.Any(personal.Contains)) personal.Add(transform.Name);
        }

        Features = [.. pipeline.SourceOf.Index().Where(feature => personal.Contains(pipeline.Steps[feature.Item].Source)).Select(feature => feature.Index)];
    }

    /// <value>Places in the feature vector.</value>
    public IReadOnlyList<int> Features { get; }

    /// <value>Places in the <see cref="InputLayout"/>.</value>
    public IReadOnlyList<int> Inputs { get; }

    public bool Any => Features.Count > 0 || Inputs.Count > 0;

    /// <summary>Whether a member of a request is personal data, such as the one that says whom the row is about.</summary>
    public bool Holds(string column) => _columns.Contains(column);

    /// <summary>The raw inputs of a row with a mark in the place of each that is personal.</summary>
    /// <param name="packed">As from <see cref="PredictorRow.PackInputs"/>.</param>
    public byte[] Without(ReadOnlySpan<byte> packed) => InputBytes.Seal(packed, _inputs, Inputs);
}
