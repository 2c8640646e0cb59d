using System.Text.RegularExpressions;
using Cairn.Learning;
using Cairn.Projects.Files;

namespace Cairn.Unit.Tests.Projects;

/// <summary>docs/reference/cairn-yaml.md has every key the parsers know, and no other.</summary>
public partial class DocumentationTests
{
    private static readonly string Page = File.ReadAllText(Repository.Find("docs/reference/cairn-yaml.md"));

    [Fact]
    public void Every_key_of_cairn_yaml_is_documented_and_no_other() =>
        Keys(Page[Page.IndexOf("## cairn.yaml", StringComparison.Ordinal)..Page.IndexOf("## schema.yaml", StringComparison.Ordinal)])
            .ShouldBe(ProjectParser.KnownKeys(), ignoreOrder: true);

    [Fact]
    public void Every_key_of_a_column_is_documented_and_no_other() =>
        Keys(Page[Page.IndexOf("## schema.yaml", StringComparison.Ordinal)..]).ShouldBe(SchemaFile.KnownKeys(), ignoreOrder: true);

    [Fact]
    public void Algorithms_metrics_and_defaults_are_documented_as_they_are()
    {
        foreach (var name in Training.Algorithms.Concat(Metrics.Names)) Page.ShouldContain($"`{name}`");
        var tune = new TuneChoice();
        Page.ShouldContain($"| `train.tune.trials` | 1 to 1000 | {tune.Trials} |");
        Page.ShouldContain($"| `train.tune.folds` | 2 to 20 | {tune.Folds} |");
        Page.ShouldContain($"| `train.tune.repeats` | 1 to 20 | {tune.Repeats} |");
        Page.ShouldContain($"| `train.tune.metric` | metric | `{tune.Metric}` |");
        Page.ShouldContain($"| `split.seed` | whole number | {new SplitChoice().Seed} |");
    }

    private static IEnumerable<string> Keys(string tables) =>
        Row().Matches(tables).SelectMany(row => row.Groups["keys"].Value.Split(", ").Select(k => k.Trim('`')));

    [GeneratedRegex("^\\| (?<keys>`[a-z_.]+`(, `[a-z_.]+`)*) \\|", RegexOptions.Multiline | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Row();
}
