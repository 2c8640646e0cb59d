using Cairn.Client.Wire;

namespace Cairn.Learning;

/// <param name="Metrics">On the test split, at the threshold where one is needed.</param>
/// <param name="OutOfFold">The same keys on the out-of-fold predictions: what gates read.</param>
/// <param name="Intervals">Of <paramref name="Metrics"/>, by the same keys.</param>
/// <param name="Signal">False: the baseline is not beaten beyond chance.</param>
/// <param name="SignalDetail">The test and its numbers in words: "no gain over Contract alone".</param>
/// <param name="SignalComparison">Its numbers; null where a class has too few rows for them.</param>
/// <param name="Artifacts">Files for the run: curves, importance, confusion, calibration, slices as JSON, by path.</param>
public sealed record Evaluation(
    IReadOnlyDictionary<string, double> Metrics, IReadOnlyDictionary<string, double> OutOfFold, IReadOnlyDictionary<string, Interval> Intervals,
    double Threshold, string ThresholdReason, bool Signal, string SignalDetail, GateComparisonWire? SignalComparison, IReadOnlyDictionary<string, byte[]> Artifacts);

/// <summary>95 percent, unless said otherwise.</summary>
public readonly record struct Interval(double Low, double High);
