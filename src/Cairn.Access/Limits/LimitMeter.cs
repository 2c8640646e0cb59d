using System.Diagnostics.Metrics;

namespace Cairn.Access.Limits;

internal static class LimitMeter
{
    private static readonly Meter Meter = new("Cairn.Access");

    private static readonly Counter<long> Refusals = Meter.CreateCounter<long>("cairn.limited", "{request}", "Requests refused because their caller had used up what it may ask for, by limit.");

    public static void Refused(string limit) => Refusals.Add(1, new KeyValuePair<string, object?>("limit", limit));
}
