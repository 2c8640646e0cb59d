using System.Diagnostics.Metrics;

namespace Cairn.Serving.Streams;

internal static class StreamMeter
{
    private static readonly Meter Meter = new("Cairn.Serving.Streams");

    private static readonly Counter<long> Messages = Meter.CreateCounter<long>("cairn.stream.messages", "{message}", "Messages of queues, by stream and by what became of them.");

    public static void Count(string stream, int answered, int rejected)
    {
        if (answered > 0) Messages.Add(answered, new("stream", stream), new("outcome", "answered"));
        if (rejected > 0) Messages.Add(rejected, new("stream", stream), new("outcome", "rejected"));
    }
}
