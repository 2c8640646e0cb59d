using Cairn.Client.Wire;

namespace Cairn.Serving.Streams;

/// <summary>What a stream is doing, for who asks.</summary>
internal sealed class LiveStream
{
    public const string Running = "running", Waiting = "waiting", Disconnected = "disconnected", NoBroker = "no_broker";

    private long _messages, _predictions, _duplicates, _rejected, _waiting = -1, _lastAt;

    // Read as one.
    private volatile Tuple<string, string?> _state = new(Disconnected, "It is being connected.");

    public string? Problem => _state.Item2;

    public void Is(string state, string? problem = null) => _state = new(state, problem);

    /// <value>Messages in the queue that nobody has taken.</value>
    public void Behind(long messages) => Interlocked.Exchange(ref _waiting, messages);

    public void Answered(int messages, int predictions, int duplicates, int rejected, long now)
    {
        Interlocked.Add(ref _messages, messages);
        Interlocked.Add(ref _predictions, predictions);
        Interlocked.Add(ref _duplicates, duplicates);
        Interlocked.Add(ref _rejected, rejected);
        Interlocked.Exchange(ref _lastAt, now);
    }

    public StreamWire ToWire(StreamRow row)
    {
        var (state, problem) = _state;
        long waiting = Interlocked.Read(ref _waiting), last = Interlocked.Read(ref _lastAt);
        return new(
            row.Name, row.ReadSettings(), state, problem, waiting >= 0 ? waiting : null, Interlocked.Read(ref _messages), Interlocked.Read(ref _predictions),
            Interlocked.Read(ref _duplicates), Interlocked.Read(ref _rejected), last > 0 ? last : null, row.CreatedAt);
    }
}
