using System.Globalization;
using System.Text;
using Cairn.Data;
using Cairn.Data.Stretches;

namespace Cairn.Unit.Tests.Data.Stretches;

public sealed class RowSourceTests : IAsyncDisposable
{
    private static readonly ColumnContract[] Inputs =
    [
        new("n", ColumnType.Integer, Nullable: true), new("f", ColumnType.Number, Nullable: true), new("b", ColumnType.Boolean, Nullable: true), new("c", ColumnType.Category, Nullable: true),
        new("t", ColumnType.Timestamp, Nullable: true),
    ];

    private readonly DataHome _home = new();

    private static CancellationToken Cancellation => DataHome.Cancellation;

    [Theory]
    [InlineData("\n", "", "unix")]
    [InlineData("\r\n", "", "windows")]
    [InlineData("\r", "", "old mac")]
    [InlineData("\n", "\uFEFF", "with a preamble")]
    [InlineData("\n\n", "", "with blank lines")]
    [InlineData("\r\n\n", "\uFEFF\n\n", "with everything")]
    public async Task Every_row_of_a_csv_file_is_in_exactly_one_stretch(string lineEnd, string start, string why)
    {
        const int Rows = 1_003;
        var csv = new StringBuilder($"{start}id,n,f,b,c,t");
        for (var i = 0; i < Rows; i++) csv.Append(CultureInfo.InvariantCulture, $"{lineEnd}\"r{i}, \"\"x\"\"{(i % 10 == 0 ? "\r\nsecond line\rthird\n" : "")}\",{i},{i / 8.0:R},yes,ä{i % 3},2020-01-01");
        var path = _home.File(csv.ToString());

        var source = (await Sources.Open([path], Inputs, 100, Cancellation)).Value;
        var read = await Read(source, ["id"]);

        source.Rows.ShouldBe(Rows, why);
        source.Stretches.Count.ShouldBe(11);
        source.Stretches.Select(s => s.FirstRow).ShouldBe(Enumerable.Range(0, 11).Select(i => i * 100L));
        read.Select(r => r.Numbers[0]).ShouldBe(Enumerable.Range(0, Rows).Select(i => (double)i));
        read.Select(r => r.Kept).ShouldBe(Enumerable.Range(0, Rows).Select(i => $"r{i}, \"x\"{(i % 10 == 0 ? "\r\nsecond line\rthird\n" : "")}"));
        read.ShouldAllBe(r => r.Numbers[2] == 1 && r.Numbers[3] == 1_577_836_800_000_000);
    }

    [Theory]
    [InlineData(100, 100, 11)]
    [InlineData(2_048, 100, 1_003 / 100 + 1)]
    [InlineData(2_048, 5_000, 1)]
    public async Task Every_row_of_a_parquet_file_is_in_exactly_one_stretch(int rowGroup, int stretch, int stretches)
    {
        var path = await Parquet("SELECT 'r' || i AS id, i::INTEGER AS n, i / 8 AS f, i % 2 = 0 AS b, 'c' || i % 3 AS c, make_timestamp(i * 1000000) AS t FROM range(1003) x(i)", rowGroup);

        var source = (await Sources.Open([path], Inputs, stretch, Cancellation)).Value;
        var read = await Read(source, ["id"]);

        source.Rows.ShouldBe(1_003);
        source.Stretches.Count.ShouldBe(stretches);
        read.Select(r => r.Numbers[0]).ShouldBe(Enumerable.Range(0, 1_003).Select(i => (double)i));
        read.Select(r => r.Numbers[3]).ShouldBe(Enumerable.Range(0, 1_003).Select(i => i * 1e6));
        read.Select(r => r.Kept).ShouldBe(Enumerable.Range(0, 1_003).Select(i => $"r{i}"));
    }

