using System.Diagnostics;
using Cairn.Data;
using Cairn.Learning.Slicing;
using Cairn.Learning.Splits;

namespace Cairn.Bench.Learning;

/// <summary>Slices of 100,000 judged rows by 30 features, half of them categories. Options: number of rows, number of features.</summary>
internal static class SlicesOfHoldout
{
    public static void Run(string[] options)
    {
        var numbers = options.Select(int.Parse).ToArray();
        var (rows, features) = (numbers.ElementAtOrDefault(0) is > 0 and var r ? r : 100_000, numbers.ElementAtOrDefault(1) is > 0 and var f ? f : 30);
        var random = new SplitMix64(1);
        var (labels, scores) = (new float[rows], new double[rows]);
        for (var i = 0; i < rows; i++) labels[i] = random.Unit() < (scores[i] = random.Unit() * random.Unit()) ? 1 : 0;
        var columns = Enumerable.Range(0, features).Select(at => Column($"c{at}", at % 2 == 0, rows, ref random)).ToList();
        int[] all = [.. Enumerable.Range(0, rows)];

        for (var round = 0; round < 5; round++)
        {
            var clock = Stopwatch.StartNew();
            var judge = new SliceJudge(labels, scores, 0.4, new(500, 60));
            var slices = columns.SelectMany(column => judge.Judge(FeatureCut.Of(column, ColumnType.Number, all))).ToList();
            Console.WriteLine($"{rows:N0} rows, {features} features, {slices.Count} slices, {slices[0].Metrics.Count} metrics: {clock.Elapsed.TotalSeconds:0.000} s");
        }
    }

    private static FrameColumn Column(string name, bool isNumber, int rows, ref SplitMix64 random)
    {
        if (!isNumber)
        {
            var codes = new int[rows];
            for (var i = 0; i < rows; i++) codes[i] = (int)(20 * random.Unit() * random.Unit());
            return new CategoryColumn(name, codes, [.. Enumerable.Range(0, 20).Select(level => $"{level}")]);
        }

        var values = new double[rows];
        for (var i = 0; i < rows; i++) values[i] = random.Below(20) == 0 ? double.NaN : random.Unit();
        return new NumberColumn(name, values);
    }
}
