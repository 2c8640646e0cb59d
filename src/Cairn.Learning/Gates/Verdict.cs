using Cairn.Client.Wire;
using Cairn.Kernel;

namespace Cairn.Learning.Gates;

/// <summary>All answers and what follows from them.</summary>
internal static class Verdict
{
    public const string Passed = "passed";
    public const string Refused = "refused";
    public const string NoSignal = "no_signal";

    /// <value>How the gate that is always asked is named.</value>
    public const string HonestBaseline = "better_than baseline";

    public static GateVerdictWire Of(
        IReadOnlyList<Gate> gates, Evaluation evaluation, Func<GateRule.NotWorseThanChampion, GateCheckWire> compare, TimeProvider clock)
    {
        List<GateCheckWire> checks = [new(HonestBaseline, evaluation.Signal, evaluation.SignalDetail, evaluation.SignalComparison)];
        foreach (var gate in gates)
        {
            checks.Add(GateRule.Parse(gate.Text).Value switch
            {
                GateRule.Bound bound => Check(bound, evaluation),
                GateRule.NotWorseThanChampion rule => compare(rule),
                var other => throw new NotSupportedException($"No answer to {other}."),
            });
        }

        var failed = checks.Where(c => !c.Passed).ToList();
        var (verdict, summary) = !evaluation.Signal ? (NoSignal, evaluation.SignalDetail)
            : failed.Count > 0 ? (Refused, $"{failed.Count} of {checks.Count} gates refuse: {string.Join("; ", failed.Select(c => $"{c.Gate} ({c.Detail})"))}")
            : (Passed, $"{checks.Count switch { 1 => "The gate passes", 2 => "Both gates pass", var many => $"All {many} gates pass" }}: {evaluation.SignalDetail}");
        return new(verdict, summary, clock.Micros(), checks);
    }

    private static GateCheckWire Check(GateRule.Bound rule, Evaluation evaluation)
    {
        var where = rule.OnTest ? "on the test split" : "out of fold";
        if (!(rule.OnTest ? evaluation.Metrics : evaluation.OutOfFold).TryGetValue(rule.Metric, out var value))
            return new(rule.Text, false, $"there is no {rule.Metric}: it needs costs (decide.cost_false_negative, decide.cost_false_positive in cairn.yaml)");

        var interval = rule.OnTest && evaluation.Intervals.TryGetValue(rule.Metric, out var found) ? $" (95 % {found.Low:0.####} to {found.High:0.####})" : "";
        return new(rule.Text, rule.Holds(value), $"{rule.Metric} is {value:0.####} {where}{interval}; asked for {rule.Operator} {rule.Limit:0.####}");
    }
}
