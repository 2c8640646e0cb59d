using Cairn.Data;
using Cairn.Kernel;

namespace Cairn.Unit.Tests.Data.Contracts;

/// <summary>How a value of a file becomes a value of a type.</summary>
public sealed class TypingTests : IAsyncDisposable
{
    private readonly DataHome _home = new();

    [Theory]
    [InlineData(ColumnType.Number, "1.5", 1.5)]
    [InlineData(ColumnType.Number, " +.5 ", 0.5)]
    [InlineData(ColumnType.Number, "1e-3", 0.001)]
    [InlineData(ColumnType.Number, "-7.", -7)]
    [InlineData(ColumnType.Number, "0.1", 0.1)]
    [InlineData(ColumnType.Number, "123456789012345678", 123456789012345678)]
    [InlineData(ColumnType.Integer, "5.0", 5)]
    [InlineData(ColumnType.Integer, "-9007199254740991", -9007199254740991)]
    [InlineData(ColumnType.Boolean, "Yes", 1)]
    [InlineData(ColumnType.Boolean, "TRUE", 1)]
    [InlineData(ColumnType.Boolean, "0", 0)]
    [InlineData(ColumnType.Boolean, "no", 0)]
    [InlineData(ColumnType.Timestamp, "1970-01-02", 86_400_000_000)]
    [InlineData(ColumnType.Timestamp, "1970/1/2", 86_400_000_000)]
    [InlineData(ColumnType.Timestamp, "1970-01-01 00:00:01.5", 1_500_000)]
    [InlineData(ColumnType.Timestamp, "1970-01-01T02:00:00+02:00", 0)]
    [InlineData(ColumnType.Timestamp, "1970-01-01T00:00:00Z", 0)]
    [InlineData(ColumnType.Timestamp, "02.01.1970", 86_400_000_000)]
    [InlineData(ColumnType.Timestamp, "2.1.1970 00:01", 86_460_000_000)]
    [InlineData(ColumnType.Timestamp, "1/13/1970", 12 * 86_400_000_000)]
    [InlineData(ColumnType.Timestamp, "13/1/1970 12:00:00", (12 * 86_400_000_000) + 43_200_000_000)]
    [InlineData(ColumnType.Number, "", double.NaN)]
    [InlineData(ColumnType.Number, " ", double.NaN)]
    [InlineData(ColumnType.Number, "NaN", double.NaN)]
    [InlineData(ColumnType.Integer, "n/a", double.NaN)]
    [InlineData(ColumnType.Boolean, "NULL", double.NaN)]
    [InlineData(ColumnType.Timestamp, "None", double.NaN)]
    public async Task A_value_is_read_as(ColumnType type, string text, double expected) =>
        (await _home.Read($"a,b\n{text},x\n", new ColumnContract("a", type, Nullable: true)))["a"].ShouldBeOfType<NumberColumn>().Values.ShouldBe([expected]);

    [Theory]
    [InlineData(ColumnType.Number, "abc")]
    [InlineData(ColumnType.Number, "inf")]
    [InlineData(ColumnType.Number, "-Infinity")]
    [InlineData(ColumnType.Number, "1e400")]
    [InlineData(ColumnType.Number, "1_000")]
    [InlineData(ColumnType.Number, "\"1,5\"")]
    [InlineData(ColumnType.Number, "0x10")]
    [InlineData(ColumnType.Number, "12 EUR")]
    [InlineData(ColumnType.Integer, "1.5")]
    [InlineData(ColumnType.Integer, "9007199254740992")]
    [InlineData(ColumnType.Integer, "9007199254740993")]
    [InlineData(ColumnType.Integer, "inf")]
    [InlineData(ColumnType.Boolean, "2")]
    [InlineData(ColumnType.Boolean, "maybe")]
    [InlineData(ColumnType.Timestamp, "2017-02-30")]
    [InlineData(ColumnType.Timestamp, "15-11-23")]
    [InlineData(ColumnType.Timestamp, "01.02.15")]
    [InlineData(ColumnType.Timestamp, "epoch")]
    [InlineData(ColumnType.Timestamp, "infinity")]
    [InlineData(ColumnType.Timestamp, "yesterday")]
    [InlineData(ColumnType.Timestamp, "20170101")]
    [InlineData(ColumnType.Timestamp, "13/13/2017")]
    public async Task A_value_of_another_type_breaks_the_contract(ColumnType type, string text)
    {
        var violation = (await _home.Validate($"a,b\n{text},x\n", new Schema([new("a", type, Nullable: true)]))).Violations.ShouldHaveSingleItem();

        violation.Rule.ShouldBe("type");
        violation.Rows.ShouldBe(1);
        violation.Examples.ShouldBe([new ExampleRow(1, text.Trim('"'))]);
    }

    [Fact]
    public async Task The_order_of_day_and_month_is_decided_from_the_whole_column()
    {
        var days = (await _home.Read("d\n01/02/2020\n13/02/2020\n", new ColumnContract("d", ColumnType.Timestamp)))["d"].ShouldBeOfType<NumberColumn>().Values;
        var months = (await _home.Read("d\n01/02/2020\n02/13/2020\n", new ColumnContract("d", ColumnType.Timestamp)))["d"].ShouldBeOfType<NumberColumn>().Values;

        Time.FromMicros((long)days[0]).ToString("yyyy-MM-dd").ShouldBe("2020-02-01");
        Time.FromMicros((long)months[0]).ToString("yyyy-MM-dd").ShouldBe("2020-01-02");
    }

    [Fact]
    public async Task Dates_that_could_be_either_are_refused_with_advice()
    {
        var violation = (await _home.Validate("d\n01/02/2020\n03/04/2020\n", new Schema([new("d", ColumnType.Timestamp)]))).Violations.ShouldHaveSingleItem();

        violation.Rows.ShouldBe(2);
        violation.Found.ShouldContain("no row tells whether the month or the day comes first");
        violation.Expected.ShouldContain("2017-10-31");
    }

    [Fact]
    public async Task Three_formats_in_one_column_are_read_each_by_its_own_form()
    {
        var values = (await _home.Read("d\n2020-12-31\n31.12.2020\n12/31/2020\n", new ColumnContract("d", ColumnType.Timestamp)))["d"].ShouldBeOfType<NumberColumn>().Values;

        values.Distinct().ShouldHaveSingleItem();
    }

    [Fact]
    public async Task Words_for_missing_are_texts_where_texts_are_expected() =>
        (await _home.Read("c\nNA\nx\n", new ColumnContract("c", ColumnType.Category)))["c"].ShouldBeOfType<CategoryColumn>().Levels.ShouldBe(["NA", "x"]);

    [Fact]
    public async Task Categories_are_codes_of_levels_in_ordinal_order_and_missing_is_minus_one()
    {
        var column = (await _home.Read("c,x\nb,1\n,1\nZ,1\na long text of more than twelve bytes,1\nb,1\n", new ColumnContract("c", ColumnType.Category, Nullable: true)))["c"].ShouldBeOfType<CategoryColumn>();

        column.Levels.ShouldBe(["Z", "a long text of more than twelve bytes", "b"]);
        column.Codes.ShouldBe([2, -1, 0, 1, 2]);
    }

    [Fact]
    public async Task The_categories_of_the_contract_are_levels_even_when_no_row_has_them() =>
        (await _home.Read("c\nb\n", new ColumnContract("c", ColumnType.Category, Categories: ["c", "b", "a"])))["c"].ShouldBeOfType<CategoryColumn>().Levels.ShouldBe(["a", "b", "c"]);

    public ValueTask DisposeAsync() => _home.DisposeAsync();
}
