using Cairn.Client.Wire;
using Cairn.Learning.Statistics;

namespace Cairn.Learning.Judging;

/// <summary>Does the model know anything that the cheapest baseline does not? Asked of the out-of-fold scores of the same rows.</summary>
internal readonly record struct SignalTest(bool Signal, string Detail, DeLong Areas, GateComparisonWire? Comparison)
{
    /// <summary>
    /// A signal is a higher ROC AUC than the baseline's, beyond chance (paired DeLong, one-sided 95 %: the chance to call noise a signal is at most one in twenty), and a log loss that is not
    /// higher: better ranked but worse as a probability is no gain.
    /// </summary>
    public static SignalTest Of(ReadOnlySpan<float> labels, ReadOnlySpan<double> candidate, Baseline baseline)
    {
        var areas = DeLong.Compare(labels, candidate, baseline.OutOfFold);
        var (loss, baselineLoss) = (Probabilities.LogLoss(labels, candidate), Probabilities.LogLoss(labels, baseline.OutOfFold));
        var interval = areas.DifferenceInterval();

        var ranks = areas.Difference > TestPower.OneSided95 * areas.StandardError && areas.Difference > 0;
        var sound = loss <= baselineLoss;
        var against = baseline.Phrase;
        var numbers = $"ROC AUC {areas.First:0.000} against {areas.Second:0.000} for {against}; difference {areas.Difference:0.000}, 95 % {interval.Low:0.000} to {interval.High:0.000}";
        var losses = $"log loss {loss:0.000} against {baselineLoss:0.000}";
        return new(ranks && sound, (ranks, sound) switch
        {
            (true, true) => $"{numbers}; {losses}",
            (true, false) => $"no gain over {against}: it ranks better ({numbers}), but its probabilities are worse ({losses})",
            _ => $"no gain over {against}: {numbers}; {losses}",
        }, areas, double.IsFinite(areas.StandardError) ? TestPower.Describe(areas, labels.Length, margin: 0, against) : null);
    }
}
