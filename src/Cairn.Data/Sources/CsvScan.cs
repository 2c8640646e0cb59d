using System.Text;
using System.Text.Unicode;
using Cairn.Kernel;

namespace Cairn.Data.Sources;

/// <summary>
/// Reads a CSV file once, byte by byte, before DuckDB does: its form is right, or the refusal says in which line it is not.
/// After it DuckDB has nothing left to complain about.
/// </summary>
internal sealed class CsvScan
{
    private const int BlockSize = 1 << 20;
    private const int MostColumns = 4096;

    private readonly string _path;
    private readonly string _name;
    private readonly long _markEvery;
    private readonly List<long> _marks = [];
    private long _offset;

    private CsvScan(string path, long markEvery) => (_path, _name, _markEvery) = (path, Path.GetFileName(path), markEvery);

    /// <param name="markEvery">Notes where each stretch of so many rows starts.</param>
    public static Answer<CsvLayout> Read(string path, CancellationToken cancellation, long markEvery = long.MaxValue) => new CsvScan(path, markEvery).Read(cancellation);

    private Answer<CsvLayout> Read(CancellationToken cancellation)
    {
        using var file = new FileStream(_path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0, FileOptions.SequentialScan);
        var buffer = new byte[BlockSize];
        var filled = file.ReadAtLeast(buffer, BlockSize, throwOnEndOfStream: false);
        if (filled == 0) return Empty();
        if (Encoded(buffer.AsSpan(0, filled)) is { } foreign) return foreign;

        var start = buffer.AsSpan().StartsWith(Encoding.UTF8.Preamble) ? 3 : 0;
        var preamble = start;
        var delimiter = CsvHeader.Delimiter(buffer.AsSpan(start, filled - start));
        var machine = new CsvMachine(delimiter);
        IReadOnlyList<string>? columns = null;
        var (rows, ragged, headerOffset) = (0L, 0L, 0L);
        var examples = new List<FieldProblem>();
        var carried = 0;
        var recordAt = 0L;

        while (true)
        {
            cancellation.ThrowIfCancellationRequested();
            var whole = file.Position >= file.Length;
            var text = buffer.AsSpan(start, filled - start);
            if (Utf8Fault(text, whole, out var usable) is { } broken) return broken;
            text = text[..usable];
            for (var at = 0; at < text.Length;)
            {
                var recordStart = at;
                var (taken, ended) = machine.Advance(text[at..]);
                if (machine.Fault != CsvFault.None) return Faulty(machine);
                at += taken;
                if (!ended) break;
                if (columns is null && machine.RecordLength > 0)
                {
                    // The header is parsed again as text, so it has to stand whole in the first block.
                    if (_offset > 0) return TooLong(1);
                    var named = CsvHeader.Names(Encoding.UTF8.GetString(text[recordStart..at]), delimiter, _name);
                    if (named.Refusal is { } refusal) return refusal;
                    columns = named.Value;
                    if (columns.Count > MostColumns) return Wide(columns.Count);
                }
                else if (columns is not null)
                {
                    Count(machine);
                }
                else
                {
                    headerOffset = _offset + start + at;
                }

                machine.StartRecord();
                recordAt = _offset + preamble + at;
            }

            _offset += usable;
            carried = filled - start - usable;
            buffer.AsSpan(start + usable, carried).CopyTo(buffer);
            start = 0;
            var more = file.ReadAtLeast(buffer.AsSpan(carried), BlockSize - carried, throwOnEndOfStream: false);
            filled = carried + more;
            if (filled == 0 || (more == 0 && usable == 0)) break;
        }

        if (machine.InQuotes)
            return Refuse("data.quote-unterminated", $"{_name}: the quote opened in the record of line {machine.RecordLine} is never closed. Close it; a quote inside a quoted field is written twice.", machine.RecordLine, "an open quote at the end of the file", "a closing quote");
        if (columns is null && machine.RecordLength > 0) columns = LastLineIsHeader(delimiter);
        else if (columns is not null && machine.RecordLength > 0) Count(machine);
        if (columns is null) return Empty();
        if (ragged > 0)
        {
            return new Refusal.Invalid(
                "data.row-ragged",
                $"{_name}: {ragged} {(ragged == 1 ? "line has" : "lines have")} another number of fields than the header ({columns.Count}, delimited by {CsvHeader.Word(delimiter)}). " +
                $"First: {examples[0].Field} with {examples[0].Found}. A field that holds the delimiter stands in quotes.") { Fields = examples };
        }

        if (rows == 0) return new Refusal.Invalid("data.no-rows", $"{_name} has a header ({columns.Count} columns) and no rows. Rows are needed to read it.");
        return new CsvLayout(delimiter, columns, rows, headerOffset, int.PopCount(machine.LineEnds) > 1, machine.LineEnds <= 1, _marks);

        void Count(CsvMachine record)
        {
            if (record.RecordLength == 0 && columns.Count > 1) return;
            if (rows % _markEvery == 0) _marks.Add(recordAt);
            rows++;
            if (record.Fields == columns.Count) return;
            ragged++;
            if (examples.Count < 5) examples.Add(new($"line {record.RecordLine}", $"{record.Fields} fields", $"{columns.Count} fields"));
        }
    }

