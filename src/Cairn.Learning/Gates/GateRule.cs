using System.Globalization;
using System.Text.RegularExpressions;
using Cairn.Kernel;

namespace Cairn.Learning.Gates;

/// <summary>What a line under <c>gates:</c> means.</summary>
internal abstract partial record GateRule(string Text)
{
    public const double DefaultMargin = 0.01;

    public const string TestPrefix = "test.";

    /// <param name="Metric">A name of <see cref="Metrics.Names"/>.</param>
    /// <param name="OnTest">On the test split; else on the out-of-fold scores.</param>
    public sealed record Bound(string Text, string Metric, bool OnTest, string Operator, double Limit) : GateRule(Text)
    {
        public bool Holds(double value) => Operator switch
        {
            ">=" => value >= Limit,
            ">" => value > Limit,
            "<=" => value <= Limit,
            _ => value < Limit,
        };
    }

    /// <param name="Margin">How much ROC AUC may be lost.</param>
    public sealed record NotWorseThanChampion(string Text, double Margin) : GateRule(Text);

    public static Answer<GateRule> Parse(string text)
    {
        var tidy = string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        if (ComparisonLine().Match(tidy) is { Success: true } comparison)
        {
            var written = comparison.Groups["margin"];
            if (!written.Success) return new NotWorseThanChampion(tidy, DefaultMargin);
            return Number(written.Value, out var margin) && margin is > 0 and < 0.5
                ? new NotWorseThanChampion(tidy, margin)
                : Wrong(text, $"the margin is '{written.Value}'; it is a loss of roc_auc that may be, more than 0 and less than 0.5");
        }

        if (BoundLine().Match(tidy) is not { Success: true } bound)
            return Wrong(text, "it is neither of them");

        var name = bound.Groups["metric"].Value;
        var onTest = name.StartsWith(TestPrefix, StringComparison.Ordinal);
        var metric = onTest ? name[TestPrefix.Length..] : name;
        if (!Metrics.Names.Contains(metric, StringComparer.Ordinal)) return Wrong(text, $"there is no metric '{name}'");
        if (!Number(bound.Groups["limit"].Value, out var limit)) return Wrong(text, $"'{bound.Groups["limit"].Value}' is no number");
        return new Bound(tidy, metric, onTest, bound.Groups["operator"].Value, limit);
    }

    private static bool Number(string text, out double value) => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out value) && double.IsFinite(value);

    private static Refusal.Invalid Wrong(string text, string what) => new("gates.invalid",
        $"The gate '{text}' is not understood: {what}. A gate is `metric >= number` (also >, <=, <; of the out-of-fold scores, or of the test split as `test.metric`), "
        + $"or `not_worse_than champion [margin {DefaultMargin}]`. Metrics: {string.Join(", ", Metrics.Names)}.");

    [GeneratedRegex(@"^not_worse_than champion(?: margin (?<margin>\S+))?$", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex ComparisonLine();

    [GeneratedRegex(@"^(?<metric>[a-z0-9_.]+) ?(?<operator>>=|<=|>|<) ?(?<limit>[^\s<>=]+)$", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex BoundLine();
}
