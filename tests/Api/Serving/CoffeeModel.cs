using Cairn.Data;
using Cairn.Learning;
using Cairn.Learning.Models;
using Cairn.Learning.Packages;
using Cairn.Learning.Preprocessing;

namespace Cairn.Api.Tests.Serving;

/// <summary>A small real model: who orders a second cup. Another seed is another model with other answers.</summary>
internal static class CoffeeModel
{
    public const string Row = """{"age": 30, "cups": 2, "roast": "dark", "member": true}""";

    private static readonly string[] Roasts = ["dark", "light", "medium"];

    private static readonly Schema Schema = new(
        [
            new("age", ColumnType.Integer, Min: 0, Max: 120),
            new("cups", ColumnType.Number, Nullable: true),
            new("roast", ColumnType.Category, Categories: Roasts),
            new("member", ColumnType.Boolean),
            new("again", ColumnType.Category, Categories: ["No", "Yes"]),
        ],
        Target: new("again", "Yes"));

    /// <summary>With a key that names a guest, whose name and age are personal data.</summary>
    private static readonly Schema PersonalSchema = new(
        [new("guest", ColumnType.Text, Pii: true), .. Schema.Columns.Select(column => column.Name == "age" ? column with { Pii = true } : column)], Key: "guest", Target: Schema.Target);

    private static readonly Schema WithSugar = Schema with { Columns = [.. Schema.Columns, new("sugar", ColumnType.Number)] };

    /// <param name="asksForSugar">True: of a contract that <see cref="Row"/> does not keep.</param>
    /// <param name="algorithm">Trees take another pipeline than a linear model.</param>
    /// <param name="change">Of the contract.</param>
    public static IReadOnlyDictionary<string, byte[]> Package(
        int seed, bool asksForSugar = false, bool personal = false, string algorithm = "logistic_regression", Func<ColumnContract, ColumnContract>? change = null, string positive = "Yes", params Transform[] transforms)
    {
        const int Rows = 400;
        var draw = new Random(seed);
        var age = Column(() => draw.Next(16, 90));
        var cups = Column(() => draw.Next(0, 9));
        var member = Column(() => draw.Next(2));
        var roast = new int[Rows];
        var again = new int[Rows];
        for (var i = 0; i < Rows; i++)
        {
            roast[i] = draw.Next(3);
            again[i] = draw.NextDouble() < 1 / (1 + Math.Exp(2 - (0.6 * cups[i]) - member[i] + (0.02 * (age[i] - 40)))) ? 1 : 0;
        }

        FrameColumn[] columns = [new TextColumn("guest", [.. Enumerable.Range(0, Rows).Select(i => $"guest {i}")]), new NumberColumn("age", age), new NumberColumn("cups", cups), new CategoryColumn("roast", roast, Roasts), new NumberColumn("member", member), new CategoryColumn("again", again, ["No", "Yes"])];
        var frame = new Frame(Rows, asksForSugar ? [.. columns, new NumberColumn("sugar", Column(() => draw.Next(4)))] : columns);
        var schema = personal ? PersonalSchema : asksForSugar ? WithSugar : Schema;
        schema = schema with { Columns = [.. schema.Columns.Select(column => change?.Invoke(column) ?? column)], Target = new("again", positive) };
        int[] train = [.. Enumerable.Range(0, 320)], test = [.. Enumerable.Range(320, 80)];
        var trainer = Trainers.Find(algorithm)!;
        var pipeline = Pipeline.Fit(frame, train, schema, personal ? [new("old", "age > 60")] : transforms, trainer.NeedsDenseFeatures);
        var model = trainer.Fit(pipeline.Apply(frame, train), [.. train.Select(row => (float)again[row])], trainer.Draw(0, seed), seed, threads: 1);
        return PackageWriter.Write(new(pipeline, model, schema, frame, test, 0.5, "coffee", "0193a1b2c3d47e5f8a9b0c1d2e3f4a5b", 1_764_000_000_000_000));

        double[] Column(Func<double> value) => [.. Enumerable.Range(0, Rows).Select(_ => value())];
    }
}
