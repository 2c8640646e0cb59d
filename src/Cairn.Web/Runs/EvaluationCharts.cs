using Cairn.Web.Components;
using static Cairn.Web.Runs.Evaluation;

namespace Cairn.Web.Runs;

/// <summary>The curves of an evaluation as charts: 1 is the test split, 2 the out-of-fold scores, grey what a model must beat.</summary>
internal static class EvaluationCharts
{
    private const int MostPoints = 100;

    private static readonly object _item = new { trigger = "item" };
    private static readonly object _grid = new { left = 8, right = 16, top = 12, bottom = 22, containLabel = true };

    /// <summary>Evenly thinned, both ends kept: what the chart draws is what the table says.</summary>
    public static IReadOnlyList<T> Thin<T>(IReadOnlyList<T> points) => points.Count <= MostPoints
        ? points
        : [.. Enumerable.Range(0, MostPoints).Select(at => points[(int)((long)at * (points.Count - 1) / (MostPoints - 1))])];

    public static object Roc(BothSplits<RocCurve> roc, Decision.Row? at) => new
    {
        grid = _grid, tooltip = _item, xAxis = Shares("false positive rate"), yAxis = Shares(null),
        series = Marked(
            [
                Line("by chance", "--chart-rest", [[0, 0], [1, 1]], 1, dashed: true),
                Line("out of fold", "--chart-2", Thin(roc.OutOfFold.Points).Select(point => Pair(point.FalsePositiveRate, point.TruePositiveRate)), 1.5),
                Line("test split", "--chart-1", Thin(roc.Test.Points).Select(point => Pair(point.FalsePositiveRate, point.TruePositiveRate)), 2),
            ],
            at is null ? null : Pair(at.FalsePositiveRate, at.Recall)),
    };

    public static object PrecisionRecall(BothSplits<PrecisionRecallCurve> curve, double? prior, Decision.Row? at) => new
    {
        grid = _grid, tooltip = _item, xAxis = Shares("recall"), yAxis = Shares(null),
        series = Marked(
            [
                .. prior is { } share ? (object[])[Line("share of positives", "--chart-rest", [[0, Decision.Round(share)], [1, Decision.Round(share)]], 1, dashed: true)] : [],
                Line("out of fold", "--chart-2", Thin(curve.OutOfFold.Points).Select(point => Pair(point.Recall, point.Precision)), 1.5),
                Line("test split", "--chart-1", Thin(curve.Test.Points).Select(point => Pair(point.Recall, point.Precision)), 2),
            ],
            at is null ? null : Pair(at.Recall, at.Precision)),
    };

    public static object Calibrated(BothSplits<CalibrationBins> calibration) => new
    {
        grid = _grid, tooltip = _item, xAxis = Shares("predicted"), yAxis = Shares(null),
        series = new[]
        {
            Line("perfect", "--chart-rest", [[0, 0], [1, 1]], 1, dashed: true),
            Line("out of fold", "--chart-2", calibration.OutOfFold.Bins.Select(bin => Pair(bin.Predicted, bin.Observed)), 1.5, "circle"),
            Line("test split", "--chart-1", calibration.Test.Bins.Select(bin => Pair(bin.Predicted, bin.Observed)), 2, "circle"),
        },
    };

    public static object Lifted(IReadOnlyList<GainPoint> points) => new
    {
        grid = new { left = 8, right = 16, top = 22, bottom = 22, containLabel = true },
        xAxis = new { type = "category", data = points.Select(point => $"{point.Decile * 10}\u00a0%"), name = "rows with the highest scores", nameLocation = "middle", nameGap = 26 },
        yAxis = new { splitNumber = 3 },
        series = new[]
        {
            new
            {
                type = "bar", name = "lift", data = points.Select(point => Math.Round(point.Lift, 2)), barCategoryGap = "28%", itemStyle = new { color = "--chart-1", borderRadius = new[] { 2, 2, 0, 0 } },
                label = new { show = true, position = "top", color = "--text-2", fontSize = 11, formatter = "fmt:two" },
                markLine = new { silent = true, symbol = "none", data = new[] { new { yAxis = 1 } }, lineStyle = new { color = "--text-3", type = "dashed" }, label = new { show = false } },
            },
        },
    };

