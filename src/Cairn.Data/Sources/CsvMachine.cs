namespace Cairn.Data.Sources;

internal enum CsvFault
{
    None,

    /// <summary>Something other than a delimiter follows a closing quote.</summary>
    TextAfterQuote,

    /// <summary>A quote opens after blanks: some readers take it as a quote, others as text.</summary>
    BlankBeforeQuote,
    RecordTooLong,
}

/// <summary>Follows RFC 4180 byte by byte: where records end, how many fields they have, whether quotes close.</summary>
/// <remarks>A quote inside an unquoted field is text (<c>5" pipe</c>); blanks after a closing quote are ignored.</remarks>
internal sealed class CsvMachine
{
    public const int LongestRecord = 1 << 20;

    private const byte Plain = 0;
    private const byte Delimiter = 1;
    private const byte Quote = 2;
    private const byte LineFeed = 3;
    private const byte CarriageReturn = 4;
    private const byte Blank = 5;

    private readonly byte[] _kinds = new byte[256];
    private State _state = State.FieldStart;
    private bool _afterReturn;

    public CsvMachine(char delimiter)
    {
        _kinds['"'] = Quote;
        _kinds['\n'] = LineFeed;
        _kinds['\r'] = CarriageReturn;
        _kinds[' '] = Blank;
        _kinds[delimiter] = Delimiter;
    }

    private enum State : byte
    {
        FieldStart,
        Blanks,
        Unquoted,
        Quoted,
        QuoteInQuoted,
        AfterQuoted,
    }

    /// <value>The physical line it stands on; 1 is the first.</value>
    public long Line { get; private set; } = 1;

    /// <value>Where the record it is in began.</value>
    public long RecordLine { get; private set; } = 1;

    /// <value>Of the record that just ended, or so far.</value>
    public int Fields { get; private set; } = 1;

    /// <value>Bytes of the record; 0 for a blank line.</value>
    public int RecordLength { get; private set; }

    public CsvFault Fault { get; private set; }

    public bool InQuotes => _state == State.Quoted;

    /// <value>Bit 0: \n, bit 1: \r\n, bit 2: \r.</value>
    public int LineEnds { get; private set; }

    /// <summary>Reads on until a record ends, a fault is met, or the bytes are used up.</summary>
    /// <returns>How many bytes were taken, and whether they end a record.</returns>
    public (int Taken, bool RecordEnded) Advance(ReadOnlySpan<byte> bytes)
    {
        var kinds = _kinds;
        for (var i = 0; i < bytes.Length; i++)
        {
            var kind = kinds[bytes[i]];
            if (_afterReturn)
            {
                // The record ended at \r; a \n right after it belongs to the same line end.
                _afterReturn = false;
                LineEnds |= kind == LineFeed ? 2 : 4;
                if (kind == LineFeed) continue;
            }

            if (kind == Plain && _state is State.Unquoted or State.Quoted)
            {
                if (++RecordLength > LongestRecord) return Stop(i, CsvFault.RecordTooLong);
                continue;
            }

            if (_state == State.Quoted)
            {
                RecordLength++;
                if (kind == Quote) _state = State.QuoteInQuoted;
                else if (kind == LineFeed) Line++;
                continue;
            }

            if (kind is LineFeed or CarriageReturn)
            {
                _afterReturn = kind == CarriageReturn;
                if (!_afterReturn) LineEnds |= 1;
                Line++;
                _state = State.FieldStart;
                return (i + 1, true);
            }

            RecordLength++;
            switch (_state)
            {
                case State.QuoteInQuoted or State.AfterQuoted when kind == Delimiter:
                case State.FieldStart or State.Blanks or State.Unquoted when kind == Delimiter:
                    Fields++;
                    _state = State.FieldStart;
                    break;
                case State.QuoteInQuoted when kind == Quote:
                    _state = State.Quoted;
                    break;
                case State.QuoteInQuoted or State.AfterQuoted when kind == Blank:
                    _state = State.AfterQuoted;
                    break;
                case State.QuoteInQuoted or State.AfterQuoted:
                    return Stop(i, CsvFault.TextAfterQuote);
                case State.FieldStart when kind == Quote:
                    _state = State.Quoted;
                    break;
                case State.Blanks when kind == Quote:
                    return Stop(i, CsvFault.BlankBeforeQuote);
                case State.FieldStart or State.Blanks when kind == Blank:
                    _state = State.Blanks;
                    break;
                default:
                    _state = State.Unquoted;
                    break;
            }
        }

        return (bytes.Length, false);
    }

    public void StartRecord()
    {
        Fields = 1;
        RecordLength = 0;
        RecordLine = Line;
    }

    private (int Taken, bool RecordEnded) Stop(int at, CsvFault fault)
    {
        Fault = fault;
        return (at, false);
    }
}
