using System.Buffers;
using System.Collections.Concurrent;
using System.Text.Json;
using Cairn.Data;
using Cairn.Kernel;
using Cairn.Learning;
using Cairn.Learning.Models;
using Cairn.Learning.Packages;
using Cairn.Learning.Preprocessing;
using Cairn.Learning.Splits;

namespace Cairn.Unit.Tests.Learning.Packages;

/// <summary>Telco with more holes than it has by itself, three transforms, one model: everything a package is made of.</summary>
internal sealed class TelcoPackage
{
    public static readonly Transform[] Transforms =
    [
        new("charges_per_month", "TotalCharges / max(tenure, 1)"),
        new("log_total", "log(1 + coalesce(TotalCharges, 0)) * exp(-tenure / 24)"),
        new("term", "if(Contract == 'Month-to-month', 'short', coalesce(Contract, 'unknown'))"),
    ];

    private static readonly Lazy<(Frame Frame, Schema Schema)> Holes = new(WithHoles);

    private static readonly ConcurrentDictionary<string, Lazy<TelcoPackage>> Made = new(StringComparer.Ordinal);

    public TelcoPackage(string algorithm, params (string Name, double Value)[] changes)
    {
        var labels = Telco.Labels(Telco.Rows);
        var folds = StratifiedFolds.Deal(labels, RowKeys.Of(Frame, Schema), 5, seed: 42, partition: 0);
        Train = [.. Telco.Rows.Where(row => folds[row] != 0)];
        Test = [.. Telco.Rows.Where(row => folds[row] == 0)];

        var trainer = Trainers.Find(algorithm).ShouldNotBeNull();
        Pipeline = Pipeline.Fit(Frame, Train, Schema, Transforms, trainer.NeedsDenseFeatures);
        var parameters = trainer.Draw(0, 42).ToDictionary(StringComparer.Ordinal);
        if (algorithm == "random_forest") parameters["trees"] = 50; // quicker; the walk is the same
        foreach (var (name, value) in changes) parameters[name] = value;
        Model = trainer.Fit(Pipeline.Apply(Frame, Train), Telco.Labels(Train), parameters, seed: 42, threads: 2);
        Files = Write();
    }

    /// <summary>Trained once for all tests.</summary>
    public static TelcoPackage Of(string algorithm) => Made.GetOrAdd(algorithm, name => new(() => new(name))).Value;

    public static Frame Frame => Holes.Value.Frame;

    public static Schema Schema => Holes.Value.Schema;

    public int[] Train { get; }

    public int[] Test { get; }

    public Pipeline Pipeline { get; }

    public FittedModel Model { get; }

    public IReadOnlyDictionary<string, byte[]> Files { get; }

    public IReadOnlyDictionary<string, byte[]> Write() =>
        PackageWriter.Write(new(Pipeline, Model, Schema, Frame, Test, Threshold: 0.1875, "churn", "0193a1b2c3d47e5f8a9b0c1d2e3f4a5b", CreatedAt: 1_764_000_000_123_456));

    public Predictor Load() => Load(Files).Value;

    public static Answer<Predictor> Load(IReadOnlyDictionary<string, byte[]> files, bool toServe = false) =>
        Predictor.Load(new(new(Digest.Of([]), "", files.ToDictionary(f => f.Key, f => Digest.Of(f.Value), StringComparer.Ordinal)), files), toServe);

    /// <summary>A row of the frame as a client would send it: all columns but key and target, blanks as null.</summary>
    public static byte[] Request(int row)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using var json = new Utf8JsonWriter(buffer);
        json.WriteStartObject();
        foreach (var column in Frame.Columns.Where(c => c.Name is not "customerID" and not "Churn"))
        {
            json.WritePropertyName(column.Name);
            if (column is NumberColumn numbers && !double.IsNaN(numbers.Values[row])) json.WriteNumberValue(numbers.Values[row]);
            else if (column is CategoryColumn categories && categories.Codes[row] >= 0) json.WriteStringValue(categories.Levels[categories.Codes[row]]);
            else json.WriteNullValue();
        }

        json.WriteEndObject();
        json.Flush();
        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>Every 17th MonthlyCharges and every 13th Contract is missing, besides the blank TotalCharges.</summary>
    private static (Frame Frame, Schema Schema) WithHoles()
    {
        FrameColumn Hole(FrameColumn column) => column switch
        {
            NumberColumn { Name: "MonthlyCharges" } numbers => numbers with { Values = [.. numbers.Values.Select((v, row) => row % 17 == 3 ? double.NaN : v)] },
            CategoryColumn { Name: "Contract" } contract => contract with { Codes = [.. contract.Codes.Select((c, row) => row % 13 == 5 ? -1 : c)] },
            _ => column,
        };
        var columns = Telco.Schema.Columns.Select(c => c with { Nullable = c.Nullable || c.Name is "MonthlyCharges" or "Contract" });
        return (Telco.Frame with { Columns = [.. Telco.Frame.Columns.Select(Hole)] }, Telco.Schema with { Columns = [.. columns] });
    }
}
