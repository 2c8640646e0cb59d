using Cairn.Data;
using Cairn.Kernel;
using Cairn.Learning.Judging;
using Cairn.Learning.Statistics;

namespace Cairn.Learning.Splits;

/// <summary>A column that alone tells nearly all is a column that was written after the fact.</summary>
internal static class LeakageScan
{
    public const double MostAuc = 0.98;

    /// <summary>Refused when one feature alone ranks the training rows with a ROC AUC above 0.98.</summary>
    /// <remarks>
    /// Each feature is judged out of fold, so that a column with a value for every row does not look like a leak; numbers also
    /// by their plain order, in both directions.
    /// </remarks>
    public static Refusal? Run(Preparation preparation, IReadOnlyList<FrameColumn> features)
    {
        var folds = preparation.Folds(partition: 0);
        var leaks = new List<(string Column, double Auc)>();
        foreach (var column in features)
        {
            var auc = Area(preparation.TrainLabels, SingleFeature.OutOfFold(preparation, column, folds));
            if (column is NumberColumn number) auc = Math.Max(auc, ByOrder(preparation, number));
            if (auc > MostAuc) leaks.Add((column.Name, auc));
        }

        if (leaks.Count == 0) return null;

        var named = string.Join(", ", leaks.OrderByDescending(l => l.Auc).Select(l => $"'{l.Column}' (ROC AUC {l.Auc:0.0000})"));
        return new Refusal.Invalid("learning.leakage",
            $"{(leaks.Count == 1 ? "One column tells" : "Some columns tell")} the target alone: {named}; above {MostAuc} is hardly ever honest. "
            + $"If {(leaks.Count == 1 ? "it is" : "they are")} not known when a prediction is asked for, write `at_prediction: false` under that column in schema.yaml and run again.")
        {
            Fields = [.. leaks.Select(l => new FieldProblem($"schema.yaml {l.Column}", $"ROC AUC {l.Auc:0.0000} alone", $"at most {MostAuc}, or at_prediction: false"))],
        };
    }

    private static double ByOrder(Preparation preparation, NumberColumn column)
    {
        var present = Enumerable.Range(0, preparation.Train.Length).Where(i => double.IsFinite(column.Values[preparation.Train[i]])).ToArray();
        if (present.Length < preparation.Train.Length / 2) return 0; // too few to accuse it by

        var auc = Area(Array.ConvertAll(present, i => preparation.TrainLabels[i]), Array.ConvertAll(present, i => column.Values[preparation.Train[i]]));
        return double.IsNaN(auc) ? 0 : Math.Max(auc, 1 - auc);
    }

    private static double Area(float[] labels, double[] scores) => Ranking.RocAuc(new Ranking(labels, scores).Points());
}
