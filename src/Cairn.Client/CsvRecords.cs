using System.Runtime.CompilerServices;
using System.Text;

namespace Cairn.Client;

/// <summary>
/// CSV record by record, as RFC 4180 writes it: fields in quotes may hold separators, line ends and doubled quotes. Separated by what
/// stands most often in the first line of comma, semicolon, tab and vertical bar, as a source may be. Lines without anything are no records.
/// A record is kept in memory as a whole, so its length has a bound.
/// </summary>
public sealed class CsvRecords(TextReader text)
{
    private const string Separators = ",;\t|";
    private const int LongestRecord = 1 << 20;

    private readonly StringBuilder _field = new();
    private readonly char[] _buffer = new char[1 << 14];
    private int _at, _length, _size;
    private long _next = 1;
    private char _separator;

    /// <value>The line on which the last record began; the first is 1.</value>
    public long Line { get; private set; }

    /// <returns>The fields of the next record; null at the end.</returns>
    /// <exception cref="InvalidDataException">A quote without its end, text behind a closing quote, or a record that is too long.</exception>
    public async ValueTask<IReadOnlyList<string>?> ReadAsync(CancellationToken cancellation = default)
    {
        while (await Peek(cancellation) is '\r' or '\n') await LineEnd(cancellation).ConfigureAwait(false);
        if (await Peek(cancellation) < 0) return null;

        (Line, _size) = (_next, 0);
        var fields = new List<string>();
        while (true)
        {
            _field.Clear();
            if (await Peek(cancellation) == '"') await Quoted(cancellation).ConfigureAwait(false);
            else await Plain(cancellation).ConfigureAwait(false);
            fields.Add(_field.ToString());

            var next = await Peek(cancellation);
            if (next >= 0 && next == _separator)
            {
                Take();
                continue;
            }

            if (next is not (< 0 or '\r' or '\n')) throw new InvalidDataException($"line {_next} goes on after a closing quote; a quote inside a field is written twice");
            await LineEnd(cancellation).ConfigureAwait(false);
            return fields;
        }
    }

    private async ValueTask Plain(CancellationToken cancellation)
    {
        while (await Peek(cancellation) is >= 0 and not ('\r' or '\n') and var next && next != _separator) TakeUntil(_separator, '\r', '\n');
    }

    private async ValueTask Quoted(CancellationToken cancellation)
    {
        Take();
        while (true)
        {
            if (await Peek(cancellation) < 0) throw new InvalidDataException($"line {Line} opens a quote that nothing closes");
            _next += TakeUntil('"').Count('\n');
            if (await Peek(cancellation) != '"') continue; // there is more of it to be read
            Take();
            if (await Peek(cancellation) != '"') return;
            _field.Append('"');
            Take();
        }
    }

    private async ValueTask LineEnd(CancellationToken cancellation)
    {
        if (await Peek(cancellation) == '\r') _at++;
        if (await Peek(cancellation) == '\n') _at++;
        _next++;
    }

    private void Take(int count = 1)
    {
        if ((_size += count) > LongestRecord) throw new InvalidDataException($"line {Line} is longer than {LongestRecord:N0} characters");
        _at += count;
    }

    /// <summary>What has been read up to one of these belongs to the field.</summary>
    private ReadOnlySpan<char> TakeUntil(params ReadOnlySpan<char> ends)
    {
        var rest = _buffer.AsSpan(_at, _length - _at);
        var taken = rest.IndexOfAny(ends) is >= 0 and var end ? rest[..end] : rest;
        _field.Append(taken);
        Take(taken.Length);
        return taken;
    }

    /// <returns>The next character, which stays the next one; -1 at the end.</returns>
    private ConfiguredValueTaskAwaitable<int> Peek(CancellationToken cancellation) => Next(cancellation).ConfigureAwait(false);

    private ValueTask<int> Next(CancellationToken cancellation) => _at < _length ? new(_buffer[_at]) : Fill(cancellation);

    private async ValueTask<int> Fill(CancellationToken cancellation)
    {
        (_at, _length) = (0, await text.ReadAsync(_buffer, cancellation).ConfigureAwait(false));
        if (_separator == 0 && _length > 0) _separator = SeparatorOf(_buffer.AsSpan(0, _length));
        return _length > 0 ? _buffer[0] : -1;
    }

    private static char SeparatorOf(ReadOnlySpan<char> start)
    {
        Span<int> counts = stackalloc int[Separators.Length];
        var quoted = false;
        foreach (var c in start.TrimStart("\r\n"))
        {
            if (c is '\r' or '\n' && !quoted) break;
            if (c == '"') quoted = !quoted;
            else if (!quoted && Separators.IndexOf(c, StringComparison.Ordinal) is >= 0 and var at) counts[at]++;
        }

        var best = 0;
        for (var i = 1; i < counts.Length; i++) if (counts[i] > counts[best]) best = i;
        return Separators[best];
    }
}
