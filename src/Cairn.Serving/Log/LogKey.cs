using Cairn.Kernel;

namespace Cairn.Serving.Log;

/// <summary>What a search through the log looks at: a record without its features.</summary>
/// <param name="entity">UTF-8; empty: it does not say whom it is about.</param>
internal readonly ref struct LogKey(Guid id, long source, RecordFlags flags, double probability, ReadOnlySpan<byte> entity)
{
    public LogKey(ReadOnlySpan<byte> record)
        : this(LogRecord.IdOf(record), LogRecord.SourceOf(record), LogRecord.FlagsOf(record), LogRecord.ProbabilityOf(record), LogRecord.EntityOf(record)) { }

    public Guid Id { get; } = id;

    public long Source { get; } = source;

    public RecordFlags Flags { get; } = flags;

    public double Probability { get; } = probability;

    public ReadOnlySpan<byte> Entity { get; } = entity;

    /// <value>When it was asked for, as its id says.</value>
    public long Milliseconds { get; } = Uuid7.TimeOf(id) ?? 0;
}

internal delegate void LogKeyVisitor(in LogKey key);
