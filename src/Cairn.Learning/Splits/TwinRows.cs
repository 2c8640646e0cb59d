using Cairn.Data;
using Cairn.Kernel;

namespace Cairn.Learning.Splits;

/// <summary>Rows that say the same as another row: copied before the split, they let a model be tested on what it learned by heart.</summary>
/// <remarks>
/// Twins are natural where columns have few values, so what is found is held against what chance would give: two rows of a class
/// are equal with the product, over the columns, of the sum of squared shares of their values (columns taken as independent).
/// </remarks>
internal static class TwinRows
{
    /// <value>Of the test rows of a class; more with a twin in the training split are refused, if chance does not explain them.</value>
    public const double MostShare = 0.25;

    /// <value>Found must be this many times what chance gives; related columns make more twins than independent ones.</value>
    public const double ChanceFactor = 5;

    /// <summary>Refused when a class was copied; a few twins that chance does not explain are a warning.</summary>
    public static Answer<string[]> Find(Preparation preparation, IReadOnlyList<FrameColumn> features)
    {
        var (schema, target) = (preparation.Task.Schema, preparation.Task.Schema.Target!);
        var contents = RowKeys.Contents(new Frame(preparation.Frame.Rows, features), schema);
        var warnings = new List<string>();
        for (var label = 1; label >= 0; label--)
        {
            int[] Of(int[] rows) => Array.FindAll(rows, row => (int)preparation.Labels[row] == label);

            var (train, test) = (Of(preparation.Train), Of(preparation.Test));
            var learned = train.Select(row => contents[row]).ToHashSet();
            var twins = test.Count(row => learned.Contains(contents[row]));
            var share = twins / (double)test.Length;
            var chance = 1 - Math.Exp(-train.Length * features.Aggregate(1.0, (product, column) => product * Coincidence(column, train)));
            if (twins == 0 || share < ChanceFactor * chance) continue;

            var found = $"{twins:N0} of {test.Length:N0} test rows ({share:P1}) with {target.Column} {(label == 1 ? "=" : "other than")} {target.Positive} stand in the training split too, "
                + $"equal in every feature and the target; chance would give about {chance:P1}";
            if (share > MostShare)
            {
                return new Refusal.Invalid("learning.duplicate-rows",
                    $"{found}. The model would be tested on rows it learned by heart. Remove the copies from the source, and resample (if you must) after the split only.");
            }

            warnings.Add($"{found}.");
        }

        return warnings.ToArray();
    }

    /// <summary>The chance that two rows have the same value.</summary>
    private static double Coincidence(FrameColumn column, int[] rows)
    {
        var counts = column switch
        {
            NumberColumn number => rows.GroupBy(row => number.Values[row]).Select(g => g.Count()),
            CategoryColumn category => rows.GroupBy(row => category.Codes[row]).Select(g => g.Count()),
            _ => [rows.Length],
        };
        return counts.Sum(count => (double)count * count) / ((double)rows.Length * rows.Length);
    }
}
