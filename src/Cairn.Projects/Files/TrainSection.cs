using Cairn.Learning;
using Cairn.Projects.Yaml;

namespace Cairn.Projects.Files;

/// <summary><c>train: { algorithms, tune: { trials, folds, repeats, metric } }</c></summary>
internal static class TrainSection
{
    public static (IReadOnlyList<string> Algorithms, TuneChoice Tune) Read(Section section)
    {
        var algorithms = ReadAlgorithms(section);
        var tune = section.Map("tune");
        var defaults = new TuneChoice();
        var choice = new TuneChoice(
            tune.Whole("trials", 1, 1000) ?? defaults.Trials,
            tune.Whole("folds", 2, 20) ?? defaults.Folds,
            tune.Whole("repeats", 1, 20) ?? defaults.Repeats,
            tune.Choice("metric", Metrics.Names) ?? defaults.Metric);
        tune.NoOtherKeys();
        section.NoOtherKeys();
        return (algorithms, choice);
    }

    private static IReadOnlyList<string> ReadAlgorithms(Section section)
    {
        if (section.Texts("algorithms") is not { } written) return Training.Algorithms;
        if (written.Count == 0) section.Refuse(section.LineOf("algorithms"), "algorithms", "an empty list", $"at least one of {string.Join(", ", Training.Algorithms)}");
        var algorithms = new List<string>();
        foreach (var scalar in written)
        {
            if (!Training.Algorithms.Contains(scalar.Text, StringComparer.Ordinal))
                section.Refuse(scalar.Line, "algorithms", $"'{scalar.Text}'", Section.OneOf(scalar.Text, Training.Algorithms));
            else if (algorithms.Contains(scalar.Text, StringComparer.Ordinal))
                section.Refuse(scalar.Line, "algorithms", $"'{scalar.Text}' twice", "each algorithm once");
            else
                algorithms.Add(scalar.Text);
        }

        return algorithms;
    }
}
