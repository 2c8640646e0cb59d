using System.Text;
using Cairn.Cli.Csv;
using Cairn.Client;
using FsCheck;
using FsCheck.Fluent;

namespace Cairn.Unit.Tests.Cli;

public sealed class CsvReaderTests : IDisposable
{
    private readonly string _file = Path.GetTempFileName();

    public void Dispose() => File.Delete(_file);

    [Fact]
    public void Quotes_hold_commas_line_ends_and_doubled_quotes() =>
        Read("a,b\r\n\"x, y\",\"said \"\"so\"\"\nand left\"\r\n").ShouldBe([["x, y", "said \"so\"\nand left"]]);

    [Fact]
    public void Blank_lines_hold_no_row_and_the_last_line_needs_no_end() => Read("a,b\n\n1,2\n\n3,").ShouldBe([["1", "2"], ["3", ""]]);

    [Fact]
    public void A_mark_at_the_start_is_no_part_of_the_first_name()
    {
        File.WriteAllText(_file, "a,b\n1,2\n", new UTF8Encoding(encoderShouldEmitUTF8Identifier: true));

        using var reader = new CsvReader(_file);

        reader.Header.ShouldBe(["a", "b"]);
    }

    // As a source may have them: the file a model was trained on can be scored.
    [Theory]
    [InlineData(';')]
    [InlineData('\t')]
    [InlineData('|')]
    public void Delimiters_are_those_of_sources_and_blanks_around_names_do_not_count(char delimiter)
    {
        File.WriteAllText(_file, string.Join(delimiter, "a", " b ", "\"c, d\"") + "\n" + string.Join(delimiter, "1,5", "x", $"\"y{delimiter}z\"") + "\n");
        using var reader = new CsvReader(_file);

        reader.Header.ShouldBe(["a", "b", "c, d"]);
        reader.Next().ShouldBe(["1,5", "x", $"y{delimiter}z"]);
    }

    [Fact]
    public void A_row_knows_the_line_it_began_in()
    {
        File.WriteAllText(_file, "a,b\n\"two\nlines\",2\n\n3,4\n");
        using var reader = new CsvReader(_file);

        reader.Next();
        reader.Line.ShouldBe(2);
        reader.Next();
        reader.Line.ShouldBe(5);
    }

    [Theory]
    [InlineData("", "cli.csv-empty", "name the columns")]
    [InlineData("a,a\n", "cli.csv-header", "'a' twice")]
    [InlineData("a,b\n1,2\n1\n", "cli.csv-ragged", "line 3")]
    [InlineData("a\n\"open\n", "cli.csv-quote", "line 2")]
    [InlineData("a\n\"x\"y\n", "cli.csv-quote", "line 2")]
    public void What_is_not_CSV_is_refused_with_its_line(string text, string code, string saying)
    {
        var refused = Should.Throw<CairnException>(() => Read(text));

        refused.Code.ShouldBe(code);
        refused.Problem.Detail.ShouldContain(saying);
    }

    [Fact]
    public void Another_encoding_is_named_as_such()
    {
        File.WriteAllBytes(_file, Encoding.Latin1.GetBytes("name\nZoë\n"));

        Should.Throw<CairnException>(() => All()).Code.ShouldBe("cli.csv-encoding");
    }

    [Fact]
    public void What_the_writer_wrote_the_reader_gives_back() => Prop.ForAll<string[][]>(table =>
    {
        var rows = table.Select(r => r.Take(3).Concat(["", "", ""]).Take(3).Select(Clean).Append("end").ToArray()).ToArray();
        using (var writer = new StreamWriter(_file))
        {
            CsvWriter.Write(writer, "p", "q", "r", "s").GetAwaiter().GetResult();
            foreach (var row in rows) CsvWriter.Write(writer, row).GetAwaiter().GetResult();
        }

        return All().Select(r => string.Join('\u0001', r)).SequenceEqual(rows.Select(r => string.Join('\u0001', r)), StringComparer.Ordinal);
    }).QuickCheckThrowOnFailure();

    // Lone halves of surrogate pairs are no text and cannot be written as UTF-8.
    private static string Clean(string? text) => new((text ?? "").Where(c => !char.IsSurrogate(c)).ToArray());

    private List<string[]> Read(string text)
    {
        File.WriteAllText(_file, text);
        return All();
    }

    private List<string[]> All()
    {
        using var reader = new CsvReader(_file);
        var rows = new List<string[]>();
        while (reader.Next() is { } row) rows.Add(row);
        return rows;
    }
}
