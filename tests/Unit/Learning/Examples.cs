using Cairn.Data;
using Cairn.Learning;
using Cairn.Learning.Splits;

namespace Cairn.Unit.Tests.Learning;

/// <summary>Small made-up data: quick to learn, known to the last bit.</summary>
internal static class Examples
{
    public static readonly Schema Schema = new(
        [new("id", ColumnType.Text), new("x", ColumnType.Number), new("noise", ColumnType.Number), new("group", ColumnType.Category), new("bought", ColumnType.Category)],
        Key: "id", Target: new("bought", "yes"));

    public static LearningTask Task(Schema? schema = null, int trials = 1, int folds = 3, int repeats = 1) =>
        new(schema ?? Schema, [], new(), ["logistic_regression"], new(trials, folds, repeats), null);

    /// <summary>A buyer's x is higher by <paramref name="effect"/> deviations (of a uniform number, so about 0.29); 0: the labels are random.</summary>
    public static Frame Frame(int rows = 400, double effect = 1, ulong seed = 1, double positives = 0.3)
    {
        var random = new SplitMix64(seed);
        var (x, noise, group, bought) = (new double[rows], new double[rows], new int[rows], new int[rows]);
        for (var i = 0; i < rows; i++)
        {
            bought[i] = random.Unit() < positives ? 1 : 0;
            x[i] = random.Unit() + bought[i] * effect * 0.29;
            noise[i] = random.Unit();
            group[i] = random.Below(4);
        }

        return new(rows,
        [
            new TextColumn("id", [.. Enumerable.Range(0, rows).Select(i => $"r{i}")]), new NumberColumn("x", x), new NumberColumn("noise", noise),
            new CategoryColumn("group", group, ["a", "b", "c", "d"]), new CategoryColumn("bought", bought, ["no", "yes"]),
        ]);
    }

    public static Frame With(this Frame frame, params FrameColumn[] columns) =>
        frame with { Columns = [.. frame.Columns.Where(c => columns.All(n => n.Name != c.Name)), .. columns] };

    public static double[] Bought(this Frame frame) => frame["bought"] is NumberColumn truth ? truth.Values : [.. ((CategoryColumn)frame["bought"]).Codes.Select(c => (double)c)];

    public static Candidate Train(Preparation preparation, string algorithm = "logistic_regression") =>
        Training.Train(preparation, algorithm, null, TestContext.Current.CancellationToken).Value;
}
