using System.Text;
using Cairn.Data;

namespace Cairn.Unit.Tests.Data.Sources;

public sealed class CsvReadingTests : IAsyncDisposable
{
    private readonly DataHome _home = new();

    [Theory]
    [InlineData("a,b\n1,x\n2,y\n")]
    [InlineData("a;b\n1;x\n2;y")]
    [InlineData("a\tb\r\n1\tx\r\n2\ty\r\n")]
    [InlineData("a|b\r1|x\r2|y\r")]
    [InlineData("\uFEFFa,b\n1,x\n2,y\n")]
    [InlineData("\n\r\na,b\n1,x\n\n2,y\n\n")]
    [InlineData("a,b\n1,x\r\n2,y\n")]
    [InlineData("\"a\",\" b \"\n \t1 ,\"x\" \n2, y\n")]
    public async Task The_same_rows_are_read_however_they_are_written(string csv)
    {
        var frame = await _home.Read(csv, new("a", ColumnType.Integer), new("b", ColumnType.Text));

        frame["a"].ShouldBeOfType<NumberColumn>().Values.ShouldBe([1, 2]);
        frame["b"].ShouldBeOfType<TextColumn>().Values.ShouldBe(["x", "y"]);
    }

    [Fact]
    public async Task Quoted_fields_may_hold_delimiters_quotes_and_line_ends()
    {
        var frame = await _home.Read("a,b\n1,\"x, \"\"y\"\"\r\nz\"\n2,5\" pipe\n", new ColumnContract("b", ColumnType.Text));

        frame["b"].ShouldBeOfType<TextColumn>().Values.ShouldBe(["x, \"y\"\r\nz", "5\" pipe"]);
    }

    [Fact]
    public async Task An_empty_line_of_a_single_column_is_a_missing_value() =>
        (await _home.Read("a\n1\n\n3\n", new ColumnContract("a", ColumnType.Number, Nullable: true)))["a"].ShouldBeOfType<NumberColumn>().Values.ShouldBe([1, double.NaN, 3]);

    /// <summary>Our scan and DuckDB must agree on what is a row: random files with every trick RFC 4180 allows.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Random_tables_come_back_as_they_were_written(int seed)
    {
        var random = new Random(seed);
        string[] pieces = ["a", "ü", "1", " ", "\"", "\n", "\r\n", ",", ";", "'", "🙂", "\\", "#", "NULL", "\t"];
        for (var round = 0; round < 20; round++)
        {
            var (columns, rows, end, delimiter) = (random.Next(2, 6), random.Next(1, 30), random.Next(2) == 0 ? "\n" : "\r\n", ",;\t|"[random.Next(4)]);
            var table = Enumerable.Range(0, rows).Select(_ => Enumerable.Range(0, columns).Select(_ => string.Concat(Enumerable.Range(0, random.Next(0, 6)).Select(_ => pieces[random.Next(pieces.Length)]))).ToArray()).ToArray();
            var csv = new StringBuilder();
            csv.AppendJoin(delimiter, Enumerable.Range(0, columns).Select(c => $"col{c}")).Append(end);
            foreach (var row in table) csv.AppendJoin(delimiter, row.Select((f, i) => Written(f, delimiter, random) is var w && w.Length == 0 && columns == 1 ? "\"\"" : w)).Append(end);

            var read = await _home.Datasets.Read(_home.File(csv.ToString()), new Schema([.. Enumerable.Range(0, columns).Select(c => new ColumnContract($"col{c}", ColumnType.Text, Nullable: true))]), DataHome.Cancellation);

            read.Refusal.ShouldBeNull(csv.ToString());
            for (var c = 0; c < columns; c++)
                read.Value[$"col{c}"].ShouldBeOfType<TextColumn>().Values.ShouldBe(table.Select(r => r[c].Trim(' ', '\t', '\r', '\n') is { Length: > 0 } text ? text : null), csv.ToString());
        }
    }

    public ValueTask DisposeAsync() => _home.DisposeAsync();

    private static string Written(string field, char delimiter, Random random) =>
        field.AsSpan().IndexOfAny($"\"\r\n{delimiter}") >= 0 || (random.Next(4) == 0 && field.Trim().Length > 0) ? $"\"{field.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : field;
}
