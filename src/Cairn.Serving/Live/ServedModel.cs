using System.Text.Json;
using Cairn.Learning;
using Microsoft.Extensions.ObjectPool;

namespace Cairn.Serving.Live;

/// <summary>One package in memory, shared by all deployments and threads that serve it.</summary>
internal sealed class LoadedPackage(Predictor predictor)
{
    public Predictor Predictor => predictor;

    public JsonEncodedText Positive { get; } = JsonEncodedText.Encode(predictor.Positive);

    public JsonEncodedText Negative { get; } = JsonEncodedText.Encode(predictor.Negative);

    public ObjectPool<PredictorRow> Rows { get; } = new DefaultObjectPool<PredictorRow>(new RowPolicy(predictor));

    private sealed class RowPolicy(Predictor predictor) : PooledObjectPolicy<PredictorRow>
    {
        public override PredictorRow Create() => predictor.NewRow();

        public override bool Return(PredictorRow obj) => true;
    }
}

/// <summary>What a deployment serves: swapped as a whole, so that a request sees one version from its first row to its last.</summary>
internal sealed record ServedModel(string Model, long Version, LoadedPackage Package)
{
    public JsonEncodedText ModelText { get; } = JsonEncodedText.Encode(Model);
}