    /// <summary>What is saved at each threshold; without costs precision, recall and F1.</summary>
    public static object Thresholds(Decision decision, Decision.Row at) => new
    {
        grid = _grid, xAxis = new { type = "value", min = 0, max = 1, name = "threshold", nameLocation = "middle", nameGap = 26, splitLine = new { show = false }, axisLabel = new { formatter = "fmt:two" } },
        yAxis = new { type = "value", scale = true },
        series = Marked(
            decision.HasCosts
                ? [
                    .. decision.BaselineSaved is { } saved ? (object[])[Line("baseline", "--chart-8", [[0, Decision.Round(saved)], [1, Decision.Round(saved)]], 1.5, dashed: true)] : [],
                    Line("saved per row", "--chart-1", decision.Rows.Select(row => Pair(row.Threshold, row.Saved ?? 0)), 2),
                ]
                : [
                    Line("precision", "--chart-2", decision.Rows.Where(row => row.Flagged > 0).Select(row => Pair(row.Threshold, row.Precision)), 1.5),
                    Line("recall", "--chart-3", decision.Rows.Select(row => Pair(row.Threshold, row.Recall)), 1.5),
                    Line("F1", "--chart-1", decision.Rows.Select(row => Pair(row.Threshold, row.F1)), 2),
                ],
            Pair(at.Threshold, at.Saved ?? at.F1)),
    };

    private static double[] Pair(double x, double y) => [Decision.Round(x), Decision.Round(y)];

    private static object Shares(string? name) => new
    {
        type = "value", min = 0, max = 1, interval = 0.25, scale = false, name, nameLocation = "middle", nameGap = 26, splitLine = new { show = name is null }, axisLabel = new { formatter = "fmt:percent" },
    };

    private static object Line(string name, string colour, IEnumerable<double[]> points, double width, string? symbol = null, bool dashed = false) => new
    {
        type = "line", name, data = points, lineStyle = new { color = colour, width, type = dashed ? "dashed" : "solid" }, itemStyle = new { color = colour }, symbol = symbol ?? "none", symbolSize = 6,
    };

    /// <summary>With the marker that the slider moves.</summary>
    private static IEnumerable<object> Marked(IEnumerable<object> lines, double[]? at) => at is null ? lines : lines.Append(new
    {
        id = "at", type = "scatter", name = "at the threshold", data = new[] { at }, symbolSize = 10, z = 10, silent = true, itemStyle = new { color = "--surface", borderColor = "--chart-1", borderWidth = 2.5 },
    });

    public static IEnumerable<IReadOnlyList<string>> Rows(BothSplits<RocCurve> roc) =>
        Both(Thin(roc.Test.Points), Thin(roc.OutOfFold.Points), point => [Format.Number(point.Threshold, 4), Format.Number(point.FalsePositiveRate, 4), Format.Number(point.TruePositiveRate, 4)]);

    public static IEnumerable<IReadOnlyList<string>> Rows(BothSplits<PrecisionRecallCurve> curve) =>
        Both(Thin(curve.Test.Points), Thin(curve.OutOfFold.Points), point => [Format.Number(point.Threshold, 4), Format.Number(point.Recall, 4), Format.Number(point.Precision, 4)]);

    public static IEnumerable<IReadOnlyList<string>> Rows(BothSplits<CalibrationBins> calibration) =>
        Both(calibration.Test.Bins, calibration.OutOfFold.Bins, bin => [Format.Number(bin.Rows, 0), Format.Number(bin.Predicted, 3), Format.Number(bin.Observed, 3)]);

    private static IEnumerable<IReadOnlyList<string>> Both<T>(IReadOnlyList<T> test, IReadOnlyList<T> outOfFold, Func<T, IReadOnlyList<string>> cells) =>
        test.Select(point => (IReadOnlyList<string>)["test split", .. cells(point)]).Concat(outOfFold.Select(point => (IReadOnlyList<string>)["out of fold", .. cells(point)]));
}
