using System.Collections.Concurrent;
using Cairn.Client.Wire;
using Cairn.Kernel;

namespace Cairn.Serving.Streams;

/// <summary>All streams of this process and what each is doing. It outlives their connections and a change of their settings.</summary>
internal sealed class LiveStreams(ServingOptions options)
{
    private readonly ConcurrentDictionary<(WorkspaceId Workspace, string Name), LiveStream> _live = new();

    public LiveStream Of(StreamRow row)
    {
        var stream = _live.GetOrAdd((row.WorkspaceId, row.Name), _ => new());
        if (options.RabbitMq is null) stream.Is(LiveStream.NoBroker, "The server was started without a broker: cairn up --rabbitmq amqp://user:password@host, or CAIRN_RABBITMQ.");
        return stream;
    }

    public void Forget(StreamRow row) => _live.TryRemove((row.WorkspaceId, row.Name), out _);

    public StreamWire ToWire(StreamRow row) => Of(row).ToWire(row);
}
