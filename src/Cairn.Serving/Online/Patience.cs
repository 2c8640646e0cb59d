using Cairn.Kernel;

namespace Cairn.Serving.Online;

/// <summary>How long a request may be worked on: until its time is over or its caller has hung up. Looked at between rows; needs no timer. Default: without end.</summary>
internal readonly struct Patience(TimeProvider clock, TimeSpan limit, CancellationToken hungUp)
{
    private readonly TimeProvider? _clock = clock;
    private readonly long _until = clock.GetTimestamp() + (long)(limit.TotalSeconds * clock.TimestampFrequency);
    private readonly double _seconds = limit.TotalSeconds;

    /// <returns>Null: go on.</returns>
    /// <exception cref="OperationCanceledException">Nobody waits for the answer any more.</exception>
    public Refusal? Check()
    {
        if (_clock is null) return null;
        hungUp.ThrowIfCancellationRequested();
        return _clock.GetTimestamp() <= _until
            ? null
            : new Refusal.TimedOut("request.timeout", $"The prediction took longer than {_seconds:0.###} s and was given up; nothing was predicted. Send fewer rows in a request, or leave out explain.");
    }
}
