using Cairn.Data;
using Cairn.Learning.Models;
using Cairn.Learning.Packages;
using Cairn.Learning.Preprocessing;

namespace Cairn.Api.Tests.Serving;

/// <summary>A small real model that reads a time, and whose rows are about the holder of a card: who comes back.</summary>
internal static class VisitModel
{
    private static readonly Schema Schema = new(
        [
            new("card", ColumnType.Text),
            new("visits", ColumnType.Number, Min: 0),
            new("since", ColumnType.Timestamp, Nullable: true),
            new("member", ColumnType.Boolean, Nullable: true),
            new("back", ColumnType.Category, Categories: ["No", "Yes"]),
        ],
        Key: "card", Target: new("back", "Yes"));

    public static IReadOnlyDictionary<string, byte[]> Package()
    {
        const int Rows = 300;
        var draw = new Random(5);
        double[] visits = Column(() => draw.Next(0, 20)), member = Column(() => draw.Next(3) is var m && m == 2 ? double.NaN : m);
        var since = Column(() => draw.Next(5) == 0 ? double.NaN : 1.7e15 + (draw.Next(800) * 86_400e6));
        int[] back = [.. Enumerable.Range(0, Rows).Select(i => draw.NextDouble() < 1 / (1 + Math.Exp(3 - (0.3 * visits[i]) - (double.IsNaN(since[i]) ? 1 : 0))) ? 1 : 0)];
        var frame = new Frame(Rows,
        [
            new TextColumn("card", [.. Enumerable.Range(0, Rows).Select(i => $"c{i}")]), new NumberColumn("visits", visits), new NumberColumn("since", since),
            new NumberColumn("member", member), new CategoryColumn("back", back, ["No", "Yes"]),
        ]);
        int[] train = [.. Enumerable.Range(0, 240)], test = [.. Enumerable.Range(240, 60)];
        var trainer = Trainers.Find("logistic_regression")!;
        var pipeline = Pipeline.Fit(frame, train, Schema, [new("days", "since / 86400000000")], trainer.NeedsDenseFeatures);
        var model = trainer.Fit(pipeline.Apply(frame, train), [.. train.Select(row => (float)back[row])], trainer.Draw(0, 1), 1, threads: 1);
        return PackageWriter.Write(new(pipeline, model, Schema, frame, test, 0.5, "visit", "0193a1b2c3d47e5f8a9b0c1d2e3f4a5b", 1_764_000_000_000_000));

        double[] Column(Func<double> value) => [.. Enumerable.Range(0, Rows).Select(_ => value())];
    }
}
