using System.Diagnostics.Metrics;

namespace Cairn.Serving.Live;

internal static class ServingMeter
{
    private static readonly Meter Meter = new("Cairn.Serving");

    public static readonly Counter<long> Predictions = Meter.CreateCounter<long>("cairn.predictions", "{row}", "Rows answered, by deployment and variant.");

    public static readonly Counter<long> VariantErrors = Meter.CreateCounter<long>(
        "cairn.variant.errors", "{row}", "Rows that a variant could not answer, so that the champion did, by deployment and variant.");

    public static readonly Counter<long> ShadowScored = Meter.CreateCounter<long>("cairn.shadow.scored", "{row}", "Rows that shadows scored, by deployment and variant.");

    public static readonly Counter<long> ShadowDropped = Meter.CreateCounter<long>(
        "cairn.shadow.dropped", "{row}", "Rows that shadows did not score since they could not keep up, by deployment and variant.");

    public static readonly Counter<long> Unlogged = Meter.CreateCounter<long>("cairn.predictions.unlogged", "{row}", "Rows answered that the log did not take, by deployment.");

    public static readonly Counter<long> Shed = Meter.CreateCounter<long>("cairn.predictions.shed", "{request}", "Predictions refused because there were more than the server can make.");

    public static readonly Counter<long> Swaps = Meter.CreateCounter<long>("cairn.model_swaps", "{swap}", "Models taken into service, by deployment and variant.");
}
