using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Cairn.Learning.Models;

/// <summary>
/// Many rows through all trees, tree by tree, so that a tree stays in the nearest cache; eight rows at a time, so that eight waits
/// overlap. The comparisons and the order of each row's sum are those of <see cref="FlatTrees.Margin"/>, and so are the bits.
/// </summary>
/// <remarks>
/// A tile holds eight rows column by column, each column twice: as it is for splits at which missing goes left, as NaN is smaller than
/// nothing, and with infinity in place of NaN for those at which it goes right. So a step asks nothing about missing values.
/// </remarks>
internal static class RowTiles
{
    private const int Rows = 8;

    /// <summary>A block of tiles and the tree that walks them share 48 KB of cache when there are 20 columns; with 500 a block has 256 KB.</summary>
    private const int MostRows = 64, MostValues = 1 << 16;

    /// <returns>How many rows were done: all but less than a tile.</returns>
    public static int Margins(FlatTrees trees, ReadOnlySpan<float> rows, Span<float> margins)
    {
        var (done, width) = (0, trees.Features);
        var whole = margins.Length - margins.Length % Rows;
        if (whole == 0) return 0;

        var block = Math.Min(whole, Math.Clamp(MostValues / (2 * width) / Rows * Rows, Rows, MostRows));
        var tiles = ArrayPool<float>.Shared.Rent(2 * width * block);
        for (int count; done < whole; done += count)
        {
            count = Math.Min(block, whole - done);
            for (var row = 0; row < count; row += Rows) Fill(tiles.AsSpan(2 * width * row, 2 * width * Rows), rows.Slice((done + row) * width, Rows * width), width);
            Walk(trees, tiles.AsSpan(0, 2 * width * count), margins.Slice(done, count));
        }

        ArrayPool<float>.Shared.Return(tiles);
        return whole;
    }

    private static void Fill(Span<float> tile, ReadOnlySpan<float> rows, int width)
    {
        var infinity = Vector256.Create(float.PositiveInfinity);
        ref var from = ref MemoryMarshal.GetReference(rows);
        ref var to = ref MemoryMarshal.GetReference(tile);
        for (nint column = 0; column < width; column++)
        {
            var values = Vector256.Create(
                Unsafe.Add(ref from, column), Unsafe.Add(ref from, width + column), Unsafe.Add(ref from, 2 * width + column), Unsafe.Add(ref from, 3 * width + column),
                Unsafe.Add(ref from, 4 * width + column), Unsafe.Add(ref from, 5 * width + column), Unsafe.Add(ref from, 6 * width + column), Unsafe.Add(ref from, 7 * width + column));
            values.StoreUnsafe(ref to, (nuint)(2 * Rows * column));
            Vector256.ConditionalSelect(Vector256.IsNaN(values), infinity, values).StoreUnsafe(ref to, (nuint)((2 * Rows * column) + Rows));
        }
    }

    private static void Walk(FlatTrees trees, ReadOnlySpan<float> tiles, Span<float> margins)
    {
        margins.Fill(trees.BaseMargin);
        ref var nodes = ref MemoryMarshal.GetReference(trees.Nodes);
        ref var sums = ref MemoryMarshal.GetReference(margins);
        nint size = tiles.Length / margins.Length;
        for (var tree = 0; tree < trees.Roots.Length; tree++)
        {
            var (root, depth) = ((nint)trees.Roots[tree], trees.Depths[tree]);
            for (nint row = 0; row < margins.Length; row += Rows)
            {
                ref var tile = ref Unsafe.Add(ref MemoryMarshal.GetReference(tiles), row * size);
                var (a, b, c, d, e, f, g, h) = (root, root, root, root, root, root, root, root);
                for (var left = depth; left > 0; left--)
                {
                    a = Next(ref nodes, a, ref tile, 0);
                    b = Next(ref nodes, b, ref tile, 1);
                    c = Next(ref nodes, c, ref tile, 2);
                    d = Next(ref nodes, d, ref tile, 3);
                    e = Next(ref nodes, e, ref tile, 4);
                    f = Next(ref nodes, f, ref tile, 5);
                    g = Next(ref nodes, g, ref tile, 6);
                    h = Next(ref nodes, h, ref tile, 7);
                }

                var leaves = Vector256.Create(
                    Unsafe.Add(ref nodes, a).Leaf, Unsafe.Add(ref nodes, b).Leaf, Unsafe.Add(ref nodes, c).Leaf, Unsafe.Add(ref nodes, d).Leaf,
                    Unsafe.Add(ref nodes, e).Leaf, Unsafe.Add(ref nodes, f).Leaf, Unsafe.Add(ref nodes, g).Leaf, Unsafe.Add(ref nodes, h).Leaf);
                (Vector256.LoadUnsafe(ref sums, (nuint)row) + leaves).StoreUnsafe(ref sums, (nuint)row);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static nint Next(ref TreeNode nodes, nint place, ref float tile, nint row)
    {
        ref readonly var node = ref Unsafe.Add(ref nodes, place);
        return node.Child + (Unsafe.Add(ref tile, (nint)(Rows * node.Split) + row) >= node.Condition ? 1 : 0);
    }
}