    [Fact]
    public async Task Parquet_files_with_the_same_columns_are_one_source_and_others_are_refused()
    {
        var (first, second) = (await Parquet("SELECT i AS n, 'a' AS id FROM range(0, 700) x(i)", 2_048), await Parquet("SELECT i AS n, 'a' AS id FROM range(700, 1000) x(i)", 2_048));
        var other = await Parquet("SELECT i::DOUBLE AS n, 'a' AS id FROM range(5) x(i)", 2_048);

        var source = (await Sources.Open([first, second], [Inputs[0]], 500, Cancellation)).Value;

        source.Stretches.Select(s => (s.File, s.FirstRow, s.Rows)).ShouldBe([(0, 0, 700), (1, 700, 300)]);
        (await Read(source, ["id"], [Inputs[0]])).Select(r => r.Numbers[0]).ShouldBe(Enumerable.Range(0, 1_000).Select(i => (double)i));
        var refused = (await Sources.Open([first, other], [Inputs[0]], 500, Cancellation)).Refusal!;
        (refused.Code, refused.Detail.Contains("n (", StringComparison.Ordinal)).ShouldBe(("data.files-mixed", true));
        (await Sources.Open([first, _home.File("n\n1\n")], [Inputs[0]], 500, Cancellation)).Refusal!.Code.ShouldBe("data.files-mixed");
    }

    [Fact]
    public async Task A_value_that_is_not_of_its_type_is_infinite_and_its_text_can_be_asked_for()
    {
        var source = (await Sources.Open([_home.File("n,f,b,c,t\nx, 1.5 ,maybe,a,yesterday\n 2 ,na,,,\n1.5,1e999,YES,b,2020-02-30\n")], Inputs, 100, Cancellation)).Value;

        var read = await Read(source, [], look: reader =>
        {
            reader.Texts("n", [0, 1]).ShouldBe(new Dictionary<int, string?> { [0] = "x", [1] = "2" });
            reader.Texts("t", [2])[2].ShouldBe("2020-02-30");
            reader.Texts("t", [1])[1].ShouldBeNull();
        });

        read[0].Numbers.ShouldBe([double.PositiveInfinity, 1.5, double.PositiveInfinity, double.PositiveInfinity]);
        read[1].Numbers.ShouldBe([2, double.NaN, double.NaN, double.NaN]);
        read[2].Numbers.ShouldBe([double.PositiveInfinity, double.PositiveInfinity, 1, double.PositiveInfinity]);
        read.Select(r => r.Text).ShouldBe(["a", null, "b"]);
    }

    /// <summary>A stretch alone would not know what 03/04/2020 means.</summary>
    [Fact]
    public async Task Dates_with_slashes_are_read_as_the_whole_column_says()
    {
        var csv = "n,f,b,c,t\n" + string.Concat(Enumerable.Range(0, 250).Select(i => $"{i},1,yes,a,{(i == 249 ? "31/12/2020" : "03/04/2020")}\n"));

        var source = (await Sources.Open([_home.File(csv)], Inputs, 100, Cancellation)).Value;

        source.Csv!.DayFirst.ShouldBe(["t"]);
        (await Read(source, [])).Take(249).ShouldAllBe(r => r.Numbers[3] == 1_585_872_000_000_000); // 3 April
    }

    [Fact]
    public async Task Columns_that_are_needed_and_not_there_are_named_and_the_others_are_missing_values()
    {
        var path = _home.File("n,Charge\n1,2\n");

        var refused = (await Sources.Open([path], [Inputs[0], new("charge", ColumnType.Number)], 100, Cancellation)).Refusal!;
        var read = await Read((await Sources.Open([path], Inputs, 100, Cancellation)).Value, []);

        refused.Code.ShouldBe("data.columns-missing");
        refused.Fields.Single().Field.ShouldBe("charge");
        refused.Detail.ShouldContain("Charge");
        read.Single().Numbers.ShouldBe([1, double.NaN, double.NaN, double.NaN]);
    }

    [Fact]
    public async Task A_file_that_changes_while_it_is_worked_on_is_noticed()
    {
        var path = _home.File("n\n1\n2\n");
        var source = (await Sources.Open([path], [Inputs[0]], 100, Cancellation)).Value;
        source.Changed().ShouldBeNull();

        await File.AppendAllTextAsync(path, "3\n", Cancellation);
        source.Changed()!.Code.ShouldBe("data.source-changed");
        File.Delete(path);
        source.Changed()!.Code.ShouldBe("data.file-missing");
    }