    /// <summary>A file of one line without a line end.</summary>
    private List<string>? LastLineIsHeader(char delimiter)
    {
        var named = CsvHeader.Names(File.ReadAllText(_path, Encoding.UTF8).TrimStart('\uFEFF').Trim('\r', '\n'), delimiter, _name);
        return named.Refusal is null ? [.. named.Value] : null;
    }

    /// <param name="usable">How many bytes end with a whole character.</param>
    private Refusal.Invalid? Utf8Fault(ReadOnlySpan<byte> text, bool last, out int usable)
    {
        usable = text.Length;
        if (text.IndexOf((byte)0) is var nul and >= 0)
        {
            var at = Byte(nul);
            return new Refusal.Invalid("data.nul-byte", $"{_name} holds a NUL byte at byte {at}. A text file has none: it may be damaged, binary, or UTF-16; save it again as UTF-8.") { Fields = [new($"byte {at}", "NUL", "text in UTF-8")] };
        }

        if (!last) usable -= CutCharacter(text);
        if (Utf8.IsValid(text[..usable])) return null;
        var good = 0;
        while (Rune.DecodeFromUtf8(text[good..], out _, out var length) == System.Buffers.OperationStatus.Done) good += length;
        return new Refusal.Invalid(
            "data.encoding",
            $"{_name} is not UTF-8: byte {Byte(good)} is 0x{text[good]:X2}. It is probably Windows-1252 or Latin-1: save it as UTF-8, for example with iconv -f WINDOWS-1252 -t UTF-8.") { Fields = [new($"byte {Byte(good)}", $"0x{text[good]:X2}", "UTF-8")] };
    }

    /// <summary>1 is the first byte of the file.</summary>
    private long Byte(int inBlock) => _offset + inBlock + 1 + (_offset == 0 && HasPreamble() ? 3 : 0);

    private bool HasPreamble()
    {
        Span<byte> first = stackalloc byte[3];
        using var file = File.OpenHandle(_path);
        return RandomAccess.Read(file, first, 0) == 3 && first.SequenceEqual(Encoding.UTF8.Preamble);
    }

    /// <summary>How many bytes at the end belong to a character that goes on in the next block.</summary>
    private static int CutCharacter(ReadOnlySpan<byte> text)
    {
        for (var back = 1; back <= 3 && back <= text.Length; back++)
        {
            var b = text[^back];
            if ((b & 0xC0) == 0x80) continue;
            var length = b >= 0xF0 ? 4 : b >= 0xE0 ? 3 : b >= 0xC0 ? 2 : 1;
            return length > back ? back : 0;
        }

        return 0;
    }

    private Refusal.Invalid? Encoded(ReadOnlySpan<byte> start) =>
        start is [0xFF, 0xFE, ..] or [0xFE, 0xFF, ..]
            ? new("data.encoding", $"{_name} is UTF-16 (it starts with 0x{start[0]:X2} 0x{start[1]:X2}); UTF-8 is read. Save it as UTF-8 (Excel: CSV UTF-8), or: iconv -f UTF-16 -t UTF-8.") { Fields = [new("byte 1", "UTF-16", "UTF-8")] }
            : null;

    private Refusal.Invalid Faulty(CsvMachine machine) => machine.Fault switch
    {
        CsvFault.RecordTooLong => TooLong(machine.RecordLine),
        CsvFault.TextAfterQuote => Refuse("data.quote-stray", $"{_name}: line {machine.Line} has text after a closing quote. A quote inside a quoted field is written twice.", machine.Line, "text after a closing quote", "a delimiter or the end of the line"),
        _ => Refuse("data.quote-stray", $"{_name}: line {machine.Line} has a blank before an opening quote, which programs read in different ways. Remove the blank.", machine.Line, "a blank before a quote", "a quote at the start of the field"),
    };

    private Refusal.Invalid TooLong(long line) => Refuse(
        "data.line-too-long", $"{_name}: the record at line {line} is longer than {CsvMachine.LongestRecord} bytes. Is a quote left open there?", line, "a very long record", $"at most {CsvMachine.LongestRecord} bytes");

    private Refusal.Invalid Wide(int columns) => Refuse("data.too-many-columns", $"{_name} has {columns} columns; at most {MostColumns} are read.", 1, $"{columns} columns", $"at most {MostColumns}");

    private Refusal.Invalid Empty() => new("data.file-empty", $"{_name} is empty. A header line and rows are needed.");

    private static Refusal.Invalid Refuse(string code, string detail, long line, string found, string expected) => new(code, detail) { Fields = [new($"line {line}", found, expected)] };
}
