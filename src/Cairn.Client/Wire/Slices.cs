namespace Cairn.Client.Wire;

/// <summary>The slices of the rows that a run was judged on, by one metric, each compared with the rest of those rows: those surely worse first.</summary>
/// <param name="Metrics">By which one can ask.</param>
/// <param name="Features">That were cut into slices, the one the model looks at most first.</param>
/// <param name="Rows">Of the test split.</param>
/// <param name="Threshold">From which probability on the answer is yes.</param>
/// <param name="Worse">How many of all slices are surely worse.</param>
/// <param name="Compared">How many were compared, so that the test was corrected for as many.</param>
/// <param name="TooFew">How many have too few rows to say.</param>
/// <param name="LeftOut">Features without slices, and why.</param>
public sealed record RunSlicesWire(
    string RunId, string Metric, IReadOnlyList<string> Metrics, IReadOnlyList<string> Features, long Rows, long Positives, double Threshold, long Worse, long Better, long Compared, long TooFew,
    IReadOnlyList<SliceWire> Items, IReadOnlyList<SliceLeftOut> LeftOut, string? NextPageToken = null);

/// <param name="Name">Which rows it holds: <c>Contract = Two year</c>, <c>tenure over 12 to 29</c>.</param>
/// <param name="Kind"><c>value</c>, <c>range</c>, <c>other</c> or <c>missing</c>.</param>
/// <param name="Above">Of a range: its values are greater; null: from the least on.</param>
/// <param name="UpTo">Of a range, the end included; null: up to the greatest.</param>
/// <param name="Also">Other names of the very same rows.</param>
/// <param name="Predicted">Mean probability.</param>
/// <param name="Words">The comparison as a sentence.</param>
public sealed record SliceWire(
    string Name, string Feature, string Kind, double? Above, double? UpTo, IReadOnlyList<string> Also, long Rows, double Share, long Positives, double Predicted, SliceMetricWire Result, string Words);

/// <summary>A metric of a slice. Intervals are of 95 percent.</summary>
/// <param name="Value">Null: too few rows to say.</param>
/// <param name="Rest">The metric of all other rows.</param>
/// <param name="Difference">Of the slice to the rest.</param>
/// <param name="P">Two-sided, that there is no difference; null: not to be tested.</param>
/// <param name="CorrectedP">By Holm, for all slices that were compared by this metric.</param>
/// <param name="Verdict"><c>worse</c> or <c>better</c> (surely: <paramref name="CorrectedP"/> below 0.05), <c>unclear</c>, <c>too_few</c> or <c>not_compared</c>.</param>
/// <param name="Why">What there is too little of.</param>
public sealed record SliceMetricWire(
    double? Value = null, double? Low = null, double? High = null, double? Rest = null, double? Difference = null, double? DifferenceLow = null, double? DifferenceHigh = null, double? P = null,
    double? CorrectedP = null, string Verdict = "unclear", string? Why = null);

public sealed record SliceLeftOut(string Feature, string Why);
