using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Cairn.Learning.Models;

/// <summary>One node. A leaf has <see cref="Right"/> 0 and its value in <see cref="Value"/>; else the left child is the next node.</summary>
/// <param name="Value">The split: smaller goes left. Or the value of the leaf.</param>
/// <param name="Feature">The column of the split; its complement (~) when a missing value goes left.</param>
/// <param name="Right">Place of the right child.</param>
[StructLayout(LayoutKind.Sequential)]
internal readonly record struct TreeNode(float Value, int Feature, int Right)
{
    public bool IsLeaf => Right == 0;

    public int Column => Feature < 0 ? ~Feature : Feature;
}

/// <summary>
/// Trees of XGBoost in one array, depth first, left child behind its parent. Compares in float32 and sums leaves in float32
/// in the order of the trees, so margins have the bits of XGBoost's own, on any machine.
/// </summary>
/// <param name="covers">For each node the sum of hessians that reached it in training: the weights of TreeSHAP.</param>
/// <param name="gains">For each feature the loss its splits took away.</param>
internal sealed class FlatTrees(TreeNode[] nodes, int[] roots, float[] covers, double[] gains, float baseMargin)
{
    /// <value>Counted up when an answer could have other bits than before: logged with each prediction.</value>
    public const int EvaluatorVersion = 1;

    private readonly TreeNode[] _nodes = nodes;
    private readonly int[] _roots = roots;

    public ReadOnlySpan<TreeNode> Nodes => _nodes;

    public ReadOnlySpan<int> Roots => _roots;

    public ReadOnlySpan<float> Covers => covers;

    public ReadOnlySpan<double> Gains => gains;

    public int Features => gains.Length;

    public float BaseMargin { get; } = baseMargin;

    /// <summary>The sum of the leaves that the row reaches. Allocates nothing.</summary>
    public float Margin(ReadOnlySpan<float> row)
    {
        if (row.Length != Features) throw new ArgumentException($"The row has {row.Length} features, the model {Features}.", nameof(row));

        // XgboostModelFile has checked every index, so the walk needs no bounds checks.
        ref var values = ref MemoryMarshal.GetReference(row);
        ref var first = ref MemoryMarshal.GetArrayDataReference(_nodes);
        var margin = BaseMargin;
        foreach (var root in _roots)
        {
            var place = root;
            while (true)
            {
                ref readonly var node = ref Unsafe.Add(ref first, place);
                if (node.Right == 0) break;
                var left = node.Feature >= 0
                    ? Unsafe.Add(ref values, node.Feature) < node.Value
                    : !(Unsafe.Add(ref values, ~node.Feature) >= node.Value); // NaN compares false: missing goes left
                place = left ? place + 1 : node.Right;
            }

            margin += Unsafe.Add(ref first, place).Value;
        }

        return margin;
    }
}
