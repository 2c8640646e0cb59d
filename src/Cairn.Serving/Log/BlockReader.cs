namespace Cairn.Serving.Log;

/// <summary>Walks the records of a block's body.</summary>
internal ref struct BlockReader
{
    private ReadOnlySpan<byte> _rest;
    private ReadOnlySpan<byte> _record;

    /// <exception cref="InvalidDataException">A format this binary does not know.</exception>
    public BlockReader(ReadOnlySpan<byte> body)
    {
        if (body.IsEmpty || body[0] != LogRecord.Format)
            throw new InvalidDataException($"A block of the prediction log has format {(body.IsEmpty ? "none" : body[0])}; this binary reads format {LogRecord.Format}. Update Cairn.");
        _rest = body[1..];
    }

    private BlockReader(ReadOnlySpan<byte> rest, ReadOnlySpan<byte> record)
    {
        _rest = rest;
        _record = record;
    }

    /// <summary>Walks records that are on their way into a block.</summary>
    public static BlockReader Of(LogRecords records) => new(records.Bytes, default);

    /// <value>The bytes of the record the reader stands on: see <see cref="LogRecord"/>.</value>
    public readonly ReadOnlySpan<byte> Record => _record;

    public bool Next()
    {
        if (_rest.IsEmpty) return false;
        var size = LogRecord.SizeOf(_rest);
        _record = _rest[..size];
        _rest = _rest[size..];
        return true;
    }
}