    [Theory]
    [InlineData(new long[] { 100, 100, 100, 30 }, 100, new long[] { 100, 100, 100, 30 }, "as they are")]
    [InlineData(new long[] { 10, 10, 10, 10, 10 }, 25, new long[] { 20, 20, 10 }, "small ones together")]
    [InlineData(new long[] { 1_000 }, 300, new long[] { 250, 250, 250, 250 }, "a large one in equal pieces")]
    [InlineData(new long[] { 150, 150 }, 100, new long[] { 150, 150 }, "not much larger: whole")]
    [InlineData(new long[] { 50, 300, 50 }, 100, new long[] { 50, 100, 100, 100, 50 }, "all of it")]
    [InlineData(new long[] { 0, 5, 0 }, 100, new long[] { 5 }, "empty ones are nothing")]
    public void Row_groups_are_cut_where_it_costs_nothing(long[] groups, long rowsEach, long[] expected, string why)
    {
        var stretches = new List<RowStretch>();

        StretchCut.Parquet(stretches, 0, groups, rowsEach);

        stretches.Select(s => s.Rows).ShouldBe(expected, why);
        stretches.Select(s => (s.From, s.To)).ShouldBe(stretches.Select(s => (s.FirstRow, s.FirstRow + s.Rows)));
        stretches.Sum(s => s.Rows).ShouldBe(groups.Sum());
    }

    public ValueTask DisposeAsync() => _home.DisposeAsync();

    private RowSources Sources => new(new() { Home = _home.Home.Folder });

    private Task<string> Parquet(string sql, int rowGroup)
    {
        var path = Path.Combine(_home.Home.Folder, $"{Path.GetRandomFileName()}.parquet");
        return new Analytics(new() { Home = _home.Home.Folder }).Run(
            [],
            job =>
            {
                job.Execute($"COPY ({sql}) TO {AnalyticsJob.Text(Path.Combine(job.Folder, "x"))} (FORMAT parquet, ROW_GROUP_SIZE {rowGroup})");
                File.Move(Path.Combine(job.Folder, "x"), path);
                return path;
            },
            Cancellation);
    }

    /// <summary>All stretches, backwards: each has to stand for itself.</summary>
    private async Task<List<(double[] Numbers, string? Text, string? Kept)>> Read(RowSource source, string[] keep, ColumnContract[]? inputs = null, Action<RowReader>? look = null)
    {
        var read = await new Analytics(new() { Home = _home.Home.Folder }).Run(
            [.. source.Files.Select(f => f.Path)],
            job =>
            {
                var reader = new RowReader(job, source, inputs ?? Inputs, keep);
                var all = new List<(long Row, double[] Numbers, string? Text, string? Kept)>();
                foreach (var stretch in source.Stretches.Reverse())
                {
                    reader.Begin(stretch);
                    var rows = new List<(long Row, double[] Numbers, string? Text, string? Kept)>();
                    using (var typed = job.Query(reader.Query))
                    {
                        while (typed.Next())
                        {
                            for (var i = 0; i < typed.Count; i++)
                            {
                                var numbers = Enumerable.Range(0, (inputs ?? Inputs).Length).Where(c => (inputs ?? Inputs)[c].Type != ColumnType.Category).Select(c => typed.IsNull(c, i) ? double.NaN : typed.Doubles(c)[i]).ToArray();
                                var text = (inputs ?? Inputs).Length > 3 && !typed.IsNull(3, i) ? typed.Texts(3).Text(i) : null;
                                var kept = (inputs ?? Inputs).Length; // behind the inputs
                                rows.Add((stretch.FirstRow + rows.Count, numbers, text, keep.Length == 0 || typed.IsNull(kept, i) ? null : typed.Texts(kept).Text(i)));
                            }
                        }
                    }

                    rows.Count.ShouldBe((int)stretch.Rows);
                    look?.Invoke(reader);
                    all.AddRange(rows);
                }

                return all;
            },
            Cancellation);
        return [.. read.OrderBy(r => r.Row).Select(r => (r.Numbers, r.Text, r.Kept))];
    }
}
