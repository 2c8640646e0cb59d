using Cairn.Client.Wire;

namespace Cairn.Learning.Gates;

/// <summary>Challenger against champion on the common hold-out: rows of this test split that the champion kept aside too.</summary>
/// <remarks>A row is known again by its key, whatever file or order it stands in. Rows the champion may have learned from are left out.</remarks>
internal static class ChampionComparison
{
    public static GateCheckWire Check(GateRule.NotWorseThanChampion rule, Preparation preparation, Candidate candidate, double threshold, Champion? serving)
    {
        if (serving is null) return new(rule.Text, true, "nothing serves yet: this is the first version");

        var champion = serving.Predictor;
        var missing = champion.Inputs.Select(i => i.Name).Where(name => !preparation.Frame.Columns.Any(c => c.Name == name)).ToList();
        if (missing.Count > 0)
            return new(rule.Text, false, $"the champion cannot be asked: it needs {string.Join(", ", missing)}, which the data no longer has; compare by hand and promote with an override");

        var changed = champion.Unreadable(preparation.Frame);
        if (changed.Count > 0)
            return new(rule.Text, false, $"the champion cannot be asked: {string.Join(", ", changed)} has another type in schema.yaml now than it was trained on; compare by hand and promote with an override");

        var common = Array.FindAll(preparation.Test, row => champion.HoldoutKeys.Contains(preparation.RowKeys[row]));
        if (common.Length == 0)
        {
            return new(rule.Text, false,
                $"not decided: none of the {preparation.TestRows:N0} test rows was kept aside by the champion too. Keep split.seed and the key column as they were, or promote with an override");
        }

        var all = champion.Score(preparation.Frame);
        var (scores, others) = (candidate.Score(preparation, common), Array.ConvertAll(common, row => all[row]));
        var result = NonInferiority.Of(Array.ConvertAll(common, row => preparation.Labels[row]), scores, others, rule.Margin, $"v{serving.Version}");
        var alike = scores.Zip(others).Count(pair => pair.First >= threshold == pair.Second >= champion.Threshold);
        return new(rule.Text, result.Passed, result.Detail, result.Comparison is { } compared ? compared with { SameAnswers = (double)alike / common.Length } : null);
    }
}
