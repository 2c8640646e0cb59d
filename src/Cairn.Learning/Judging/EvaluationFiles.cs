using System.Text.Json;
using Cairn.Client;
using Cairn.Learning.Slicing;
using Cairn.Learning.Statistics;

namespace Cairn.Learning.Judging;

/// <summary>What a run keeps of its evaluation, as JSON: curves of the test split beside those of the out-of-fold scores.</summary>
internal sealed class EvaluationFiles(
    Preparation preparation, Candidate candidate, Baseline baseline, Judged test, Judged outOfFold, ThresholdChoice choice, SignalTest signal)
{
    private const int Draws = 1000;

    public IReadOnlyDictionary<string, byte[]> Write(IReadOnlyDictionary<string, Interval> intervals, IReadOnlyDictionary<string, Interval> outOfFoldIntervals) =>
        new SortedDictionary<string, byte[]>(StringComparer.Ordinal)
        {
            ["evaluation/roc.json"] = Both(judged => new { auc = Ranking.RocAuc(judged.Points), points = Curves.Roc(judged.Points) }),
            ["evaluation/pr.json"] = Both(judged => new { average_precision = Ranking.AveragePrecision(judged.Points), points = Curves.PrecisionRecall(judged.Points) }),
            ["evaluation/calibration.json"] = Both(Calibration),
            ["evaluation/confusion.json"] = Both(judged => new { choice.Threshold, judged.Confusion }),
            ["evaluation/lift.json"] = Both(judged => Curves.Gains(judged.Labels, judged.Scores)),
            ["evaluation/threshold.json"] = Threshold(),
            ["evaluation/importance.json"] = Importance(),
            ["evaluation/intervals.json"] = Json(new { Confidence = 0.95, Test = intervals, OutOfFold = outOfFoldIntervals }),
            ["evaluation/baseline.json"] = Baseline(),
            [SlicesFile.Path] = HoldoutSlices.Of(preparation, candidate, test, choice.Threshold).Write(),
        };

    private static object Calibration(Judged judged)
    {
        var bins = Probabilities.Calibration(judged.Labels, judged.Scores);
        return new { Ece = Probabilities.CalibrationError(bins), Brier = Probabilities.Decompose(bins), bins };
    }

    /// <summary>What each threshold would come to, out of fold, in a hundred steps.</summary>
    private byte[] Threshold()
    {
        var costs = preparation.Task.Costs;
        var steps = Enumerable.Range(0, 101).Select(percent =>
        {
            var confusion = Confusion.At(percent / 100.0, outOfFold.Labels, outOfFold.Scores);
            return new { Threshold = percent / 100.0, confusion.Precision, confusion.Recall, confusion.F1, confusion.Mcc, confusion.Accuracy, CostPerRow = Cost(confusion) };
        });
        var prior = preparation.Prior;
        return Json(new
        {
            choice.Threshold, choice.Reason, costs, OutOfFold = steps,
            CostPerRow = costs is null ? null : new
            {
                Test = Cost(test.Confusion), OutOfFold = Cost(outOfFold.Confusion), Baseline = baseline.CrossValidated["cost_per_row"],
                AlwaysNo = prior * costs.FalseNegative, AlwaysYes = (1 - prior) * costs.FalsePositive,
            },
        });

        double? Cost(Confusion confusion) => costs is null ? null : confusion.CostPerRow(costs);
    }

    private byte[] Importance()
    {
        var (names, shares) = (candidate.Pipeline.Features, candidate.Model.Importance(candidate.Pipeline.Features.Count));
        return Json(new
        {
            candidate.Algorithm, Features = names.Zip(shares, (Name, Importance) => new { Name, Importance })
                .OrderByDescending(f => f.Importance).ThenBy(f => f.Name, StringComparer.Ordinal),
        });
    }

    /// <summary>Candidate against baseline on the same rows: areas, log loss, decisions.</summary>
    private byte[] Baseline()
    {
        var areas = signal.Areas;
        var losses = Losses(outOfFold.Labels, outOfFold.Scores);
        var baselineLosses = Losses(outOfFold.Labels, baseline.OutOfFold);
        var (onlyCandidate, onlyBaseline) = (0, 0);
        for (var i = 0; i < test.Labels.Length; i++)
        {
            var truth = test.Labels[i] > 0.5f;
            var (right, baselineRight) = (test.Scores[i] >= choice.Threshold == truth, baseline.TestScores[i] >= baseline.Threshold == truth);
            if (right && !baselineRight) onlyCandidate++;
            if (!right && baselineRight) onlyBaseline++;
        }

        var draws = (int)Math.Clamp(50_000_000L / losses.Length, 200, Draws);
        return Json(new
        {
            baseline.Name, baseline.CrossValidated, baseline.Test, baseline.Threshold, signal.Signal, signal.Detail,
            RocAuc = new { Candidate = areas.First, Baseline = areas.Second, areas.Difference, areas.StandardError, areas.P, Interval = areas.DifferenceInterval() },
            LogLossDifference = new { Mean = losses.Average() - baselineLosses.Average(), Interval = Bootstrap.MeanDifference(losses, baselineLosses, draws, preparation.Task.Split.Seed) },
            TestDecisions = new { OnlyCandidateRight = onlyCandidate, OnlyBaselineRight = onlyBaseline, McnemarP = Proportions.McNemar(onlyCandidate, onlyBaseline) },
        });
    }

    private static double[] Losses(float[] labels, double[] scores) => [.. labels.Zip(scores, Probabilities.RowLogLoss)];

    private byte[] Both(Func<Judged, object> of) => Json(new { Test = of(test), OutOfFold = of(outOfFold) });

    private static byte[] Json(object content) => JsonSerializer.SerializeToUtf8Bytes(content, CairnJson.Options);
}
