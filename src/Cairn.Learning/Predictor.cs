using System.Text.Json;
using Cairn.Client.Wire;
using Cairn.Data;
using Cairn.Kernel;
using Cairn.Tracking;

namespace Cairn.Learning;

/// <summary>A loaded model: immutable, one copy for all threads. Same row, same bits, on any machine.</summary>
public sealed class Predictor
{
    /// <summary>Builds the compiled plan and scores the golden rows: different bits are the refusal <c>package.golden-rows</c>.</summary>
    public static Answer<Predictor> Load(OpenedPackage package) => throw new NotImplementedException();

    public Digest Package => throw new NotImplementedException();

    public string Algorithm => throw new NotImplementedException();

    /// <value>What a row has to carry, in the order of the schema.</value>
    public IReadOnlyList<InputFieldWire> Inputs => throw new NotImplementedException();

    public IReadOnlyList<string> Features => throw new NotImplementedException();

    public double Threshold => throw new NotImplementedException();

    public string Positive => throw new NotImplementedException();

    public string Negative => throw new NotImplementedException();

    /// <summary>Buffers for one row; reuse it, one thread at a time.</summary>
    public PredictorRow NewRow() => throw new NotImplementedException();

    /// <summary>
    /// Reads one JSON object into the feature vector. The reader stands on its <c>{</c> and ends on its <c>}</c>. Unknown members
    /// are ignored; a missing required one, a wrong type, an unknown category or a value out of range is refused by the contract.
    /// </summary>
    /// <param name="path">Where the row stands in the request, for messages: <c>$</c>, <c>$.rows[3]</c>.</param>
    public Refusal? Read(ref Utf8JsonReader json, PredictorRow row, string path) => throw new NotImplementedException();

    /// <summary>Probability of the positive class. Allocates nothing.</summary>
    public double Score(PredictorRow row) => throw new NotImplementedException();

    public ExplanationWire Explain(PredictorRow row) => throw new NotImplementedException();

    /// <summary>All rows of a frame, through the same evaluator.</summary>
    public double[] Score(Frame frame) => throw new NotImplementedException();
}

/// <summary>The buffers of one row: raw inputs and the float32 feature vector.</summary>
public sealed class PredictorRow
{
    internal PredictorRow(int slots, int features) => (Slots, Vector) = (new double[slots], new float[features]);

    internal double[] Slots { get; }

    internal float[] Vector { get; }

    /// <value>What the model saw: the feature vector, for the log.</value>
    public ReadOnlySpan<float> Features => Vector;
}
