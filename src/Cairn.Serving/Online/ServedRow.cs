using Cairn.Learning;
using Cairn.Serving.Live;

namespace Cairn.Serving.Online;

/// <summary>A model at work on one request: its buffers for a row, and what it made of the rows that were its own.</summary>
internal sealed class ServedRow
{
    private ServedModel? _model;
    private PredictorRow? _row;
    private int _positives;
    private double _probabilities;

    public ServedModel Model => _model!;

    public PredictorRow Row => _row!;

    /// <value>Rows answered.</value>
    public int Answered { get; private set; }

    /// <value>Rows that it could not answer and the champion could.</value>
    public int Errors { get; private set; }

    public void Begin(ServedModel model, byte[] entityName)
    {
        (_model, _row) = (model, model.Package.Rows.Get());
        _row.EntityName = entityName;
    }

    public void Count(double probability)
    {
        Answered++;
        _probabilities += probability;
        if (Model.IsPositive(probability)) _positives++;
    }

    public void CountError() => Errors++;

    /// <summary>The request is answered.</summary>
    public void Publish(long micros)
    {
        var (source, numbers) = (Model.Source.Row, Model.Numbers);
        numbers.Add(Answered, Errors, _positives, _probabilities, micros);
        if (Answered > 0)
        {
            ServingMeter.Predictions.Add(Answered, new("deployment", source.Deployment), new("variant", source.Variant));
            ServingMeter.Duration.Record(micros / 1e6, new("deployment", source.Deployment), new("variant", source.Variant));
        }

        if (Errors > 0) ServingMeter.VariantErrors.Add(Errors, new("deployment", source.Deployment), new("variant", source.Variant));
    }

    /// <summary>Lets go of the model, so that one that is swapped out can be forgotten.</summary>
    public void End()
    {
        Model.Package.Rows.Return(Row);
        (_model, _row, Answered, Errors, _positives, _probabilities) = (null, null, 0, 0, 0, 0);
    }
}
