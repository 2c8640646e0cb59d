using Cairn.Client.Wire;
using Cairn.Kernel;
using Cairn.Learning.Gates;

namespace Cairn.Learning;

/// <summary>One line under <c>gates:</c>: <c>roc_auc >= 0.83</c>, <c>test.log_loss &lt;= 0.45</c>, <c>not_worse_than champion</c>.</summary>
public sealed record Gate(string Text)
{
    /// <summary>Refused with what was found, and the metrics and comparisons there are.</summary>
    public static Answer<Gate> Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var rule = GateRule.Parse(text);
        return rule.Refusal is { } refusal ? refusal : new Gate(rule.Value.Text);
    }

    /// <summary>Asks every gate. The honest baseline is always asked, written or not: no signal, no promotion.</summary>
    /// <param name="champion">Null: nothing serves yet, and comparisons with it pass.</param>
    public static GateVerdictWire Decide(
        IReadOnlyList<Gate> gates, Preparation preparation, Candidate candidate, Evaluation evaluation, Champion? champion, TimeProvider clock)
    {
        ArgumentNullException.ThrowIfNull(gates);
        ArgumentNullException.ThrowIfNull(preparation);
        ArgumentNullException.ThrowIfNull(candidate);
        ArgumentNullException.ThrowIfNull(evaluation);
        ArgumentNullException.ThrowIfNull(clock);
        return Verdict.Of(gates, evaluation, rule => ChampionComparison.Check(rule, preparation, candidate, evaluation.Threshold, champion), clock);
    }
}
