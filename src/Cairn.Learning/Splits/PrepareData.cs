using Cairn.Data;
using Cairn.Kernel;
using Cairn.Learning.Preprocessing;

namespace Cairn.Learning.Splits;

/// <summary>What has to hold before anything is learned; then who is kept aside.</summary>
internal static class PrepareData
{
    public const int FewestRows = 50;

    public static Answer<Preparation> Run(Frame frame, LearningTask task)
    {
        if (CheckChoices(task) is { } wrong) return wrong;
        if (frame.Rows < FewestRows)
        {
            return new Refusal.Invalid("learning.too-few-rows",
                $"There are {frame.Rows:N0} rows; {FewestRows} are the least that can be split and judged. Bring more labelled rows.");
        }

        var labels = TargetLabels.Of(frame, task.Schema);
        if (labels.Refusal is { } bad) return bad;

        var features = FeatureColumns(frame, task.Schema);
        if (features.Count == 0 && task.Transforms.Count == 0) return NoFeatures(frame, task.Schema);
        if (CheckTransforms(task) is { } transform) return transform;

        var keys = RowKeys.Of(frame, task.Schema);
        var split = Split(frame, task.Split, labels.Value, keys);
        if (split.Refusal is { } empty) return empty;
        if (CheckClasses(split.Value, labels.Value, task) is { } few) return few;

        var preparation = new Preparation(frame, task, labels.Value, split.Value.Train, split.Value.Test, rowKeys: keys);
        if (LeakageScan.Run(preparation, features) is { } leak) return leak;

        var twins = TwinRows.Find(preparation, features);
        if (twins.Refusal is { } repeated) return repeated;
        return twins.Value.Length == 0 ? preparation : new Preparation(frame, task, labels.Value, split.Value.Train, split.Value.Test, twins.Value, keys);
    }

    /// <summary>The columns a model may see and that say anything: known at prediction time, not the key, not the target, no free text, not all the same.</summary>
    public static IReadOnlyList<FrameColumn> FeatureColumns(Frame frame, Schema schema) =>
        [.. Allowed(schema).Where(c => c.Type != ColumnType.Timestamp).Select(c => frame[c.Name]).Where(Varies)];

    private static IEnumerable<ColumnContract> Allowed(Schema schema) =>
        schema.Columns.Where(c => c.AtPrediction && c.Type != ColumnType.Text && c.Name != schema.Key && c.Name != schema.Target?.Column);

    private static bool Varies(FrameColumn column) => column switch
    {
        NumberColumn number => number.Values.Distinct().Skip(1).Any(),
        CategoryColumn category => category.Codes.Distinct().Skip(1).Any(),
        _ => false,
    };

    private static Refusal.Invalid? CheckChoices(LearningTask task)
    {
        var tune = task.Tune;
        if (!Metrics.Names.Contains(tune.Metric, StringComparer.Ordinal))
            return new Refusal.Invalid("learning.metric-unknown", $"There is no metric '{tune.Metric}' to tune by. There are: {string.Join(", ", Metrics.Names)}.");
        if (tune.Metric == "cost_per_row" && task.Costs is null)
            return new Refusal.Invalid("learning.costs-missing", "cost_per_row needs costs: give decide.cost_false_negative and decide.cost_false_positive, or tune by another metric.");
        if (tune.Folds is < 2 or > 50 || tune.Repeats is < 1 or > 50 || tune.Trials is < 1 or > 10_000)
        {
            return new Refusal.Invalid("learning.tune-range",
                $"tune has {tune.Trials} trials, {tune.Folds} folds, {tune.Repeats} repeats; allowed are 1 to 10,000 trials, 2 to 50 folds, 1 to 50 repeats.");
        }

        return task.Split is { TimeColumn: null, TestShare: <= 0 or >= 1 or double.NaN } or { TestFrom: null, TestShare: <= 0 or >= 1 or double.NaN }
            ? new Refusal.Invalid("learning.split-share", $"The test split is to have {task.Split.TestShare} of the rows; a share is more than 0 and less than 1, for example 0.2.")
            : null;
    }

    private static Answer<TestSplit> Split(Frame frame, SplitChoice choice, float[] labels, ulong[] keys)
    {
        if (choice.TimeColumn is not { } time) return TestSplit.Stratified(labels, keys, choice.TestShare, choice.Seed);
        if (frame.Columns.FirstOrDefault(c => c.Name == time) is NumberColumn column) return TestSplit.ByTime(column, choice.TestFrom, choice.TestShare);

        return new Refusal.Invalid("learning.time-column",
            $"The split is by time of '{time}', which is no timestamp or number of the data. Those are: {string.Join(", ", frame.Columns.OfType<NumberColumn>().Select(c => c.Name))}.");
    }

    private static Refusal.Invalid? CheckClasses(TestSplit split, float[] labels, LearningTask task)
    {
        foreach (var (name, rows, fewest) in ((string, int[], int)[])[("training", split.Train, task.Tune.Folds), ("test", split.Test, 1)])
        {
            var positives = rows.Count(r => labels[r] > 0);
            var negatives = rows.Length - positives;
            if (Math.Min(positives, negatives) >= fewest) continue;

            var target = task.Schema.Target!;
            return new Refusal.Invalid("learning.too-few-examples",
                $"The {name} split has {positives:N0} rows with {target.Column} = {target.Positive} and {negatives:N0} without; each needs at least {fewest}"
                + $"{(fewest > 1 ? " (one for each fold)" : "")}. Bring more labelled rows{(fewest > 2 ? ", or ask for fewer folds" : "")}{(task.Split.TimeColumn is null ? "" : ", or move test_from")}.");
        }

        return null;
    }

    /// <summary>A transform sees the columns a model may see and the transforms before it.</summary>
    private static Refusal.Invalid? CheckTransforms(LearningTask task)
    {
        var types = Allowed(task.Schema).ToDictionary(c => c.Name, c => ParsedTransform.TypeOf(c.Type), StringComparer.Ordinal);
        foreach (var transform in task.Transforms)
        {
            var parsed = Expression.Parse(transform.Text, types);
            if (parsed.Refusal is { } refusal)
            {
                var hidden = string.Join(", ", task.Schema.Columns.Where(c => !types.ContainsKey(c.Name) && transform.Text.Contains(c.Name, StringComparison.Ordinal)).Select(c => c.Name));
                return new Refusal.Invalid("learning.transform-invalid", $"The transform '{transform.Name}' ({transform.Text}): {refusal.Detail}"
                    + (hidden.Length == 0 ? "" : $" Not for transforms, because a model must not see them: {hidden}."));
            }

            types[transform.Name] = parsed.Value.Type;
        }

        return null;
    }

    private static Refusal.Invalid NoFeatures(Frame frame, Schema schema)
    {
        var reasons = schema.Columns.Select(c => $"{c.Name} ({Reason(c)})");
        return new Refusal.Invalid("learning.no-features", $"No column is left to learn from: {string.Join(", ", reasons)}. Bring columns that are known when a prediction is asked for and that differ between rows.");

        string Reason(ColumnContract c) =>
            c.Name == schema.Target?.Column ? "the target"
            : c.Name == schema.Key ? "the key"
            : !c.AtPrediction ? "not known at prediction time"
            : c.Type == ColumnType.Text ? "free text"
            : c.Type == ColumnType.Timestamp ? "a timestamp: a feature only by way of a transform"
            : frame.Columns.Any(f => f.Name == c.Name) ? "every row is the same" : "not in the data";
    }
}
