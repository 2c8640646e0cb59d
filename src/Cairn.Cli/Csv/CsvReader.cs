using System.Text;
using Cairn.Cli.Terminals;
using Cairn.Client;

namespace Cairn.Cli.Csv;

/// <summary>
/// Reads CSV as RFC 4180 writes it: fields in quotes may hold delimiters, line ends and doubled quotes. UTF-8, with or without a
/// mark; delimiters as a source may have them. Blanks around the names of the header do not count.
/// </summary>
internal sealed class CsvReader : IDisposable
{
    private const string Delimiters = ",;\t|";

    private readonly string _path;
    private readonly char _delimiter;
    private readonly StreamReader _reader;
    private readonly StringBuilder _field = new();
    private long _line;

    public CsvReader(string path)
    {
        _path = path;
        try
        {
            _delimiter = DelimiterOf(path);
            _reader = new StreamReader(path, new UTF8Encoding(false, throwOnInvalidBytes: true), detectEncodingFromByteOrderMarks: true, bufferSize: 1 << 16);
        }
        catch (Exception missing) when (missing is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new CairnException(Problems.Of("cli.no-file", $"There is no file {Path.GetFullPath(path)}."), missing);
        }

        var names = ReadRow() ?? throw Refuse("cli.csv-empty", "is empty; its first line must name the columns");
        Header = Array.ConvertAll(names, name => name.Trim());
        if (Header.GroupBy(n => n, StringComparer.Ordinal).FirstOrDefault(g => g.Count() > 1) is { } twice)
            throw Refuse("cli.csv-header", $"names the column '{twice.Key}' twice");
    }

    public IReadOnlyList<string> Header { get; }

    /// <value>Where the last row began; 1 is the first line of the file.</value>
    public long Line { get; private set; }

    /// <summary>The next row, with as many fields as the header; null at the end.</summary>
    public string[]? Next()
    {
        if (ReadRow() is not { } row) return null;
        return row.Length == Header.Count ? row : throw Refuse("cli.csv-ragged", $"has {row.Length} fields in line {Line} where the header has {Header.Count}");
    }

    public void Dispose() => _reader.Dispose();

    private string[]? ReadRow()
    {
        try
        {
            return Parse();
        }
        catch (DecoderFallbackException broken)
        {
            throw new CairnException(Refuse("cli.csv-encoding", $"is not UTF-8 near line {_line + 1}. Convert it: iconv -f WINDOWS-1252 -t UTF-8").Problem, broken);
        }
    }

    private string[]? Parse()
    {
        while (_reader.Peek() is '\r' or '\n') TakeLineEnd(); // blank lines hold no row
        if (_reader.Peek() < 0) return null;

        Line = _line + 1;
        var fields = new List<string>(Header?.Count ?? 16);
        while (true)
        {
            fields.Add(_reader.Peek() == '"' ? Quoted() : Plain());
            if (_reader.Peek() == _delimiter)
            {
                Skip();
                continue;
            }

            TakeLineEnd();
            return [.. fields];
        }
    }

    private string Plain()
    {
        _field.Clear();
        while (_reader.Peek() is >= 0 and not ('\r' or '\n') and var next && next != _delimiter) _field.Append((char)_reader.Read());
        return _field.ToString();
    }

    private string Quoted()
    {
        _field.Clear();
        Skip();
        while (true)
        {
            var next = _reader.Read();
            if (next < 0) throw Refuse("cli.csv-quote", $"opens a quote in line {Line} and never closes it");
            if (next == '"')
            {
                if (_reader.Peek() != '"') break;
                Skip();
            }
            else if (next == '\n')
            {
                _line++;
            }

            _field.Append((char)next);
        }

        return _reader.Peek() is '\r' or '\n' or < 0 || _reader.Peek() == _delimiter
            ? _field.ToString()
            : throw Refuse("cli.csv-quote", $"goes on after a closing quote in line {_line + 1}; a quote inside a field is written twice");
    }

    /// <summary>The one that stands most often in the first line, outside quotes; a comma when none does.</summary>
    private static char DelimiterOf(string path)
    {
        using var reader = new StreamReader(path, Encoding.UTF8);
        string? line;
        do line = reader.ReadLine();
        while (line is { Length: 0 });

        var counts = new int[Delimiters.Length];
        var quoted = false;
        foreach (var c in line ?? "")
        {
            if (c == '"') quoted = !quoted;
            else if (!quoted && Delimiters.IndexOf(c, StringComparison.Ordinal) is >= 0 and var delimiter) counts[delimiter]++;
        }

        return Delimiters[Array.IndexOf(counts, counts.Max())];
    }

    private void Skip() => _ = _reader.Read();

    private void TakeLineEnd()
    {
        if (_reader.Peek() == '\r') Skip();
        if (_reader.Peek() == '\n') Skip();
        _line++;
    }

    private CairnException Refuse(string code, string what) => new(Problems.Of(code, $"{_path} {what}."));
}
