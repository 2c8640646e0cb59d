using Cairn.Data;
using Cairn.Kernel;

namespace Cairn.Learning.Splits;

/// <summary>Rows that say the same as another row: copied before the split, they let a model be tested on what it learned by heart.</summary>
internal static class TwinRows
{
    public const double MostShare = 0.05;

    /// <summary>
    /// Refused when more than 5 % of the rows of the test split have a twin (equal in all features and the target) in the training
    /// split, or as many of the training rows among themselves, and the features could tell the rows apart: with few
    /// combinations twins are natural. A few are a warning.
    /// </summary>
    public static Answer<string[]> Find(Frame frame, Schema schema, IReadOnlyList<FrameColumn> features, TestSplit split)
    {
        if (Combinations(features) < 1000.0 * frame.Rows) return Array.Empty<string>();

        var rows = RowKeys.Contents(new Frame(frame.Rows, [.. features, frame[schema.Target!.Column]]), schema);
        var train = split.Train.GroupBy(r => rows[r]).ToDictionary(g => g.Key, g => g.Count());
        var across = split.Test.Count(r => train.ContainsKey(rows[r]));
        var within = train.Values.Where(count => count > 1).Sum();
        if (across + within == 0) return Array.Empty<string>();

        var found = $"{across:N0} of {split.Test.Length:N0} test rows ({(double)across / split.Test.Length:P1}) stand in the training split too, equal in every feature and the target, "
            + $"and {within:N0} of {split.Train.Length:N0} training rows stand there more than once";
        if (across > MostShare * split.Test.Length || within > 2 * MostShare * split.Train.Length)
        {
            return new Refusal.Invalid("learning.duplicate-rows",
                $"{found}. A model would be tested on rows it learned by heart. Remove the copies from the source, and resample (if you must) after the split only.");
        }

        return new[] { $"{found}." };
    }

    private static double Combinations(IReadOnlyList<FrameColumn> features) => features.Aggregate(1.0, (product, column) => Math.Min(1e15, product * column switch
    {
        NumberColumn number => number.Values.Distinct().Count(),
        CategoryColumn category => category.Levels.Count + 1,
        _ => 1,
    }));
}
