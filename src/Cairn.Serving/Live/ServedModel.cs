using System.Text;
using Cairn.Learning;
using Cairn.Serving.Log;
using Cairn.Serving.Online;
using Cairn.Serving.Variants;
using Microsoft.Extensions.ObjectPool;

namespace Cairn.Serving.Live;

/// <summary>One package in memory, shared by all deployments and threads that serve it.</summary>
internal sealed class LoadedPackage(Predictor predictor)
{
    private const int Rounds = 5;

    public Predictor Predictor => predictor;

    /// <value>What it takes of the memory; see <see cref="Predictor.Bytes"/>.</value>
    public long Bytes => predictor.Bytes;

    /// <value>The key column of the contract, UTF-8; empty when there is none.</value>
    public byte[] Key { get; } = Encoding.UTF8.GetBytes(predictor.Key ?? "");

    public ObjectPool<PredictorRow> Rows { get; } = new DefaultObjectPool<PredictorRow>(new RowPolicy(predictor));

    /// <summary>Answers requests that nobody made, on the way of those that will be made: their code is compiled by then and the model's memory touched.</summary>
    public void Rehearse(IReadOnlyList<byte[]> requests, TimeProvider clock)
    {
        var source = LogSourceRow.Of(default, "", LiveVariant.Champion, "", 0, predictor);
        var routing = Routing.To(new(new(source, predictor), this));
        var buffer = AnswerBuffer.Rent();
        for (var round = 0; round < Rounds; round++)
        {
            foreach (var request in requests)
            {
                new PredictRows(routing, explain: false, clock, buffer, log: null).Run(request);
                buffer.Clear();
            }
        }

        buffer.Return();
    }

    private sealed class RowPolicy(Predictor predictor) : PooledObjectPolicy<PredictorRow>
    {
        public override PredictorRow Create() => predictor.NewRow();

        public override bool Return(PredictorRow obj) => true;
    }
}

/// <summary>What a variant of a deployment serves: swapped as a whole, so that a request sees one version from its first row to its last.</summary>
internal sealed record ServedModel(LogSource Source, LoadedPackage Package)
{
    public VariantNumbers Numbers { get; init; } = new();

    public string Model => Source.Row.Model;

    public long Version => Source.Row.Version;

    public bool IsPositive(double probability) => probability >= Package.Predictor.Threshold;

    /// <value>The parts of an answer that are the same each time, as JSON: see <see cref="PredictionJson"/>.</value>
    public byte[] Positive { get; } = PredictionJson.Middle(Package.Predictor.Positive);

    public byte[] Negative { get; } = PredictionJson.Middle(Package.Predictor.Negative);

    public byte[] Tail { get; } = PredictionJson.Tail(Package.Predictor.Threshold, Source.Row.Model, Source.Row.Version);
}
