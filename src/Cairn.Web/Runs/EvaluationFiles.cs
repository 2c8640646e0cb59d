using System.Text.Json;
using Cairn.Client;
using Cairn.Web.Routing;
using static Cairn.Web.Runs.Evaluation;

namespace Cairn.Web.Runs;

/// <summary>What <c>cairn run</c> keeps of an evaluation, by the files it writes it to. A part whose file is not there is null.</summary>
/// <param name="Unreadable">Files that are there and could not be read.</param>
public sealed record Evaluation(
    BothSplits<RocCurve>? Roc, BothSplits<PrecisionRecallCurve>? PrecisionRecall, BothSplits<CalibrationBins>? Calibration, BothSplits<ConfusionAt>? Confusion,
    BothSplits<IReadOnlyList<GainPoint>>? Lift, ThresholdSteps? Threshold, FeatureImportance? Importance, MetricIntervals? Intervals, BaselineComparison? Baseline,
    IReadOnlyList<string> Unreadable)
{
    public const string Folder = "evaluation";

    /// <param name="Test">On the rows that were kept aside.</param>
    /// <param name="OutOfFold">On the training rows, each scored by a model that did not see it.</param>
    public sealed record BothSplits<T>(T Test, T OutOfFold);

    public sealed record RocCurve(double Auc, IReadOnlyList<RocPoint> Points);

    public sealed record RocPoint(double FalsePositiveRate, double TruePositiveRate, double? Threshold = null);

    public sealed record PrecisionRecallCurve(double AveragePrecision, IReadOnlyList<PrecisionRecallPoint> Points);

    public sealed record PrecisionRecallPoint(double Threshold, double Recall, double Precision);

    public sealed record CalibrationBins(double Ece, IReadOnlyList<CalibrationBin> Bins);

    public sealed record CalibrationBin(int Bin, double Rows, double Predicted, double Observed);

    public sealed record ConfusionAt(double Threshold, ConfusionCounts Confusion);

    public sealed record ConfusionCounts(double TruePositives, double FalsePositives, double FalseNegatives, double TrueNegatives, double Precision, double Recall, double Accuracy)
    {
        public double Positives => TruePositives + FalseNegatives;

        public double Rows => TruePositives + FalsePositives + FalseNegatives + TrueNegatives;
    }

    /// <param name="Decile">1 is the tenth with the highest scores; all counts are from the top down to here.</param>
    public sealed record GainPoint(int Decile, long Rows, long Positives, double Gain, double Lift);

    /// <param name="OutOfFold">What each threshold comes to on the out-of-fold scores.</param>
    public sealed record ThresholdSteps(double Threshold, string Reason, IReadOnlyList<ThresholdStep> OutOfFold, ErrorCosts? Costs = null, CostComparison? CostPerRow = null);

    public sealed record ThresholdStep(double Threshold, double Precision, double Recall, double F1, double Accuracy, double? CostPerRow = null);

    public sealed record ErrorCosts(double FalseNegative, double FalsePositive);

    /// <summary>Cost per row, out of fold unless it says test.</summary>
    public sealed record CostComparison(double Test, double OutOfFold, double Baseline, double AlwaysNo, double AlwaysYes);

    public sealed record FeatureImportance(string Algorithm, IReadOnlyList<FeatureShare> Features);

    public sealed record FeatureShare(string Name, double Importance);

    public sealed record MetricIntervals(double Confidence, IReadOnlyDictionary<string, MetricInterval> Test, IReadOnlyDictionary<string, MetricInterval> OutOfFold);

    public sealed record MetricInterval(double Low, double High);

    public sealed record BaselineComparison(string Name, IReadOnlyDictionary<string, double> CrossValidated, IReadOnlyDictionary<string, double> Test, bool Signal, string Detail);
}

/// <summary>Reads them. Anyone may write artifacts under these names, so what is not as Cairn writes it is said and left out.</summary>
internal sealed class EvaluationReader(PageRequest request, string runId, IReadOnlySet<string> present)
{
    private const int Most = 4 << 20;

    private static readonly JsonSerializerOptions _strict = new(CairnJson.Options) { RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true };

    private static readonly string[] _names = ["roc", "pr", "calibration", "confusion", "lift", "threshold", "importance", "intervals", "baseline"];

    private readonly List<string> _unreadable = [];

    /// <summary>Null when the run keeps no evaluation.</summary>
    /// <param name="whole">False: the small files alone, which the table of the page says.</param>
    public async Task<Evaluation?> Read(bool whole)
    {
        if (!_names.Any(name => present.Contains(PathOf(name)))) return null;
        var (roc, precisionRecall) = (Read<BothSplits<RocCurve>>("roc", whole), Read<BothSplits<PrecisionRecallCurve>>("pr", whole));
        var (calibration, lift) = (Read<BothSplits<CalibrationBins>>("calibration", whole), Read<BothSplits<IReadOnlyList<GainPoint>>>("lift", whole));
        var (threshold, importance) = (Read<ThresholdSteps>("threshold", whole), Read<FeatureImportance>("importance", whole));
        var (confusion, intervals, baseline) = (Read<BothSplits<ConfusionAt>>("confusion"), Read<MetricIntervals>("intervals"), Read<BaselineComparison>("baseline"));
        return new(await roc, await precisionRecall, await calibration, await confusion, await lift, await threshold, await importance, await intervals, await baseline, _unreadable);
    }

    private static string PathOf(string name) => $"{Evaluation.Folder}/{name}.json";

    private async Task<T?> Read<T>(string name, bool wanted = true) where T : class
    {
        var path = PathOf(name);
        if (!wanted || !present.Contains(path)) return null;
        var content = await request.Load((api, stop) => api.ReadArtifactAsync(runId, path, Most, stop));
        try
        {
            if (content.Value is { } json && JsonSerializer.Deserialize<T>(json, _strict) is { } read) return read;
        }
        catch (JsonException)
        {
            // said below
        }

        lock (_unreadable) _unreadable.Add(path);
        return null;
    }
}
