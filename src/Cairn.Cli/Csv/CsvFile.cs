using System.Text;
using Cairn.Cli.Terminals;
using Cairn.Client;

namespace Cairn.Cli.Csv;

/// <summary>A file of CSV with a header. UTF-8, with or without a mark; blanks around the names of the header do not count.</summary>
internal sealed class CsvFile : IDisposable
{
    private readonly string _path;
    private readonly StreamReader _reader;
    private readonly CsvRecords _records;

    private CsvFile(string path)
    {
        _path = path;
        try
        {
            _reader = new StreamReader(path, new UTF8Encoding(false, throwOnInvalidBytes: true), detectEncodingFromByteOrderMarks: true, bufferSize: 1 << 16);
        }
        catch (Exception missing) when (missing is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new CairnException(Problems.Of("cli.no-file", $"There is no file {Path.GetFullPath(path)}."), missing);
        }

        _records = new CsvRecords(_reader);
    }

    public IReadOnlyList<string> Header { get; private set; } = [];

    /// <value>Where the last row began; 1 is the first line of the file.</value>
    public long Line => _records.Line;

    public static async Task<CsvFile> Open(string path, CancellationToken cancellation)
    {
        var file = new CsvFile(path);
        try
        {
            var names = await file.Read(cancellation) ?? throw file.Refuse("cli.csv-empty", "is empty; its first line must name the columns");
            file.Header = [.. names.Select(name => name.Trim())];
            if (file.Header.GroupBy(n => n, StringComparer.Ordinal).FirstOrDefault(g => g.Count() > 1) is { } twice)
                throw file.Refuse("cli.csv-header", $"names the column '{twice.Key}' twice");
            return file;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>The next row, with as many fields as the header; null at the end.</summary>
    public async Task<IReadOnlyList<string>?> Next(CancellationToken cancellation)
    {
        if (await Read(cancellation) is not { } row) return null;
        return row.Count == Header.Count ? row : throw Refuse("cli.csv-ragged", $"has {row.Count} fields in line {Line} where the header has {Header.Count}");
    }

    public void Dispose() => _reader.Dispose();

    private async Task<IReadOnlyList<string>?> Read(CancellationToken cancellation)
    {
        try
        {
            return await _records.ReadAsync(cancellation);
        }
        catch (DecoderFallbackException broken)
        {
            throw new CairnException(Refuse("cli.csv-encoding", $"is not UTF-8 near line {Line + 1}. Convert it: iconv -f WINDOWS-1252 -t UTF-8").Problem, broken);
        }
        catch (InvalidDataException broken)
        {
            throw new CairnException(Refuse("cli.csv-malformed", $"is no CSV: {broken.Message}").Problem, broken);
        }
    }

    private CairnException Refuse(string code, string what) => new(Problems.Of(code, $"{_path} {what}."));
}
