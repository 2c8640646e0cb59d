using Cairn.Learning.Splits;
using Cairn.Unit.Tests.Learning.Packages;

namespace Cairn.Unit.Tests.Learning.Models;

/// <summary>Rows scored together have the bits that each has alone, and those are XGBoost's (<see cref="TreeTrainerTests"/>).</summary>
public class RowTilesTests
{
    public static TheoryData<int, int, int, double> Shapes => new()
    {
        { 1, 1, 1, 0 }, { 3, 2, 7, 0 }, { 20, 6, 100, 0.2 }, { 45, 12, 30, 0.3 }, { 7, 40, 9, 0.72 }, { 700, 5, 25, 0.2 }, { 9_000, 4, 5, 0 },
    };

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Margins_of_many_rows_have_the_bits_of_one(int features, int depth, int trees, double ends)
    {
        var random = new SplitMix64((ulong)(features + depth));
        var model = RandomTrees.Grow(random, features, depth, trees, ends);
        foreach (var count in new[] { 0, 1, 7, 8, 9, 63, 64, 65, 129, features < 1_000 ? 1_001 : 50 })
        {
            var rows = RandomTrees.Rows(random, count, features);
            var margins = new float[count];

            model.Margins(rows, margins);

            for (var row = 0; row < count; row++)
                Bits(margins[row]).ShouldBe(Bits(model.Margin(rows.AsSpan(row * features, features))), $"row {row} of {count}");
        }
    }

    [Theory]
    [InlineData("xgboost", 1)]
    [InlineData("xgboost", 2)]
    [InlineData("xgboost", 4)]
    [InlineData("random_forest", 1)]
    [InlineData("random_forest", 4)]
    [InlineData("logistic_regression", 2)]
    public void Threads_and_what_stands_beside_a_row_change_no_bit(string algorithm, int threads)
    {
        var package = TelcoPackage.Of(algorithm);
        var (model, matrix) = (package.Model, package.Pipeline.Apply(TelcoPackage.Frame, Telco.Rows));
        var expected = Enumerable.Range(0, matrix.Rows).Select(row => BitConverter.DoubleToInt64Bits(model.Score(matrix.Row(row)))).ToArray();
        var length = matrix.Rows / threads + 1;

        Parallel.For(0, threads, new() { MaxDegreeOfParallelism = threads }, thread =>
        {
            // Each time from another row on and in pieces of another size, so that a row finds itself in all places of a tile.
            for (var size = 1; size < 1_500; size = size * 2 + 1)
            {
                var scores = new double[size];
                for (var from = thread * length; from < Math.Min(matrix.Rows, (thread + 1) * length); from += size)
                {
                    var piece = scores.AsSpan(0, Math.Min(size, matrix.Rows - from));
                    model.Score(matrix.Values.AsSpan(from * matrix.Columns, piece.Length * matrix.Columns), piece);
                    for (var i = 0; i < piece.Length; i++) if (BitConverter.DoubleToInt64Bits(piece[i]) != expected[from + i]) Assert.Fail($"Row {from + i} has other bits in a piece of {size}.");
                }
            }
        });
    }

    [Fact]
    public void Nothing_is_allocated()
    {
        var package = TelcoPackage.Of("xgboost");
        var (model, matrix) = (package.Model, package.Pipeline.Apply(TelcoPackage.Frame, Telco.Rows));
        var scores = new double[matrix.Rows];
        model.Score(matrix.Values, scores);

        var before = GC.GetAllocatedBytesForCurrentThread();
        model.Score(matrix.Values, scores);

        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBe(0);
    }

    [Fact]
    public void Rows_and_scores_of_different_number_are_refused()
    {
        var model = TelcoPackage.Of("xgboost").Model;

        Should.Throw<ArgumentException>(() => model.Score(new float[model.Features * 9], new double[10])).Message.ShouldContain("10 rows of");
    }

    private static int Bits(float value) => BitConverter.SingleToInt32Bits(value);
}
