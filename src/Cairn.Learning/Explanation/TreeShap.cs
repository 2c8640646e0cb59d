using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Cairn.Learning.Models;

namespace Cairn.Learning.Explanation;

/// <summary>
/// SHAP values of trees in which the training rows that went each way weigh the absent features: those of path-dependent TreeSHAP
/// (Lundberg, Erion and Lee 2018, "Consistent individualized feature attribution for tree ensembles"). Arithmetic in double.
/// </summary>
/// <remarks>
/// <para>
/// A leaf is reached with the product over the features on its way of z when the feature is absent (the share of training rows that
/// went this way) and of o when it is present (1 if the row goes this way, else 0). The Shapley value of such a product is the integral
/// over t in [0, 1] of (oᵢ - zᵢ) Π_{j≠i} (zⱼ + t (oⱼ - zⱼ)) (Owen 1972, multilinear extension). That is a polynomial in t, so Gauss-Legendre
/// points for its degree give it exactly, and at a point all leaves below an edge share the edge's factor: one walk through the tree
/// with products on the way down and sums on the way up (as in Yu et al. 2022, "Linear TreeShap"). O(leaves x points) for each tree.
/// </para>
/// <para>All factors are positive, so nothing cancels. Eight points are carried at a time: ways of up to 16 features take one walk.</para>
/// </remarks>
internal sealed class TreeShap
{
    private static readonly int Lanes = Vector512<double>.Count;

    private readonly FlatTrees _trees;
    private readonly Edge[] _edges;
    private readonly int _deepest;
    private readonly double _baseValue;
    private readonly (Vector512<double> Points, double[] Weights)[] _walks;

    public TreeShap(FlatTrees trees)
    {
        (_trees, _edges, _baseValue) = (trees, new Edge[trees.Nodes.Length], trees.BaseMargin);
        _deepest = trees.Depths.Length == 0 ? 0 : trees.Depths.ToArray().Max();
        var (way, most) = (new (int Feature, double Zero)[_deepest + 1], 0);
        foreach (var root in trees.Roots) _baseValue += Prepare(root, way, 0, 0, ref most);

        // A way with d features has degree d - 1, and n points are exact to degree 2n - 1.
        var walks = Math.Max(1, (most + 2 * Lanes - 1) / (2 * Lanes));
        var (points, weights) = GaussLegendre.Rule(walks * Lanes);
        _walks = [.. Enumerable.Range(0, walks).Select(i => (Vector512.Create(points.AsSpan(i * Lanes, Lanes)), weights[(i * Lanes)..((i + 1) * Lanes)]))];
    }

    public long Bytes => (long)Unsafe.SizeOf<Edge>() * _edges.Length;

    /// <summary>Writes one contribution for each feature; returns the expected margin. Their sum is the margin of the row.</summary>
    public double Explain(ReadOnlySpan<float> row, Span<double> contributions)
    {
        if (row.Length != _trees.Features) throw new ArgumentException($"The row has {row.Length} features, the model {_trees.Features}.", nameof(row));
        contributions.Clear();
        var levels = ArrayPool<Level>.Shared.Rent(_deepest + 1);
        var byFeature = ArrayPool<Vector512<double>>.Shared.Rent(row.Length);
        foreach (var (points, weights) in _walks)
        {
            byFeature.AsSpan(0, row.Length).Clear();
            levels[0] = new() { Product = Vector512<double>.One, Inverse = Vector512<double>.One, Ratio = Vector512<double>.Zero, IsHot = true };
            var walk = new Walk(_trees, _edges, row, points, levels, byFeature);
            foreach (var root in _trees.Roots) walk.Below(root, 0);
            for (var feature = 0; feature < row.Length; feature++)
            {
                // In this order on every machine.
                for (var lane = 0; lane < Lanes; lane++) contributions[feature] += byFeature[feature][lane] * weights[lane];
            }
        }

        ArrayPool<Level>.Shared.Return(levels);
        ArrayPool<Vector512<double>>.Shared.Return(byFeature);
        return _baseValue;
    }

