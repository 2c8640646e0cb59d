using Cairn.Data;
using Cairn.Learning.Models;

namespace Cairn.Learning.Preprocessing;

/// <summary>From schema-typed values to the feature vector: transforms, imputation, encoding. Fitted on training rows only.</summary>
/// <remarks>
/// All arithmetic is IEEE double, rounded once to float32 at the feature vector. A row is first a list of slots (inputs in
/// schema order, then transforms); <c>Encode</c> is the only way from slots to features, for one row and for many.
/// </remarks>
internal sealed class Pipeline
{
    private readonly CompiledExpression[] _transforms;
    private readonly FeatureEncoder[] _encoders;

    public Pipeline(
        bool dense, IReadOnlyList<PipelineInput> inputs, IReadOnlyList<Transform> transforms, IReadOnlyList<string> texts, IReadOnlyList<FeatureStep> steps,
        IReadOnlyList<DroppedColumn> dropped)
    {
        (Dense, Inputs, Transforms, Texts, Steps, Dropped) = (dense, inputs, transforms, new TextTable(texts), steps, dropped);

        var slots = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var input in inputs) slots.Add(input.Name, slots.Count);
        _transforms = [.. ParsedTransform.Of(inputs, transforms).Select(parsed => parsed.Compile(name => slots[name], Code, add: name => slots.Add(name, slots.Count)))];

        var offset = 0;
        _encoders = new FeatureEncoder[steps.Count];
        for (var i = 0; i < steps.Count; offset += steps[i++].Width) _encoders[i] = new(steps[i], slots[steps[i].Source], offset, Texts);

        Features = [.. steps.SelectMany(step => step.Names)];
        SourceOf = [.. steps.SelectMany((step, index) => Enumerable.Repeat(index, step.Width))];
    }

    /// <value>Made for a linear model: nothing is missing, numbers are standardised.</value>
    public bool Dense { get; }

    /// <value>What a row has to carry, in the order of the schema: slot 0 and on.</value>
    public IReadOnlyList<PipelineInput> Inputs { get; }

    public IReadOnlyList<Transform> Transforms { get; }

    public TextTable Texts { get; }

    public IReadOnlyList<FeatureStep> Steps { get; }

    public IReadOnlyList<DroppedColumn> Dropped { get; }

    public IReadOnlyList<string> Features { get; }

    /// <value>For each feature the step it comes from.</value>
    public IReadOnlyList<int> SourceOf { get; }

    public int Slots => Inputs.Count + _transforms.Length;

    /// <param name="dense">Impute and standardise for linear models; else missing stays NaN.</param>
    public static Pipeline Fit(Frame frame, ReadOnlySpan<int> rows, Schema schema, IReadOnlyList<Transform> transforms, bool dense) =>
        PipelineFit.Run(frame, rows, schema, transforms, dense);

    public FeatureMatrix Apply(Frame frame, ReadOnlySpan<int> rows)
    {
        var source = new FrameSlots(frame, Inputs, Texts);
        var slots = new double[Slots];
        var values = new float[checked(rows.Length * Features.Count)];
        for (var i = 0; i < rows.Length; i++)
        {
            source.Fill(rows[i], slots);
            Encode(slots, values.AsSpan(i * Features.Count, Features.Count));
        }

        return new(rows.Length, Features.Count, values);
    }

    /// <summary>Evaluates the transforms behind the inputs and writes the feature vector. Allocates nothing.</summary>
    public void Encode(Span<double> slots, Span<float> vector)
    {
        Derive(slots);
        foreach (var encoder in _encoders) encoder.Encode(slots, vector);
    }

    /// <summary>As the other, for many rows whose slots are columns, transforms derived; the vectors stand one behind the other.</summary>
    public void Encode(double[][] slots, Span<float> vectors, int rows)
    {
        foreach (var encoder in _encoders) encoder.Encode(slots[encoder.Slot].AsSpan(0, rows), vectors, Features.Count);
    }

    internal void Derive(Span<double> slots)
    {
        var slot = Inputs.Count;
        foreach (var transform in _transforms) slots[slot++] = transform.Evaluate(slots);
    }

    /// <summary>JSON, stable to the byte.</summary>
    public byte[] Save() => PipelineFile.Write(this);

    public static Pipeline Load(ReadOnlySpan<byte> saved) => PipelineFile.Read(saved);

    private int Code(string text) =>
        Texts.Find(text) is >= 0 and var code ? code : throw new InvalidOperationException($"The text '{text}' of a transform is not in the pipeline's table.");
}
