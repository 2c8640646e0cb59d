using System.Buffers;
using System.Runtime.InteropServices;
using Cairn.Learning.Models;

namespace Cairn.Learning.Explanation;

/// <summary>
/// SHAP values of trees in which the training rows that went each way weigh the absent features: path-dependent TreeSHAP
/// (Lundberg, Erion and Lee 2018, "Consistent individualized feature attribution for tree ensembles", algorithm 2). O(leaves x
/// depth²) for each tree. Arithmetic in double.
/// </summary>
internal sealed class TreeShap
{
    private readonly FlatTrees _trees;
    private readonly int _deepest;
    private readonly double _baseValue;

    public TreeShap(FlatTrees trees)
    {
        _trees = trees;
        _baseValue = trees.BaseMargin;
        foreach (var root in trees.Roots)
        {
            var (mean, depth) = MeanAndDepth(root);
            _baseValue += mean;
            _deepest = Math.Max(_deepest, depth);
        }
    }

    /// <summary>Writes one contribution for each feature; returns the expected margin. Their sum is the margin of the row.</summary>
    public double Explain(ReadOnlySpan<float> row, Span<double> contributions)
    {
        if (row.Length != _trees.Features) throw new ArgumentException($"The row has {row.Length} features, the model {_trees.Features}.", nameof(row));
        contributions.Clear();

        // Level d of the walk keeps a path of d + 1 elements, so all levels together need a triangle of them.
        var length = (_deepest + 2) * (_deepest + 3) / 2;
        var paths = ArrayPool<PathElement>.Shared.Rent(length);
        foreach (var root in _trees.Roots) Walk(root, row, contributions, paths.AsSpan(0, length), 0, new(-1, 1, 1, 0));
        ArrayPool<PathElement>.Shared.Return(paths);
        return _baseValue;
    }

    /// <param name="space">Free elements; the path of the parent, <paramref name="length"/> long, stands right before them in the caller's span.</param>
    private void Walk(int place, ReadOnlySpan<float> row, Span<double> contributions, Span<PathElement> space, int length, PathElement step)
    {
        var path = space[..(length + 1)];
        Extend(path, step);
        ref readonly var node = ref _trees.Nodes[place];
        if (node.IsLeaf)
        {
            for (var i = 1; i < path.Length; i++)
                contributions[path[i].Feature] += UnwoundSum(path, i) * (path[i].One - path[i].Zero) * node.Leaf;
            return;
        }

        var hot = node.Next(ref MemoryMarshal.GetReference(row));
        var cold = hot == node.Child ? node.Child + 1 : node.Child;
        double cover = _trees.Covers[place];
        var (hotShare, coldShare) = (_trees.Covers[hot] / cover, _trees.Covers[cold] / cover);

        var (zero, one) = (1.0, 1.0);
        var seen = IndexOf(path, node.Column);
        if (seen > 0)
        {
            (zero, one) = (path[seen].Zero, path[seen].One);
            Unwind(path, seen);
            path = path[..^1];
        }

        var rest = space[(length + 1)..];
        path.CopyTo(rest);
        Walk(hot, row, contributions, rest, path.Length, new(node.Column, zero * hotShare, one, 0));
        path.CopyTo(rest);
        Walk(cold, row, contributions, rest, path.Length, new(node.Column, zero * coldShare, 0, 0));
    }

    /// <summary>Puts a step at the end of the path and grows the weights of its subsets.</summary>
    private static void Extend(Span<PathElement> path, PathElement step)
    {
        var depth = path.Length - 1;
        path[depth] = step with { Weight = depth == 0 ? 1 : 0 };
        for (var i = depth - 1; i >= 0; i--)
        {
            path[i + 1].Weight += step.One * path[i].Weight * (i + 1) / (depth + 1);
            path[i].Weight = step.Zero * path[i].Weight * (depth - i) / (depth + 1);
        }
    }

    /// <summary>Takes a step out of the path: undoes <see cref="Extend"/>, which does not depend on the order of steps.</summary>
    private static void Unwind(Span<PathElement> path, int index)
    {
        var depth = path.Length - 1;
        var (zero, one) = (path[index].Zero, path[index].One);
        var next = path[depth].Weight;
        for (var i = depth - 1; i >= 0; i--)
        {
            if (one != 0)
            {
                var weight = path[i].Weight;
                path[i].Weight = next * (depth + 1) / ((i + 1) * one);
                next = weight - path[i].Weight * zero * (depth - i) / (depth + 1);
            }
            else
            {
                path[i].Weight = path[i].Weight * (depth + 1) / (zero * (depth - i));
            }
        }

        for (var i = index; i < depth; i++) path[i] = path[i + 1] with { Weight = path[i].Weight };
    }

    /// <summary>The sum of the weights of the path without one step.</summary>
    private static double UnwoundSum(ReadOnlySpan<PathElement> path, int index)
    {
        var depth = path.Length - 1;
        var (zero, one) = (path[index].Zero, path[index].One);
        var next = path[depth].Weight;
        var total = 0.0;
        for (var i = depth - 1; i >= 0; i--)
        {
            if (one != 0)
            {
                var weight = next * (depth + 1) / ((i + 1) * one);
                total += weight;
                next = path[i].Weight - weight * zero * (depth - i) / (depth + 1);
            }
            else if (zero != 0)
            {
                total += path[i].Weight * (depth + 1) / (zero * (depth - i));
            }
        }

        return total;
    }

    private static int IndexOf(ReadOnlySpan<PathElement> path, int feature)
    {
        for (var i = 1; i < path.Length; i++) if (path[i].Feature == feature) return i;
        return -1;
    }

    private (double Mean, int Depth) MeanAndDepth(int place)
    {
        ref readonly var node = ref _trees.Nodes[place];
        if (node.IsLeaf) return (node.Leaf, 0);
        var (left, right) = (MeanAndDepth(node.Child), MeanAndDepth(node.Child + 1));
        double cover = _trees.Covers[place];
        return (left.Mean * (_trees.Covers[node.Child] / cover) + right.Mean * (_trees.Covers[node.Child + 1] / cover), 1 + Math.Max(left.Depth, right.Depth));
    }

    /// <summary>A feature on the way to a leaf.</summary>
    /// <param name="Zero">Share of training rows that go this way when the feature is absent.</param>
    /// <param name="One">1 when the row goes this way, else 0.</param>
    /// <param name="Weight">Of the subsets with as many features as this element has before it.</param>
    private record struct PathElement(int Feature, double Zero, double One, double Weight);
}