    /// <param name="way">Feature and z of each edge down to here, from 1 on.</param>
    /// <param name="most">The largest number of features on a way.</param>
    /// <returns>The mean below.</returns>
    private double Prepare(int place, (int Feature, double Zero)[] way, int depth, int features, ref int most)
    {
        var node = _trees.Nodes[place];
        most = Math.Max(most, features);
        if (node.IsLeaf) return node.Leaf;

        var previous = depth;
        while (previous > 0 && way[previous].Feature != node.Column) previous--;
        var mean = 0.0;
        for (var child = node.Child; child <= node.Child + 1; child++)
        {
            var share = Share(_trees.Covers, place, child);
            var zero = previous > 0 ? way[previous].Zero * share : share;
            way[depth + 1] = (node.Column, zero);
            _edges[child] = new(zero, previous);
            mean += share * Prepare(child, way, depth + 1, previous > 0 ? features : features + 1, ref most);
        }

        return mean;
    }

    /// <summary>Of the training rows that reached a node, those that went to the child; halves when none did.</summary>
    private static double Share(ReadOnlySpan<float> covers, int place, int child) => covers[place] > 0 ? covers[child] / (double)covers[place] : 0.5;

    /// <summary>The edge to a node.</summary>
    /// <param name="Zero">z of its feature, with all edges of the feature above it.</param>
    /// <param name="Previous">Depth of the nearest edge above of the same feature; 0: there is none.</param>
    private readonly record struct Edge(double Zero, int Previous);

    /// <summary>Where the walk stands at a depth. At depth 0 also what stands for an edge that there is none of.</summary>
    private struct Level
    {
        /// <summary>Of the factors of all features on the way.</summary>
        public Vector512<double> Product;

        /// <summary>(o - z) / factor, and 1 / factor, of the edge's feature.</summary>
        public Vector512<double> Ratio, Inverse;

        /// <summary>Of product x leaf over all leaves below.</summary>
        public Vector512<double> Sum;

        /// <summary>o = 1.</summary>
        public bool IsHot;
    }

    private readonly ref struct Walk(FlatTrees trees, Edge[] edges, ReadOnlySpan<float> row, Vector512<double> points, Level[] levels, Vector512<double>[] byFeature)
    {
        private readonly ref float _row = ref MemoryMarshal.GetReference(row);
        private readonly ReadOnlySpan<TreeNode> _nodes = trees.Nodes;
        private readonly ReadOnlySpan<float> _covers = trees.Covers;
        private readonly Vector512<double> _points = points;
        private readonly Vector512<double> _rest = Vector512<double>.One - points;
        private readonly Vector512<double> _away = -Vector512<double>.One / (Vector512<double>.One - points);

        public void Below(int place, int depth)
        {
            ref readonly var node = ref _nodes[place];
            ref var level = ref levels[depth];
            if (node.IsLeaf)
            {
                level.Sum = level.Product * node.Leaf;
                return;
            }

            var (hot, sum) = (node.Next(ref _row), Vector512<double>.Zero);
            ref var next = ref levels[depth + 1];
            for (var child = node.Child; child <= node.Child + 1; child++)
            {
                var edge = edges[child];
                ref var previous = ref levels[edge.Previous];
                next.IsHot = child == hot && previous.IsHot;
                if (next.IsHot)
                {
                    var factor = _points * (1 - edge.Zero) + Vector512.Create(edge.Zero);
                    next.Inverse = Vector512<double>.One / factor;
                    next.Ratio = next.Inverse * (1 - edge.Zero);
                    next.Product = level.Product * factor * previous.Inverse;
                }
                else if (edge.Zero == 0)
                {
                    continue; // such leaves weigh nothing
                }
                else if (previous.IsHot)
                {
                    next.Ratio = _away;
                    next.Product = level.Product * (_rest * edge.Zero) * previous.Inverse;
                }
                else
                {
                    // The feature went another way above: its part is in the sum there, and nothing new is known.
                    next.Product = level.Product * Share(_covers, place, child);
                    Below(child, depth + 1);
                    sum += next.Sum;
                    continue;
                }

                Below(child, depth + 1);
                sum += next.Sum;
                byFeature[node.Column] += (next.Ratio - previous.Ratio) * next.Sum;
            }

            level.Sum = sum;
        }
    }
}
