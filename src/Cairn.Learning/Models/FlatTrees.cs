using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Cairn.Learning.Models;

/// <summary>One node. The children stand side by side; a leaf is its own child, and its condition is NaN, which no value fulfils.</summary>
/// <param name="Condition">A smaller value goes left.</param>
/// <param name="Leaf">What a leaf adds to the margin.</param>
/// <param name="Split">Twice the column, and one more when a missing value goes right: also where <see cref="RowTiles"/> hold the value.</param>
/// <param name="Child">Place of the left child; the right one is behind it.</param>
[StructLayout(LayoutKind.Sequential)]
internal readonly record struct TreeNode(float Condition, float Leaf, uint Split, int Child)
{
    public bool IsLeaf => float.IsNaN(Condition);

    public int Column => (int)(Split >> 1);

    public bool MissingGoesLeft => (Split & 1) == 0;

    public static TreeNode ForLeaf(float value, int place) => new(float.NaN, value, 0, place);

    public static TreeNode ForSplit(int column, float condition, bool missingGoesLeft, int child) =>
        new(condition, 0, ((uint)column << 1) | (missingGoesLeft ? 0u : 1u), child);

    /// <summary>Without a branch: which way a row goes is a coin toss for the processor, and a wrong guess costs more than the node.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Next(ref float row)
    {
        var value = Unsafe.Add(ref row, Split >> 1);
        return Child + ((value >= Condition ? 1 : 0) | ((float.IsNaN(value) ? 1 : 0) & (int)Split));
    }
}

/// <summary>
/// Trees of XGBoost in one array. Compares in float32 and sums leaves in float32
/// in the order of the trees, so margins have the bits of XGBoost's own, on any machine.
/// </summary>
/// <param name="depths">For each tree the longest way to a leaf.</param>
/// <param name="covers">For each node the sum of hessians that reached it in training: the weights of TreeSHAP.</param>
/// <param name="gains">For each feature the loss its splits took away.</param>
internal sealed class FlatTrees(TreeNode[] nodes, int[] roots, int[] depths, float[] covers, double[] gains, float baseMargin)
{
    /// <value>Counted up when an answer could have other bits than before: logged with each prediction. The arithmetic before it stays, for replay.</value>
    public const int EvaluatorVersion = 1;

    private readonly TreeNode[] _nodes = nodes;
    private readonly int[] _roots = roots;
    private readonly int[] _depths = depths;

    public ReadOnlySpan<TreeNode> Nodes => _nodes;

    public ReadOnlySpan<int> Roots => _roots;

    public ReadOnlySpan<int> Depths => _depths;

    public ReadOnlySpan<float> Covers => covers;

    public ReadOnlySpan<double> Gains => gains;

    public int Features => gains.Length;

    public long Bytes => ((long)Unsafe.SizeOf<TreeNode>() * _nodes.Length) + ((long)sizeof(int) * 2 * _roots.Length) + ((long)sizeof(float) * covers.Length) + ((long)sizeof(double) * gains.Length);

    public float BaseMargin { get; } = baseMargin;

    /// <summary>The sum of the leaves that the row reaches. Allocates nothing.</summary>
    public float Margin(ReadOnlySpan<float> row)
    {
        if (row.Length != Features) throw new ArgumentException($"The row has {row.Length} features, the model {Features}.", nameof(row));

        // XgboostModelFile has checked every index, so the walk needs no bounds checks.
        ref var values = ref MemoryMarshal.GetReference(row);
        ref var first = ref MemoryMarshal.GetArrayDataReference(_nodes);
        var margin = BaseMargin;
        var tree = 0;

        // Four trees at a time: each step waits for memory, and four waits overlap. Leaves are their own children.
        for (; tree + 4 <= _roots.Length; tree += 4)
        {
            var (a, b, c, d) = (_roots[tree], _roots[tree + 1], _roots[tree + 2], _roots[tree + 3]);
            for (var left = Math.Max(Math.Max(_depths[tree], _depths[tree + 1]), Math.Max(_depths[tree + 2], _depths[tree + 3])); left > 0; left--)
            {
                a = Unsafe.Add(ref first, a).Next(ref values);
                b = Unsafe.Add(ref first, b).Next(ref values);
                c = Unsafe.Add(ref first, c).Next(ref values);
                d = Unsafe.Add(ref first, d).Next(ref values);
            }

            margin += Unsafe.Add(ref first, a).Leaf;
            margin += Unsafe.Add(ref first, b).Leaf;
            margin += Unsafe.Add(ref first, c).Leaf;
            margin += Unsafe.Add(ref first, d).Leaf;
        }

        for (; tree < _roots.Length; tree++)
        {
            var place = _roots[tree];
            for (var left = _depths[tree]; left > 0; left--) place = Unsafe.Add(ref first, place).Next(ref values);
            margin += Unsafe.Add(ref first, place).Leaf;
        }

        return margin;
    }

    /// <summary>The margins of rows that stand one behind the other, each with the bits that the row has alone.</summary>
    public void Margins(ReadOnlySpan<float> rows, Span<float> margins)
    {
        if (rows.Length != (long)margins.Length * Features) throw new ArgumentException($"{margins.Length} rows of {Features} features are not {rows.Length} values.", nameof(rows));
        for (var row = RowTiles.Margins(this, rows, margins); row < margins.Length; row++) margins[row] = Margin(rows.Slice(row * Features, Features));
    }
}
