using System.Runtime.InteropServices;
using System.Text.Json;
using Cairn.Data;
using Cairn.Learning;
using Cairn.Learning.Preprocessing;
using Cairn.Unit.Tests.Learning.Packages;

namespace Cairn.Unit.Tests.Learning.Preprocessing;

public sealed class PredictorBlockTests : IDisposable
{
    private static readonly Schema Contract = new(
    [
        new("tenure", ColumnType.Integer, Min: 0, Max: 100), new("charge", ColumnType.Number, Nullable: true, Min: 0), new("active", ColumnType.Boolean),
        new("plan", ColumnType.Category, Categories: ["basic", "gold", "never seen"]), new("payment", ColumnType.Category, Nullable: true),
    ]);

    private static readonly Pipeline Fitted = Pipeline.Fit(
        new Frame(4,
        [
            new NumberColumn("tenure", [1, 2, 3, 4]), new NumberColumn("charge", [1, 2, double.NaN, 4]), new NumberColumn("active", [0, 1, 0, 1]),
            new CategoryColumn("plan", [0, 1, 0, 1], ["basic", "gold"]), new CategoryColumn("payment", [0, 1, 0, 1], ["bar", "kärtchen"]),
        ]),
        [0, 1, 2, 3], Contract, [new("per_month", "charge / max(tenure, 1)")], dense: false);

    private readonly string _home = Directory.CreateTempSubdirectory("cairn-test-").FullName;

    /// <summary>A file is scored by columns, a request by its row: the model must see the same, or a batch is another model.</summary>
    [Theory]
    [InlineData("xgboost")]
    [InlineData("random_forest")]
    [InlineData("logistic_regression")]
    public async Task A_block_has_the_feature_vectors_and_scores_of_its_rows_in_all_bits(string algorithm)
    {
        var predictor = TelcoPackage.Of(algorithm).Load();
        var (frame, row, at) = (TelcoPackage.Frame, predictor.NewRow(), 0);

        await Read(
            job =>
            {
                using var table = job.Append("rows", [.. predictor.Columns.Select(c => new AnalyticsColumn(c.Name, c.Type == ColumnType.Category ? AnalyticsType.Text : AnalyticsType.Double))]);
                for (var first = 0; first < frame.Rows; first += AnalyticsTable.Capacity)
                {
                    var count = Math.Min(AnalyticsTable.Capacity, frame.Rows - first);
                    for (var i = 0; i < count; i++) Set(table, predictor.Columns, frame, first + i, i);
                    table.Add(count);
                }

                table.Complete();
            },
            "SELECT * FROM rows",
            rows =>
            {
                var block = predictor.NewBlock(AnalyticsTable.Capacity);
                var scores = new double[AnalyticsTable.Capacity];
                block.Read(rows);
                predictor.Score(block, scores);
                block.Problems.ShouldBeEmpty();
                for (var i = 0; i < block.Rows; i++, at++)
                {
                    var json = new Utf8JsonReader(TelcoPackage.Request(at));
                    json.Read();
                    predictor.Read(ref json, row, "$").ShouldBeNull();
                    MemoryMarshal.AsBytes(block.Features(i)).SequenceEqual(MemoryMarshal.AsBytes(row.Features)).ShouldBeTrue($"row {at}");
                    BitConverter.DoubleToInt64Bits(scores[i]).ShouldBe(BitConverter.DoubleToInt64Bits(predictor.Score(row)), $"row {at}");
                }
            });

        at.ShouldBe(frame.Rows);
    }

    [Fact]
    public Task What_breaks_the_contract_is_named_with_what_was_found_and_expected() => Block(
        """
        (12, 3.5, 1, 'gold', 'bar'), (NULL, NULL, NULL, NULL, NULL), (101, -0.5, 1, 'Gold', 'cheque'), (1.5, 'nan'::DOUBLE, 0, 'never seen', ''), ('inf'::DOUBLE, '-inf'::DOUBLE, 'inf'::DOUBLE, 'gold', 'bar'), (9007199254740994, 0, 0, 'basic', 'bar')
        """,
        block => block.Problems.OrderBy(p => p.Row).ShouldBe(
        [
            new(1, "tenure", "nothing", "a whole number from 0 to 100"), new(1, "active", "nothing", "true or false"), new(1, "plan", "nothing", "one of \"basic\", \"gold\", \"never seen\""),
            new(2, "tenure", "101", "a whole number from 0 to 100"), new(2, "charge", "-0.5", "a number of at least 0"), new(2, "plan", "the text \"Gold\"", "one of \"basic\", \"gold\", \"never seen\""),
            new(3, "tenure", "1.5", "a whole number from 0 to 100"),
            new(4, "tenure", null, "a whole number from 0 to 100"), new(4, "charge", null, "a number of at least 0"), new(4, "active", null, "true or false"),
            new(5, "tenure", "9007199254740994", "a whole number from 0 to 100"),
        ]));

    [Fact]
    public Task Missing_values_and_texts_that_training_has_not_seen_are_read_as_in_a_request() => Block(
        "(12, NULL, 1, 'never seen', 'cheque'), (12, 'nan'::DOUBLE, 1, 'gold', NULL)",
        block =>
        {
            block.Problems.ShouldBeEmpty();
            Fitted.Features.ShouldBe(["tenure", "charge", "active", "plan=basic", "plan=gold", "payment=bar", "payment=kärtchen", "per_month"]);
            block.Features(0).ToArray().ShouldBe([12, float.NaN, 1, 0, 0, 0, 0, float.NaN]);
            block.Features(1).ToArray().ShouldBe([12, float.NaN, 1, 0, 1, 0, 0, float.NaN]);
        });

    public void Dispose() => Directory.Delete(_home, recursive: true);

    private Task<bool> Block(string values, Action<PredictorBlock> look) => Read(
        _ => { },
        $"SELECT a::DOUBLE, b::DOUBLE, c::DOUBLE, d::VARCHAR, e::VARCHAR FROM (VALUES {values}) v(a, b, c, d, e)",
        rows =>
        {
            var block = new PredictorBlock(Fitted, new CompiledPlan(Fitted, Contract).Rules, AnalyticsTable.Capacity);
            block.Read(rows);
            look(block);
        });

    private Task<bool> Read(Action<AnalyticsJob> prepare, string sql, Action<AnalyticsRows> look) => new Analytics(new() { Home = _home }).Run(
        [],
        job =>
        {
            prepare(job);
            using var rows = job.Query(sql);
            while (rows.Next()) look(rows);
            return true;
        },
        TestContext.Current.CancellationToken);

    private static void Set(AnalyticsTable table, IReadOnlyList<ColumnContract> columns, Frame frame, int row, int at)
    {
        for (var column = 0; column < columns.Count; column++)
        {
            if (frame[columns[column].Name] is NumberColumn numbers)
            {
                if (double.IsNaN(numbers.Values[row]) && row % 2 == 0) table.Null(column, at); // both ways to be missing
                else table.Doubles(column)[at] = numbers.Values[row];
            }
            else if (frame[columns[column].Name] is CategoryColumn categories)
            {
                if (categories.Codes[row] < 0) table.Null(column, at);
                else table.Text(column, at, categories.Levels[categories.Codes[row]]);
            }
        }
    }
}
