using System.Diagnostics.Metrics;

namespace Cairn.Serving.Live;

internal static class ServingMeter
{
    private static readonly Meter Meter = new("Cairn.Serving");

    public static readonly Counter<long> Predictions = Meter.CreateCounter<long>("cairn.predictions", "{row}", "Rows answered, by deployment and variant.");

    public static readonly Histogram<double> Duration = Meter.CreateHistogram<double>(
        "cairn.prediction.duration", "s", "Time from the arrival of a request to its answer ready to send, by deployment and by each variant that answered a row of it.");

    public static readonly Counter<long> VariantErrors = Meter.CreateCounter<long>(
        "cairn.variant.errors", "{row}", "Rows that a variant could not answer, so that the champion did, by deployment and variant.");

    public static readonly Counter<long> ShadowScored = Meter.CreateCounter<long>("cairn.shadow.scored", "{row}", "Rows that shadows scored, by deployment and variant.");

    public static readonly Counter<long> ShadowDropped = Meter.CreateCounter<long>(
        "cairn.shadow.dropped", "{row}", "Rows that shadows did not score since they could not keep up, by deployment and variant.");

    public static readonly Counter<long> CanaryMoves = Meter.CreateCounter<long>("cairn.canary.moves", "{move}", "Steps and ends of canaries, by deployment and what they were.");

    public static readonly Counter<long> Unlogged = Meter.CreateCounter<long>("cairn.predictions.unlogged", "{row}", "Rows answered that the log did not take, by deployment.");

    public static readonly Counter<long> Shed = Meter.CreateCounter<long>("cairn.predictions.shed", "{request}", "Predictions refused because there were more than the server can make.");

    public static readonly Gauge<long> HotRows = Meter.CreateGauge<long>("cairn.prediction_log.hot_rows", "{row}", "Predictions in the database of the log, not in a segment yet, by deployment.");

    public static readonly Gauge<long> Segments = Meter.CreateGauge<long>("cairn.prediction_log.segments", "{segment}", "Segments of the prediction log, by deployment.");

    public static readonly Counter<long> SealedRows = Meter.CreateCounter<long>("cairn.prediction_log.sealed", "{row}", "Predictions rolled into segments, by deployment.");

    public static readonly Histogram<double> SealDuration = Meter.CreateHistogram<double>("cairn.prediction_log.seal.duration", "s", "Time to roll predictions into one segment.");

    public static readonly Gauge<long> LoadedModels = Meter.CreateGauge<long>("cairn.models.loaded", "{model}", "Model packages in memory.");

    public static readonly Gauge<long> ModelBytes = Meter.CreateGauge<long>("cairn.models.memory", "By", "What the model packages in memory take.");

    public static readonly Counter<long> Loads = Meter.CreateCounter<long>("cairn.models.loads", "{load}", "Model packages loaded.");

    public static readonly Counter<long> Evictions = Meter.CreateCounter<long>("cairn.models.evictions", "{eviction}", "Model packages unloaded to make room for others.");

    public static readonly Histogram<double> LoadDuration = Meter.CreateHistogram<double>("cairn.models.load.duration", "s", "Time to read, check and rehearse a model package.");

    public static readonly Counter<long> Swaps = Meter.CreateCounter<long>("cairn.model_swaps", "{swap}", "Models taken into service, by deployment and variant.");
}
