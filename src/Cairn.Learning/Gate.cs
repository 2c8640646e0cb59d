using Cairn.Client.Wire;
using Cairn.Kernel;

namespace Cairn.Learning;

/// <summary>One line under <c>gates:</c>: <c>roc_auc >= 0.83</c>, <c>test.log_loss &lt;= 0.45</c>, <c>not_worse_than champion</c>.</summary>
public sealed record Gate(string Text)
{
    /// <summary>Refused with what was found, and the metrics and comparisons there are.</summary>
    public static Answer<Gate> Parse(string text) => throw new NotImplementedException();

    /// <summary>Asks every gate. The honest baseline is always asked, written or not: no signal, no promotion.</summary>
    /// <param name="champion">What serves now; null: nothing does, and comparisons with it pass.</param>
    public static GateVerdictWire Decide(
        IReadOnlyList<Gate> gates, Preparation preparation, Candidate candidate, Evaluation evaluation, Predictor? champion, TimeProvider clock) => throw new NotImplementedException();
}
