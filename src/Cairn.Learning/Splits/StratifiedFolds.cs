namespace Cairn.Learning.Splits;

/// <summary>k folds with the same share of positives each, as a function of seed, partition and row keys: not of the order of the rows.</summary>
internal static class StratifiedFolds
{
    /// <summary>The fold of each position of <paramref name="labels"/>: 0 to folds - 1. Sizes differ by at most one per class.</summary>
    /// <param name="partition">Which of the repeats: another number deals the rows anew.</param>
    public static int[] Deal(ReadOnlySpan<float> labels, ReadOnlySpan<ulong> keys, int folds, int seed, int partition)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(folds, 2);
        var fold = new int[labels.Length];
        var next = 0; // goes on from class to class, so that the leftovers do not all land in the first folds
        for (var label = 0; label <= 1; label++)
        {
            foreach (var row in Ordered(labels, keys, label, Salt(seed, partition))) fold[row] = next++ % folds;
        }

        return fold;
    }

    /// <summary>Positions of one class in the order of hash(salt, key); rows with equal keys in the order they stand.</summary>
    internal static int[] Ordered(ReadOnlySpan<float> labels, ReadOnlySpan<ulong> keys, int label, ulong salt)
    {
        var rows = new List<int>();
        for (var row = 0; row < labels.Length; row++)
        {
            if ((int)labels[row] == label) rows.Add(row);
        }

        var order = rows.ToArray();
        var hashes = new ulong[order.Length];
        for (var i = 0; i < order.Length; i++) hashes[i] = SplitMix64.Mix(salt, keys[order[i]]);
        Array.Sort(hashes, order, Comparer<ulong>.Default);
        SortTies(hashes, order);
        return order;
    }

    internal static ulong Salt(int seed, int partition) => SplitMix64.Mix((ulong)(uint)seed, (ulong)(uint)partition);

    /// <summary>Array.Sort is not stable: rows with the same key are put back into their order.</summary>
    private static void SortTies(ulong[] hashes, int[] order)
    {
        for (var start = 0; start < order.Length;)
        {
            var end = start + 1;
            while (end < order.Length && hashes[end] == hashes[start]) end++;
            if (end - start > 1) Array.Sort(order, start, end - start);
            start = end;
        }
    }
}
