using Cairn.Learning;

namespace Cairn.Unit.Tests.Learning;

internal static class EvaluationAssertions
{
    public static void ShouldBeSameEvaluation(this Evaluation found, Evaluation expected)
    {
        found.Metrics.ShouldBe(expected.Metrics);
        found.OutOfFold.ShouldBe(expected.OutOfFold);
        found.Intervals.ShouldBe(expected.Intervals);
        (found.Threshold, found.ThresholdReason, found.Signal, found.SignalDetail)
            .ShouldBe((expected.Threshold, expected.ThresholdReason, expected.Signal, expected.SignalDetail));
        foreach (var (path, content) in expected.Artifacts) found.Artifacts[path].ShouldBe(content, path);
    }
}
