using System.Text;

namespace Cairn.Web.Predicting;

/// <summary>A CSV file (RFC 4180, UTF-8) record by record. Commas, semicolons or tabs, as its first line has them most.</summary>
internal sealed class CsvText(TextReader text)
{
    private const int LongestRecord = 1 << 20;

    private readonly StringBuilder _cell = new();
    private readonly char[] _buffer = new char[1 << 14];
    private int _at, _length;
    private long _next = 1;
    private char _separator;

    /// <value>The line on which the last record began; the first is 1.</value>
    public long Line { get; private set; }

    /// <returns>Null at the end. Lines without anything are no records.</returns>
    /// <exception cref="InvalidDataException">A quote without its end, or a record that is too long.</exception>
    public async Task<IReadOnlyList<string>?> Read(CancellationToken cancellation)
    {
        List<string> cells = [];
        var (quoted, wasQuoted, size) = (false, false, 0);
        Line = _next;
        while (true)
        {
            if (_at == _length && !await Fill(cancellation))
            {
                if (quoted) throw new InvalidDataException($"line {Line} opens a quote that nothing closes");
                if (cells.Count == 0 && _cell.Length == 0 && !wasQuoted) return null;
                return End(cells);
            }

            var c = _buffer[_at++];
            if (++size > LongestRecord) throw new InvalidDataException($"line {Line} is longer than {LongestRecord:N0} characters");
            if (quoted)
            {
                if (c == '\n') _next++;
                if (c != '"') _cell.Append(c);
                else if (await Peek(cancellation) == '"') _cell.Append(_buffer[_at++]);
                else quoted = false;
            }
            else if (c == '"' && _cell.Length == 0 && !wasQuoted)
            {
                quoted = wasQuoted = true;
            }
            else if (c == _separator)
            {
                cells.Add(_cell.ToString());
                _cell.Clear();
                wasQuoted = false;
            }
            else if (c == '\n')
            {
                _next++;
                if (cells.Count > 0 || _cell.Length > 0 || wasQuoted) return End(cells);
                Line = _next;
                size = 0;
            }
            else if (c != '\r')
            {
                _cell.Append(c);
            }
        }
    }

    private List<string> End(List<string> cells)
    {
        cells.Add(_cell.ToString());
        _cell.Clear();
        return cells;
    }

    private async ValueTask<int> Peek(CancellationToken cancellation) => _at < _length || await Fill(cancellation) ? _buffer[_at] : -1;

    private async ValueTask<bool> Fill(CancellationToken cancellation)
    {
        (_at, _length) = (0, await text.ReadAsync(_buffer, cancellation));
        if (_separator == 0 && _length > 0) _separator = SeparatorOf(_buffer.AsSpan(0, _length));
        return _length > 0;
    }

    private static char SeparatorOf(ReadOnlySpan<char> start)
    {
        var end = start.IndexOf('\n');
        var line = end < 0 ? start : start[..end];
        var (commas, semicolons, tabs) = (line.Count(','), line.Count(';'), line.Count('\t'));
        return semicolons > commas && semicolons >= tabs ? ';' : tabs > commas ? '\t' : ',';
    }
}
