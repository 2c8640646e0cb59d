using System.Buffers;
using System.Text.Json;
using Cairn.Data;
using Cairn.Kernel;
using Cairn.Learning;
using Cairn.Learning.Models;
using Cairn.Learning.Packages;
using Cairn.Learning.Preprocessing;

namespace Cairn.Bench.Learning;

/// <summary>A model trained on every row of a frame and loaded from its package, as a server loads it.</summary>
internal sealed class BenchModel
{
    private readonly Frame _frame;
    private readonly HashSet<string> _left;
    private readonly PackageContent _content;

    public BenchModel(Frame frame, Schema schema, string algorithm, params (string Name, double Value)[] parameters)
    {
        var target = schema.Target!;
        (_frame, _left) = (frame, new([schema.Key!, target.Column], StringComparer.Ordinal));
        int[] rows = [.. Enumerable.Range(0, frame.Rows)];
        var classes = (CategoryColumn)frame[target.Column];
        var labels = rows.Select(row => classes.Levels[classes.Codes[row]] == target.Positive ? 1f : 0f).ToArray();

        var trainer = Trainers.Find(algorithm)!;
        Pipeline = Pipeline.Fit(frame, rows, schema, [], trainer.NeedsDenseFeatures);
        var settings = trainer.Draw(0, 42).ToDictionary(StringComparer.Ordinal);
        foreach (var (name, value) in parameters) settings[name] = value;
        var model = trainer.Fit(Pipeline.Apply(frame, rows), labels, settings, seed: 42, threads: 2);
        _content = new(Pipeline, model, schema, frame, [.. rows.TakeLast(100)], Threshold: 0.3, "churn", "0193a1b2c3d47e5f8a9b0c1d2e3f4a5b", CreatedAt: 1_764_000_000_000_000);
        Files = PackageWriter.Write(_content);
        Predictor = Predictor.Load(new(new(Digest.Of([]), "", Files.ToDictionary(f => f.Key, f => Digest.Of(f.Value), StringComparer.Ordinal)), Files)).Value;
    }

    public Pipeline Pipeline { get; }

    public Predictor Predictor { get; }

    public IReadOnlyDictionary<string, byte[]> Files { get; }

    /// <summary>The same model as the package of another run.</summary>
    public IReadOnlyDictionary<string, byte[]> Write(string model, string run) => PackageWriter.Write(_content with { ModelName = model, RunId = run });

    /// <summary>A row of the frame as a client would send it: all columns but key and target.</summary>
    public byte[] Request(int row)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using var json = new Utf8JsonWriter(buffer);
        json.WriteStartObject();
        foreach (var column in _frame.Columns.Where(c => !_left.Contains(c.Name)))
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
}
