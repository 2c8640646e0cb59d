using System.Text;
using Cairn.Cli.Csv;
using Cairn.Client;
using FsCheck;
using FsCheck.Fluent;

namespace Cairn.Unit.Tests.Cli;

public sealed class CsvFileTests : IDisposable
{
    private readonly string _file = Path.GetTempFileName();

    public void Dispose() => File.Delete(_file);

    [Fact]
    public async Task Quotes_hold_commas_line_ends_and_doubled_quotes() =>
        (await Read("a,b\r\n\"x, y\",\"said \"\"so\"\"\nand left\"\r\n")).ShouldBe([["x, y", "said \"so\"\nand left"]]);

    [Fact]
    public async Task Blank_lines_hold_no_row_and_the_last_line_needs_no_end() => (await Read("\na,b\n\n1,2\r\n\r\n3,")).ShouldBe([["1", "2"], ["3", ""]]);

    [Fact]
    public async Task A_mark_at_the_start_is_no_part_of_the_first_name()
    {
        File.WriteAllText(_file, "a,b\n1,2\n", new UTF8Encoding(encoderShouldEmitUTF8Identifier: true));

        using var file = await CsvFile.Open(_file, TestContext.Current.CancellationToken);

        file.Header.ShouldBe(["a", "b"]);
    }

    // As a source may have them: the file a model was trained on can be scored.
    [Theory]
    [InlineData(';')]
    [InlineData('\t')]
    [InlineData('|')]
    public async Task Delimiters_are_those_of_sources_and_blanks_around_names_do_not_count(char delimiter)
    {
        File.WriteAllText(_file, string.Join(delimiter, "a", " b ", "\"c, d\"") + "\n" + string.Join(delimiter, "1,5", "x", $"\"y{delimiter}z\"") + "\n");
        using var file = await CsvFile.Open(_file, TestContext.Current.CancellationToken);

        file.Header.ShouldBe(["a", "b", "c, d"]);
        (await file.Next(TestContext.Current.CancellationToken)).ShouldBe(["1,5", "x", $"y{delimiter}z"]);
    }

    [Fact]
    public async Task A_row_knows_the_line_it_began_in()
    {
        File.WriteAllText(_file, "a,b\n\"two\nlines\",2\n\n3,4\n");
        using var file = await CsvFile.Open(_file, TestContext.Current.CancellationToken);

        await file.Next(TestContext.Current.CancellationToken);
        file.Line.ShouldBe(2);
        await file.Next(TestContext.Current.CancellationToken);
        file.Line.ShouldBe(5);
    }

    [Theory]
    [InlineData("", "cli.csv-empty", "name the columns")]
    [InlineData("a,a\n", "cli.csv-header", "'a' twice")]
    [InlineData("a,b\n1,2\n1\n", "cli.csv-ragged", "line 3")]
    [InlineData("a\n\"open\n", "cli.csv-malformed", "line 2")]
    [InlineData("a\n\"x\"y\n", "cli.csv-malformed", "line 2")]
    public async Task What_is_not_CSV_is_refused_with_its_line(string text, string code, string saying)
    {
        var refused = await Should.ThrowAsync<CairnException>(() => Read(text));

        refused.Code.ShouldBe(code);
        refused.Problem.Detail.ShouldContain(saying);
    }

    [Theory]
    [InlineData("x\"y")] // a quote inside a plain field is a sign like any other
    [InlineData("\"\"")]
    public async Task A_field_may_hold_a_quote_or_be_empty_in_quotes(string field) => (await Read($"a\n{field}\n")).ShouldBe([[field.Trim('"')]]);

    [Fact]
    public async Task A_record_without_an_end_is_not_kept_in_memory()
    {
        using var endless = new Endless();

        var refused = await Should.ThrowAsync<InvalidDataException>(async () => await new CsvRecords(endless).ReadAsync(TestContext.Current.CancellationToken));

        refused.Message.ShouldContain("line 1 is longer than");
        endless.Given.ShouldBeLessThan(1 << 21);
    }

    [Fact]
    public async Task Another_encoding_is_named_as_such()
    {
        File.WriteAllBytes(_file, Encoding.Latin1.GetBytes("name\nZoë\n"));

        (await Should.ThrowAsync<CairnException>(All)).Code.ShouldBe("cli.csv-encoding");
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

        return All().GetAwaiter().GetResult().Select(r => string.Join('\u0001', r)).SequenceEqual(rows.Select(r => string.Join('\u0001', r)), StringComparer.Ordinal);
    }).QuickCheckThrowOnFailure();

    // Lone halves of surrogate pairs are no text and cannot be written as UTF-8.
    private static string Clean(string? text) => new((text ?? "").Where(c => !char.IsSurrogate(c)).ToArray());

    private Task<List<IReadOnlyList<string>>> Read(string text)
    {
        File.WriteAllText(_file, text);
        return All();
    }

    private async Task<List<IReadOnlyList<string>>> All()
    {
        using var file = await CsvFile.Open(_file, TestContext.Current.CancellationToken);
        var rows = new List<IReadOnlyList<string>>();
        while (await file.Next(TestContext.Current.CancellationToken) is { } row) rows.Add(row);
        return rows;
    }

    /// <summary>Fields of one letter for ever.</summary>
    private sealed class Endless : TextReader
    {
        public int Given { get; private set; }

        public override ValueTask<int> ReadAsync(Memory<char> buffer, CancellationToken cancellationToken = default)
        {
            for (var i = 0; i < buffer.Length; i++) buffer.Span[i] = (Given + i) % 2 == 0 ? 'x' : ',';
            Given += buffer.Length;
            return new(buffer.Length);
        }
    }
}
