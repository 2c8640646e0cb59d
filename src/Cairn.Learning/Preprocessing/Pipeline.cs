using Cairn.Data;
using Cairn.Learning.Models;

namespace Cairn.Learning.Preprocessing;

/// <summary>From schema-typed values to the feature vector: transforms, imputation, encoding. Fitted on training rows only.</summary>
/// <remarks>All arithmetic is IEEE double, rounded once to float32 at the feature vector.</remarks>
internal sealed class Pipeline
{
    /// <param name="dense">Impute and standardise for linear models; else missing stays NaN.</param>
    public static Pipeline Fit(Frame frame, ReadOnlySpan<int> rows, Schema schema, IReadOnlyList<Transform> transforms, bool dense) => throw new NotImplementedException();

    public IReadOnlyList<string> Features => throw new NotImplementedException();

    public FeatureMatrix Apply(Frame frame, ReadOnlySpan<int> rows) => throw new NotImplementedException();

    /// <summary>JSON, stable to the byte.</summary>
    public byte[] Save() => throw new NotImplementedException();

    public static Pipeline Load(ReadOnlySpan<byte> saved) => throw new NotImplementedException();
}
