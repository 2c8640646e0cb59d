using Cairn.Learning.Explanation;
using Cairn.Learning.Models;
using Cairn.Unit.Tests.Learning.Packages;

namespace Cairn.Unit.Tests.Learning.Explanation;

public class TreeShapTests
{
    [Theory]
    [InlineData("xgboost")]
    [InlineData("random_forest")]
    public void Contributions_on_telco_are_those_of_xgboost(string algorithm)
    {
        var package = TelcoPackage.Of(algorithm);
        int[] rows = [.. Telco.Rows.Where(row => row % 35 == 3)];
        var matrix = package.Pipeline.Apply(TelcoPackage.Frame, rows);
        using var booster = XgboostBooster.Load(package.Files["model.ubj"]);
        var expected = booster.Contributions(matrix);
        var contributions = new double[matrix.Columns];
        for (var i = 0; i < matrix.Rows; i++)
        {
            var baseValue = package.Model.Explain(matrix.Row(i), contributions);

            var row = expected.AsSpan(i * (matrix.Columns + 1), matrix.Columns + 1);
            for (var j = 0; j < matrix.Columns; j++) contributions[j].ShouldBe(row[j], 1e-5, $"row {i}, {package.Pipeline.Features[j]}");
            baseValue.ShouldBe(row[^1], 1e-5);
            var (sum, trees) = (baseValue + contributions.Sum(), ((TreeModel)package.Model).Trees);
            sum.ShouldBe(SumOfLeaves(trees, matrix.Row(i)), 1e-9);
            sum.ShouldBe(trees.Margin(matrix.Row(i)), 1e-6 * Math.Max(1, Math.Abs(sum))); // which is summed in float, as XGBoost does
        }
    }

    private static double SumOfLeaves(FlatTrees trees, ReadOnlySpan<float> row)
    {
        double sum = trees.BaseMargin;
        foreach (var root in trees.Roots)
        {
            var place = root;
            for (var node = trees.Nodes[place]; !node.IsLeaf; node = trees.Nodes[place])
            {
                var x = row[node.Column];
                place = node.Child + (x < node.Condition || (float.IsNaN(x) && node.MissingGoesLeft) ? 0 : 1);
            }

            sum += trees.Nodes[place].Leaf;
        }

        return sum;
    }

    /// <summary>The definition itself: the mean over all orders of features, absent ones weighted by cover (Lundberg 2018, algorithm 1).</summary>
    [Fact]
    public void Contributions_are_the_shapley_values_of_the_definition()
    {
        // x0 < 1 ? (x1 < 2 ? 1 : (x0 < 0 ? 5 : -2)) : (x2 < 3, missing left ? 4 : x1 < 0 ? 7 : 3): a feature is split on twice along two ways.
        TreeNode[] nodes =
        [
            TreeNode.ForSplit(0, 1, missingGoesLeft: false, 1), TreeNode.ForSplit(1, 2, missingGoesLeft: false, 3), TreeNode.ForSplit(2, 3, missingGoesLeft: true, 5),
            TreeNode.ForLeaf(1, 3), TreeNode.ForSplit(0, 0, missingGoesLeft: false, 7), TreeNode.ForLeaf(4, 5), TreeNode.ForSplit(1, 0, missingGoesLeft: false, 9),
            TreeNode.ForLeaf(5, 7), TreeNode.ForLeaf(-2, 8), TreeNode.ForLeaf(7, 9), TreeNode.ForLeaf(3, 10),
        ];
        float[] covers = [100, 60, 40, 20, 40, 10, 30, 15, 25, 12, 18];
        var trees = new FlatTrees(nodes, [0], [3], covers, new double[3], baseMargin: 0.5f);
        var contributions = new double[3];
        float[][] rows = [[-1, 5, 0], [0.5f, 1, 9], [2, -1, 9], [2, 1, float.NaN], [float.NaN, float.NaN, float.NaN], [0.5f, 2, 3]];
        foreach (var row in rows)
        {
            var baseValue = new TreeShap(trees).Explain(row, contributions);

            baseValue.ShouldBe(0.5 + Expected(row, 0, 0), 1e-12);
            for (var feature = 0; feature < 3; feature++)
            {
                var shapley = 0.0;
                foreach (var order in new[] { (0, 1, 2), (0, 2, 1), (1, 0, 2), (1, 2, 0), (2, 0, 1), (2, 1, 0) })
                {
                    int[] sequence = [order.Item1, order.Item2, order.Item3];
                    var before = sequence.TakeWhile(f => f != feature).Sum(f => 1 << f);
                    shapley += (Expected(row, 0, before | 1 << feature) - Expected(row, 0, before)) / 6;
                }

                contributions[feature].ShouldBe(shapley, 1e-12);
            }
        }

        double Expected(float[] row, int place, int present)
        {
            var node = nodes[place];
            if (node.IsLeaf) return node.Leaf;
            var (left, right) = (node.Child, node.Child + 1);
            var x = row[node.Column];
            if ((present >> node.Column & 1) != 0) return Expected(row, float.IsNaN(x) ? (node.MissingGoesLeft ? left : right) : x < node.Condition ? left : right, present);
            return (covers[left] * Expected(row, left, present) + covers[right] * Expected(row, right, present)) / covers[place];
        }
    }
}
