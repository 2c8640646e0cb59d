using System.Diagnostics;
using System.Text.Json;
using Cairn.Kernel;
using Cairn.Learning.Models;
using Cairn.Serving.Live;
using Cairn.Serving.Log;
using Cairn.Serving.Online;
using Cairn.Serving.Variants;

namespace Cairn.Bench.Learning;

/// <summary>One row inside the process: JSON bytes to answer bytes, part by part, and its explanation. Option: path of the file.</summary>
internal static class OneRow
{
    private const int Rows = 100, Repetitions = 301;

    public static void Run(string[] options)
    {
        var path = CustomerCsv.Find(options);
        var (frame, schema) = CustomerCsv.Read(path);
        (string Name, BenchModel Model)[] models =
        [
            ("xgboost, 100 trees of depth 3", new(frame, schema, "xgboost", ("rounds", 100))),
            ("xgboost, 100 trees of depth 6", new(frame, schema, "xgboost", ("rounds", 100), ("max_depth", 6))),
            ("random_forest, 100 trees of depth 12", new(frame, schema, "random_forest", ("trees", 100))),
            ("logistic_regression", new(frame, schema, "logistic_regression")),
        ];

        Console.WriteLine($"{Path.GetFileName(path)}, medians of up to {Repetitions} times {Rows} rows, microseconds for one row");
        Console.WriteLine($"model | json to answer | json to vector | vector to score | the same, {Rows} together | id and answer | bytes allocated | {Rows} rows of one request to answers");
        foreach (var (name, model) in models) Answer(name, model, print: false); // the compiler behind takes its time
        foreach (var (name, model) in models) Answer(name, model);

        Console.WriteLine();
        Console.WriteLine("model | explain | xgboost's own, rows of one call: 1 | 100 (one thread)");
        foreach (var (name, model) in models) Explain(name, model);
    }

    private static void Answer(string name, BenchModel model, bool print = true)
    {
        var predictor = model.Predictor;
        byte[][] requests = [.. Enumerable.Range(0, Rows).Select(model.Request)];
        var served = new ServedModel(new(LogSourceRow.Of(WorkspaceId.Default, "churn", LiveVariant.Champion, "churn", 1, predictor), predictor, () => null), new(predictor));
        var (routing, row) = (Routing.To(served), predictor.NewRow());
        var scored = requests.Select(request => Vector(model, request)).ToArray();
        float[] matrix = [.. scored.SelectMany(vector => vector)];
        var (sum, scores) = (0.0, new double[Rows]);

        var answer = AnswerBuffer.Rent();
        void Whole()
        {
            foreach (var request in requests)
            {
                if (new PredictRows(routing, explain: false, TimeProvider.System, answer, log: null).Run(request) is not null) throw new InvalidOperationException("The row is good.");
                answer.Clear();
            }
        }

        byte[] many = [(byte)'[', .. requests.SelectMany((request, i) => i == 0 ? request : [(byte)',', .. request]), (byte)']'];
        void Many()
        {
            if (new PredictRows(routing, explain: false, TimeProvider.System, answer, log: null).Run(many) is not null) throw new InvalidOperationException("The rows are good.");
            answer.Clear();
        }

        void Read()
        {
            foreach (var request in requests)
            {
                var json = new Utf8JsonReader(request);
                json.Read();
                predictor.Read(ref json, row, "$");
            }
        }

        void Score()
        {
            foreach (var vector in scored) sum += predictor.Score(vector);
        }

        void Together() => predictor.Model.Score(matrix, scores);

        void Write()
        {
            foreach (var request in requests)
            {
                PredictionJson.Write(answer, served, Uuid7.NewGuid(TimeProvider.System), 0.23456789012345678, null);
                answer.Clear();
            }
        }

        var (whole, read, score, together, write) = (Median(Whole), Median(Read), Median(Score), Median(Together), Median(Write));
        var before = GC.GetAllocatedBytesForCurrentThread();
        Whole();
        var allocated = (GC.GetAllocatedBytesForCurrentThread() - before) / Rows;
        if (print) Console.WriteLine($"{name} | {whole:F2} | {read:F2} | {score:F2} | {together:F2} | {write:F2} | {allocated} | {Median(Many):F2}");
        GC.KeepAlive(sum);
    }

    private static void Explain(string name, BenchModel model)
    {
        var predictor = model.Predictor;
        var vectors = Enumerable.Range(0, Rows).Select(i => Vector(model, model.Request(i))).ToArray();
        var features = vectors[0].Length;
        var contributions = new double[features];
        var ours = Median(() =>
        {
            foreach (var vector in vectors) predictor.Model.Explain(vector, contributions);
        });
        if (!model.Files.TryGetValue(TreeModel.FileName, out var ubj))
        {
            Console.WriteLine($"{name} | {ours:F2} | |");
            return;
        }

        using var native = new NativeContributions(ubj);
        var single = vectors.Select(vector => native.Matrix(new(1, features, vector))).ToArray();
        var all = native.Matrix(new(Rows, features, [.. vectors.SelectMany(v => v)]));
        var one = Median(() =>
        {
            foreach (var matrix in single) native.Explain(matrix);
        });
        var many = Median(() => native.Explain(all));
        Console.WriteLine($"{name} | {ours:F2} | {one:F2} | {many:F2}");
    }

    private static float[] Vector(BenchModel model, byte[] request)
    {
        var row = model.Predictor.NewRow();
        var json = new Utf8JsonReader(request);
        json.Read();
        model.Predictor.Read(ref json, row, "$");
        return row.Features.ToArray();
    }

    /// <summary>Of as many runs as two seconds hold, at least five and at most <see cref="Repetitions"/>, after half a second to warm up.</summary>
    private static double Median(Action work)
    {
        for (var warm = Stopwatch.StartNew(); warm.ElapsedMilliseconds < 500;) work();
        var times = new List<double>();
        for (var all = Stopwatch.StartNew(); times.Count < 5 || (times.Count < Repetitions && all.Elapsed.TotalSeconds < 2);)
        {
            var watch = Stopwatch.GetTimestamp();
            work();
            times.Add(Stopwatch.GetElapsedTime(watch).TotalMicroseconds / Rows);
        }

        times.Sort();
        return times[times.Count / 2];
    }
}
