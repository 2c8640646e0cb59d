using Cairn.Learning.Models;
using Cairn.Learning.Splits;

namespace Cairn.Unit.Tests.Learning.Models;

internal static class RandomTrees
{
    /// <summary>Values that meet thresholds exactly, or that a comparison may get wrong.</summary>
    public static readonly float[] Values =
    [
        0f, -0f, 0.25f, -0.25f, 1f, MathF.BitIncrement(1f), MathF.BitDecrement(1f), float.Epsilon, -float.Epsilon, 1e-40f, float.MaxValue, float.MinValue,
        float.PositiveInfinity, float.NegativeInfinity, float.NaN, BitConverter.Int32BitsToSingle(0x7f800001),
    ];

    /// <summary>Lopsided trees: a way ends at any depth. Now and then no training row went to a child.</summary>
    /// <param name="ends">How often the left child is a leaf; the right one is a third as often.</param>
    public static FlatTrees Grow(SplitMix64 random, int features, int depth, int trees, double ends)
    {
        var (nodes, covers, roots, depths) = (new List<TreeNode>(), new List<float>(), new List<int>(), new List<int>());
        for (var tree = 0; tree < trees; tree++)
        {
            var deepest = 0;
            roots.Add(nodes.Count);
            nodes.Add(default);
            covers.Add(1_000);
            var open = new Stack<(int Place, int Depth, double Ends)>([(nodes.Count - 1, 0, 0)]);
            while (open.TryPop(out var next))
            {
                deepest = Math.Max(deepest, next.Depth);
                if (next.Depth == depth || random.Unit() < next.Ends)
                {
                    nodes[next.Place] = TreeNode.ForLeaf((float)random.Unit() - 0.5f, next.Place);
                    continue;
                }

                var condition = Values[random.Below(Values.Length)];
                nodes[next.Place] = TreeNode.ForSplit(random.Below(features), float.IsNaN(condition) ? 0.5f : condition, random.Below(2) == 0, nodes.Count);
                open.Push((nodes.Count, next.Depth + 1, ends));
                open.Push((nodes.Count + 1, next.Depth + 1, ends / 3));
                var left = random.Below(12) == 0 ? 0f : (float)random.Unit() * covers[next.Place];
                nodes.AddRange([default, default]);
                covers.AddRange([left, covers[next.Place] - left]);
            }

            depths.Add(deepest);
        }

        return new([.. nodes], [.. roots], [.. depths], [.. covers], new double[features], baseMargin: 0.1f);
    }

    public static float[] Rows(SplitMix64 random, int count, int features)
    {
        var rows = new float[count * features];
        foreach (ref var value in rows.AsSpan()) value = random.Below(4) == 0 ? (float)random.Unit() : Values[random.Below(Values.Length)];
        return rows;
    }
}
