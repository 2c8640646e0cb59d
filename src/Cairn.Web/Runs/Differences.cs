using Cairn.Client.Wire;
using Cairn.Web.Components;

namespace Cairn.Web.Runs;

/// <summary>What a chart of parallel axes shows of several runs: params and metrics in which they differ.</summary>
internal sealed class Differences(RunComparisonWire comparison)
{
    private const int MostParams = 6, MostMetrics = 3, MostWords = 12;

    /// <param name="Values">One for each run; null where it has none.</param>
    /// <param name="Words">The categories of a param that is no number; the values are places in it.</param>
    internal sealed record Axis(string Key, string Title, IReadOnlyList<double?> Values, IReadOnlyList<string>? Words, bool IsMetric)
    {
        private readonly Func<double?, string> _text = MetricText.Apart(Values);

        public string Text(int run) => Values[run] is not { } value ? Format.None : Words is { } words ? Format.Clip(words[(int)value], 40) : _text(value);
    }

    /// <value>Params first, the metric that decides last.</value>
    public IReadOnlyList<Axis> Axes => field ??=
    [
        .. comparison.Params.Where(param => Differ(param.Value) && param.Value.Count(value => value is not null) is var having && having >= 2 && having * 2 >= comparison.Runs.Count).Select(Param).OfType<Axis>().OrderByDescending(axis => axis.Values.Count(value => value is not null)).Take(MostParams),
        .. MetricSense.Ordered(comparison.Metrics.Keys).Where(key => MetricSense.HigherIsBetter(key) is not null && !key.StartsWith("trial.", StringComparison.Ordinal) && Finite(key).Distinct().Skip(1).Any() && Finite(key).Count() * 2 >= comparison.Runs.Count)
            .OrderByDescending(key => Finite(key).Count()).Take(MostMetrics).Reverse()
            .Select(key => new Axis(key, Format.Metric(key), [.. comparison.Metrics[key].Select(value => value is { } number && double.IsFinite(number) ? value : null)], null, true)),
    ];

    public bool CanBeDrawn => Axes.Count >= 2;

    public object Option()
    {
        var last = Axes.Count - 1;
        var (low, high) = (Axes[last].Values.Min() ?? 0, Axes[last].Values.Max() ?? 1);
        var less = Axes[last].IsMetric && MetricSense.HigherIsBetter(Axes[last].Key) == false;
        return new
        {
            parallelAxis = Axes.Select((axis, at) => new
            {
                dim = at, name = Format.Clip(axis.Title, 20), type = axis.Words is not null ? "category" : Spans(axis.Values) ? "log" : "value", data = axis.Words?.Select(word => Format.Clip(word, 20)), scale = true,
                inverse = axis.IsMetric && MetricSense.HigherIsBetter(axis.Key) == false, nameLocation = axis.IsMetric && MetricSense.HigherIsBetter(axis.Key) == false ? "start" : "end",
            }),
            visualMap = new
            {
                show = false, dimension = last, min = low, max = high > low ? high : low + 1,
                inRange = new { color = less ? new[] { "--chart-1", "--chart-rest", "--chart-rest" } : ["--chart-rest", "--chart-rest", "--chart-1"] },
            },
            series = new[]
            {
                new
                {
                    type = "parallel", smooth = 0.15, lineStyle = new { width = 1.75, opacity = 0.9 },
                    data = comparison.Runs.Select((run, at) => new { name = Format.Clip(run.Name, 40), value = Axes.Select(axis => axis.Values[at]) }),
                },
            },
        };
    }

    public IEnumerable<IReadOnlyList<string>> Rows() =>
        comparison.Runs.Select((run, at) => (IReadOnlyList<string>)[Format.Clip(run.Name, 40), .. Axes.Select(axis => axis.Text(at))]);

    private IEnumerable<double> Finite(string key) => comparison.Metrics[key].Where(value => value is { } number && double.IsFinite(number)).Select(value => value!.Value);

    /// <summary>Values over decades, as learning rates are: along an even axis all but the largest would lie on one point.</summary>
    private static bool Spans(IReadOnlyList<double?> values) => values.Min() is > 0 and { } least && values.Max() >= 100 * least;

    private static bool Differ(IReadOnlyList<string?> values) => values.Distinct(StringComparer.Ordinal).Skip(1).Any();

    private static Axis? Param(KeyValuePair<string, IReadOnlyList<string?>> param)
    {
        var numbers = param.Value.Select(MetricText.Number).ToList();
        var title = param.Key;
        if (param.Value.Zip(numbers).All(pair => pair.First is null || pair.Second is not null)) return new(param.Key, title, numbers, null, false);
        var words = param.Value.OfType<string>().Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToList();
        return words.Count > MostWords ? null : new(param.Key, title, [.. param.Value.Select(value => value is null ? null : (double?)words.IndexOf(value))], words, false);
    }
}
