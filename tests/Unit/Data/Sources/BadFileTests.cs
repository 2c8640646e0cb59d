using System.Text;
using Cairn.Kernel;

namespace Cairn.Unit.Tests.Data.Sources;

public sealed class BadFileTests : IAsyncDisposable
{
    private readonly DataHome _home = new();

    [Theory]
    [InlineData("", "data.file-empty", "is empty")]
    [InlineData("\n\n\r\n", "data.file-empty", "is empty")]
    [InlineData("\uFEFF", "data.file-empty", "is empty")]
    [InlineData("a,b", "data.no-rows", "no rows")]
    [InlineData("a,b\n", "data.no-rows", "2 columns")]
    [InlineData("a,b\r\n\r\n", "data.no-rows", "no rows")]
    [InlineData("a,a\n1,2\n", "data.column-duplicate", "as in column 1")]
    [InlineData("a,b,A\n1,2,3\n", "data.column-duplicate", "column 3")]
    [InlineData("a,,c\n1,2,3\n", "data.column-unnamed", "column 2")]
    [InlineData(",a\n0,2\n", "data.column-unnamed", "index")]
    [InlineData("a,b\n1,2\n3\n4,5,6\n", "data.row-ragged", "2 lines")]
    [InlineData("a,b\n1,\"x\ny\n2,3\n", "data.quote-unterminated", "line 2")]
    [InlineData("a,b\n1,\"x\"y\n", "data.quote-stray", "line 2")]
    [InlineData("a,b\n1,2\n3, \"x,y\"\n", "data.quote-stray", "line 3")]
    [InlineData("a,b\n1,\0\n", "data.nul-byte", "byte 7")]
    public async Task A_malformed_file_is_refused_and_the_refusal_says_where(string text, string code, string says)
    {
        var refusal = (await _home.Inspect(text)).Refusal.ShouldNotBeNull();

        refusal.Code.ShouldBe(code);
        refusal.Detail.ShouldContain(says);
        _home.LeftBehind.ShouldBeEmpty();
    }

    [Fact]
    public async Task Ragged_rows_are_named_by_line_with_found_and_expected_fields()
    {
        var refusal = (await _home.Inspect("a,b\n\"x\ny\",2\n1\n1,2,3\n")).Refusal.ShouldNotBeNull();

        refusal.Fields.ShouldBe([new FieldProblem("line 4", "1 fields", "2 fields"), new FieldProblem("line 5", "3 fields", "2 fields")]);
    }

    [Fact]
    public async Task A_file_that_is_not_there_is_missing() => (await Inspect("/no/such/file.csv")).ShouldBeOfType<Refusal.Missing>().Code.ShouldBe("data.file-missing");

    [Fact]
    public async Task A_folder_is_no_file() => (await Inspect(_home.Home.Folder)).Code.ShouldBe("data.file-unreadable");

    [Fact]
    public async Task Latin_1_is_refused_with_the_byte_that_shows_it()
    {
        var refusal = await Inspect(_home.File(Encoding.Latin1.GetBytes("name,x\nMüller,1\n")));

        refusal.Code.ShouldBe("data.encoding");
        refusal.Detail.ShouldContain("byte 9 is 0xFC");
        refusal.Detail.ShouldContain("iconv -f WINDOWS-1252");
    }

    [Fact]
    public async Task Utf_16_is_refused_with_advice()
    {
        var refusal = await Inspect(_home.File([0xFF, 0xFE, .. Encoding.Unicode.GetBytes("a,b\n1,2\n")]));

        refusal.Code.ShouldBe("data.encoding");
        refusal.Detail.ShouldContain("UTF-16");
    }

    [Fact]
    public async Task A_wrong_byte_far_into_a_large_file_is_found_at_its_place()
    {
        var text = new StringBuilder("ä,b\n");
        while (text.Length < 2_500_000) text.Append("ünf,größer\n");
        var bytes = Encoding.UTF8.GetBytes(text.ToString());
        (await _home.Datasets.Validate(_home.File(bytes), new([new("ä", Cairn.Data.ColumnType.Text)]), DataHome.Cancellation)).Refusal.ShouldBeNull();
        var place = bytes.AsSpan(2_200_000).IndexOf("ß"u8) + 2_200_000;
        bytes[place + 1] = (byte)'x';

        (await Inspect(_home.File(bytes))).Detail.ShouldContain($"byte {place + 1} is 0xC3");
    }

    [Fact]
    public async Task A_truncated_character_at_the_end_is_not_utf_8() => (await Inspect(_home.File([.. "a,b\n1,x"u8, 0xC3]))).Code.ShouldBe("data.encoding");

    [Fact]
    public async Task A_record_without_end_is_refused_before_it_fills_the_memory()
    {
        var text = "a,b\n1,\"" + new string('x', 3 << 20) + "\"\n";

        (await Inspect(_home.File(text))).Code.ShouldBe("data.line-too-long");
    }

    [Fact]
    public async Task Something_that_only_starts_like_parquet_is_refused() =>
        (await Inspect(_home.File([.. "PAR1"u8, .. new byte[100]], "x.parquet"))).Code.ShouldBe("data.parquet-unreadable");

    [Fact]
    public async Task More_columns_than_sense_are_refused() =>
        (await Inspect(_home.File(string.Join(',', Enumerable.Range(0, 5000).Select(i => $"c{i}")) + "\n"))).Code.ShouldBe("data.too-many-columns");

    [Theory]
    [InlineData("it's [1] \"quoted\" * ?.csv")]
    [InlineData("Ünï 🙂.csv")]
    public async Task Names_of_files_may_be_anything(string name) =>
        (await _home.Datasets.Inspect(_home.File("a,b\n1,2\n", name), null, null, null, DataHome.Cancellation)).Value.Rows.ShouldBe(1);

    public ValueTask DisposeAsync() => _home.DisposeAsync();

    private async Task<Refusal> Inspect(string path) => (await _home.Datasets.Inspect(path, null, null, null, DataHome.Cancellation)).Refusal.ShouldNotBeNull();
}
