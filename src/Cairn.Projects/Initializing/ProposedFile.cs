using System.Text;
using Cairn.Data;
using Cairn.Learning;
using Cairn.Projects.Files;
using Cairn.Projects.Yaml;

namespace Cairn.Projects.Initializing;

/// <summary>The text of a new cairn.yaml: every choice written out, what can be added shown as a comment.</summary>
internal static class ProposedFile
{
    public static string Write(Client.Wire.InitProject request, Inspection inspection)
    {
        var split = new SplitChoice();
        var tune = new TuneChoice();
        var target = inspection.Schema.Target;
        var text = new StringBuilder()
            .AppendLine("# What is learned from which data, and when a model is good enough to serve.")
            .AppendLine("# Every key: docs/reference/cairn-yaml.md. `cairn plan` shows what a change would run.")
            .AppendLine($"project: {YamlWriter.Text(request.Name)}");
        if (inspection.Schema.Key is { } key) text.AppendLine($"entity: {YamlWriter.Text(key)}");
        text.AppendLine($"source: {{ path: {YamlWriter.Text(request.Source)} }}")
            .AppendLine("schema: schema.yaml")
            .AppendLine($"target: {{ column: {YamlWriter.Text(target?.Column ?? request.Target)}{(target is null ? "" : $", positive: {YamlWriter.Text(target.Positive)}")} }}")
            .AppendLine()
            .AppendLine("# Derived columns, row by row. They travel with the model: training and serving compute the same.")
            .AppendLine("# transforms:")
            .AppendLine($"#   {Example(inspection)}")
            .AppendLine()
            .AppendLine($"split: {{ by: stratified, test: {YamlWriter.Number(split.TestShare)}, seed: {split.Seed} }}")
            .AppendLine("train:")
            .AppendLine($"  algorithms: [{string.Join(", ", Training.Algorithms)}]")
            .AppendLine($"  tune: {{ trials: {tune.Trials}, folds: {tune.Folds}, repeats: {tune.Repeats}, metric: {tune.Metric} }}")
            .AppendLine()
            .AppendLine("# What the two kinds of error cost picks the threshold. Without it both kinds count the same: 0.5, unless one class is rare.")
            .AppendLine("# decide: { cost_false_negative: 500, cost_false_positive: 60 }")
            .AppendLine()
            .AppendLine("# Asked before a model may serve. That it beats the cheapest baseline is always asked.")
            .AppendLine("gates:")
            .AppendLine("  - not_worse_than champion")
            .AppendLine("  # - roc_auc >= 0.80          # set it a little below what the first run reaches")
            .AppendLine($"serve: {{ deployment: {YamlWriter.Text(request.Name)} }}");
        return text.ToString();
    }

    /// <summary>What was decided beyond what the inspection says of the columns.</summary>
    public static IEnumerable<string> Choices(ProjectDefinition definition, Inspection inspection)
    {
        var schema = definition.Schema!;
        yield return $"Positive class: {definition.Target} = {schema.Target!.Positive} counts as 1; change target.positive if it is the other one.";
        yield return schema.Key is { } key
            ? $"Entity: {key} names a row, so it is no feature."
            : "Entity: no column is unique and never missing, so rows have no name; set entity and mark a key in schema.yaml if there is one.";
        var left = schema.Columns.Where(c => c.Name != schema.Key && c.Name != definition.Target && (c.Type == ColumnType.Text || !c.AtPrediction)).ToList();
        if (left.Count > 0)
            yield return $"Left out of the features: {string.Join(", ", left.Select(c => $"{c.Name} ({(c.AtPrediction ? "free text" : "not known at prediction time")})"))}.";
        yield return $"Split: {definition.Split.TestShare:P0} of the rows, stratified by the target with seed {definition.Split.Seed}, are the test split; models never see it. For data that ages use by: time.".Replace(" %", "%", StringComparison.Ordinal);
        yield return $"Algorithms: {string.Join(", ", definition.Algorithms)}, each tuned with {definition.Tune.Trials} trials on {definition.Tune.Folds} folds x {definition.Tune.Repeats} repeats; the best by {definition.Tune.Metric} is kept.";
        yield return "Costs: none given, so both kinds of error count the same; uncomment decide when you know what the errors cost.";
        yield return "Gate: a model must beat the cheapest baseline and be no worse than the champion; add a floor such as roc_auc >= 0.80 after the first run.";
    }

    /// <summary>An amount for each unit of a count, with columns of this source where it has such.</summary>
    private static string Example(Inspection inspection)
    {
        var usable = inspection.Schema.Columns
            .Where(c => c.Name != inspection.Schema.Target?.Column && c.Name != inspection.Schema.Key && c.Name.All(l => char.IsAsciiLetterOrDigit(l) || l == '_')).ToList();
        var amount = usable.LastOrDefault(c => c.Type == ColumnType.Number)?.Name;
        var count = usable.FirstOrDefault(c => c.Type == ColumnType.Integer && (c.Max is null || c.Max > 1))?.Name;
        return amount is null || count is null ? "is_large: amount > 1000" : $"{amount}_per_{count}: {amount} / max({count}, 1)";
    }
}
