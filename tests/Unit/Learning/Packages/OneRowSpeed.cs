using System.Diagnostics;
using System.Text.Json;
using Cairn.Learning.Models;

namespace Cairn.Unit.Tests.Learning.Packages;

public class OneRowSpeed
{
    private const int Batch = 100;

    /// <remarks>
    /// dotnet build tests/Unit -c Release, then artifacts/bin/Cairn.Unit.Tests/release/Cairn.Unit.Tests -class "*OneRowSpeed" -explicit on -showLiveOutput.
    /// Medians of 1,000 batches of 100 rows.
    /// </remarks>
    [Fact(Explicit = true)] // a measurement: run it on a quiet machine, built for release
    public void From_json_bytes_to_probability()
    {
        (string Name, TelcoPackage Package)[] models =
        [
            ("xgboost, 150 trees of depth 3", TelcoPackage.Of("xgboost")),
            ("xgboost, 100 trees of depth 6", new("xgboost", ("rounds", 100), ("max_depth", 6))),
            ("random_forest, 200 trees of depth 12", new("random_forest", ("trees", 200))),
            ("logistic_regression", TelcoPackage.Of("logistic_regression")),
        ];
        foreach (var (name, package) in models)
        {
            var predictor = package.Load();
            byte[][] requests = [.. Enumerable.Range(0, Batch).Select(TelcoPackage.Request)];
            var row = predictor.NewRow();
            var whole = Median(() => Whole(predictor, row, requests));
            var read = Median(() => Read(predictor, row, requests));
            TestContext.Current.TestOutputHelper?.WriteLine(
                $"{name}: {whole:F2} us a row, {read:F2} of them for {requests[0].Length} bytes of JSON into {row.Features.Length} features");
        }
    }

    [Fact]
    public void Neither_reading_nor_scoring_allocates()
    {
        foreach (var trainer in Trainers.All)
        {
            var predictor = TelcoPackage.Of(trainer.Algorithm).Load();
            byte[][] requests = [.. Enumerable.Range(0, 200).Select(TelcoPackage.Request)];
            var row = predictor.NewRow();
            Whole(predictor, row, requests);

            var before = GC.GetAllocatedBytesForCurrentThread();
            Whole(predictor, row, requests);

            (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBe(0, trainer.Algorithm);
        }
    }

    private static void Whole(Cairn.Learning.Predictor predictor, Cairn.Learning.PredictorRow row, byte[][] requests)
    {
        var sum = 0.0;
        foreach (var request in requests)
        {
            var json = new Utf8JsonReader(request);
            json.Read();
            if (predictor.Read(ref json, row, "$") is not null) throw new InvalidOperationException("The row is good.");
            sum += predictor.Score(row);
        }

        GC.KeepAlive(sum > 0 ? predictor : null);
    }

    private static void Read(Cairn.Learning.Predictor predictor, Cairn.Learning.PredictorRow row, byte[][] requests)
    {
        foreach (var request in requests)
        {
            var json = new Utf8JsonReader(request);
            json.Read();
            predictor.Read(ref json, row, "$");
        }
    }

    private static double Median(Action batch)
    {
        for (var i = 0; i < 500; i++) batch();
        var times = new double[1000];
        for (var i = 0; i < times.Length; i++)
        {
            var watch = Stopwatch.StartNew();
            batch();
            times[i] = watch.Elapsed.TotalMicroseconds / Batch;
        }

        Array.Sort(times);
        return times[times.Length / 2];
    }
}
