using Cairn.Learning.Explanation;
using Cairn.Learning.Models;
using Cairn.Learning.Splits;
using Cairn.Unit.Tests.Learning.Models;
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

    /// <summary>
    /// Ways of more features than one walk carries, features split on again and again, children that no training row went to. Against
    /// Shapley's formula for one leaf after the other: with k of the other d - 1 features present, the weight is k! (d - 1 - k)! / d!.
    /// </summary>
    [Theory]
    [InlineData(60, 48, 0.72)]
    [InlineData(5, 30, 0.72)]
    [InlineData(25, 9, 0.25)]
    [InlineData(200, 90, 0.745)]
    public void Contributions_of_long_ways_are_the_shapley_values_of_their_leaves(int features, int depth, double ends)
    {
        var random = new SplitMix64((ulong)features);
        var (trees, rows, longest) = (RandomTrees.Grow(random, features, depth, trees: 12, ends), RandomTrees.Rows(random, 20, features), 0);
        var (shap, contributions) = (new TreeShap(trees), new double[features]);
        for (var i = 0; i < 20; i++)
        {
            var row = rows.AsSpan(i * features, features).ToArray();
            var expected = new double[features];
            var expectedBase = (double)trees.BaseMargin;
            foreach (var root in trees.Roots) Leaves(root, row, []);

            var baseValue = shap.Explain(row, contributions);

            baseValue.ShouldBe(expectedBase, 1e-12);
            for (var feature = 0; feature < features; feature++) contributions[feature].ShouldBe(expected[feature], 1e-12, $"row {i}, feature {feature}");
            (baseValue + contributions.Sum()).ShouldBe(SumOfLeaves(trees, row), 1e-12);

            void Leaves(int place, float[] row, List<(int Feature, double Zero, double One)> way)
            {
                var node = trees.Nodes[place];
                if (!node.IsLeaf)
                {
                    for (var child = node.Child; child <= node.Child + 1; child++)
                    {
                        var share = trees.Covers[place] > 0 ? (double)trees.Covers[child] / trees.Covers[place] : 0.5;
                        var before = way.FirstOrDefault(edge => edge.Feature == node.Column, (node.Column, 1, 1));
                        var taken = child == node.Next(ref row[0]) ? before.One : 0;
                        Leaves(child, row, [.. way.Where(edge => edge.Feature != node.Column), (node.Column, before.Zero * share, taken)]);
                    }

                    return;
                }

                longest = Math.Max(longest, way.Count);
                expectedBase += node.Leaf * way.Aggregate(1.0, (product, edge) => product * edge.Zero);
                foreach (var one in way)
                {
                    double[] present = [1]; // by the number of present features
                    foreach (var other in way.Where(other => other.Feature != one.Feature))
                        present = [.. Enumerable.Range(0, present.Length + 1).Select(k => (k < present.Length ? present[k] * other.Zero : 0) + (k > 0 ? present[k - 1] * other.One : 0))];
                    var weight = 1.0 / way.Count; // 0! (d - 1)! / d!
                    for (var k = 0; k < present.Length; weight *= (k + 1.0) / Math.Max(1, way.Count - 1 - k), k++)
                        expected[one.Feature] += weight * present[k] * (one.One - one.Zero) * node.Leaf;
                }
            }
        }

        if (features > 30) longest.ShouldBeGreaterThan(16);
    }

    /// <summary>Abramowitz and Stegun, table 25.4, n = 8, on [-1, 1].</summary>
    [Fact]
    public void Points_and_weights_are_the_published_ones()
    {
        double[] points = [0.183434642495650, 0.525532409916329, 0.796666477413627, 0.960289856497536];
        double[] weights = [0.362683783378362, 0.313706645877887, 0.222381034453374, 0.101228536290376];

        var rule = GaussLegendre.Rule(8);

        for (var i = 0; i < 4; i++)
        {
            (2 * rule.Points[4 + i] - 1).ShouldBe(points[i], 1e-14);
            (1 - 2 * rule.Points[3 - i]).ShouldBe(points[i], 1e-14);
            (2 * rule.Weights[4 + i]).ShouldBe(weights[i], 1e-14);
            (2 * rule.Weights[3 - i]).ShouldBe(weights[i], 1e-14);
        }
    }

    [Theory]
    [InlineData(8)]
    [InlineData(16)]
    [InlineData(128)]
    public void Polynomials_are_integrated_without_error(int points)
    {
        var rule = GaussLegendre.Rule(points);

        for (var degree = 0; degree < 2 * points; degree++)
            rule.Points.Select((t, i) => rule.Weights[i] * Math.Pow(t, degree)).Sum().ShouldBe(1.0 / (degree + 1), 1e-13, $"degree {degree}");
    }
}
