using Cairn.Client.Wire;
using Cairn.Serving.Live;
using Cairn.Serving.Log;

namespace Cairn.Serving.Variants;

/// <summary>Adds up what the variants of a deployment did in a stretch of the log, and compares what was scored under one id.</summary>
internal sealed class LoggedVariants
{
    private readonly Dictionary<(string Variant, string Model, long Version, bool Shadow), Sum> _sums = [];
    private readonly Dictionary<(Sum Variant, Sum Champion), PairSum> _pairs = [];

    /// <summary>A piece of the log that has everything that was scored under the ids it holds.</summary>
    public void Add(IReadOnlyList<LoggedPrediction> records)
    {
        var answers = new Dictionary<Guid, (Sum By, double Probability, bool Positive)>();
        foreach (var (record, source) in records)
        {
            var shadow = record.Flags.HasFlag(RecordFlags.Shadow);
            var sum = SumOf(source, shadow);
            sum.Add(record.Probability, record.Probability >= source.Threshold, record.Latency);
            if (!shadow) answers[record.Id] = (sum, record.Probability, record.Probability >= source.Threshold);
        }

        foreach (var (record, source) in records)
        {
            if (!record.Flags.HasFlag(RecordFlags.Shadow) || !answers.TryGetValue(record.Id, out var answer)) continue;
            var (by, positive) = (SumOf(source, shadow: true), record.Probability >= source.Threshold);
            if (answer.By.IsChampion) PairOf(by, answer.By).Add(record.Probability, positive, answer.Probability, answer.Positive);
            else if (by.IsChampion) PairOf(answer.By, SumOf(source, shadow: false)).Add(answer.Probability, answer.Positive, record.Probability, positive);
        }
    }

    public LoggedVariantsWire ToWire(string deployment, long fromMs, long toMs)
    {
        var champion = _sums.Values.Where(sum => sum is { IsChampion: true, IsShadow: false, Rows: > 0 }).MaxBy(sum => sum.Rows);
        return new(
            deployment, fromMs * 1000, toMs * 1000, champion?.Version,
            [.. from sum in _sums.Values.Where(sum => sum.Rows > 0).OrderByDescending(sum => sum.IsChampion).ThenBy(sum => sum.Variant, StringComparer.Ordinal).ThenBy(sum => sum.Version).ThenBy(sum => sum.IsShadow)
                select new LoggedVariantWire(sum.Variant, sum.Model, sum.Version, sum.IsShadow, Comparison.Of(sum.Read(), logged: true), Compare(sum, champion))]);
    }

    private VariantComparisonWire? Compare(Sum sum, Sum? champion)
    {
        if (champion is null || sum.IsChampion) return null;
        return new(
            champion.Version, _pairs.TryGetValue((sum, champion), out var pairs) ? Comparison.Of(pairs.Read()) : null,
            sum.IsShadow ? null : Comparison.Difference(sum.Positives, sum.Rows, champion.Positives, champion.Rows));
    }

    private Sum SumOf(LogSourceRow source, bool shadow)
    {
        var key = (source.Variant, source.Model, source.Version, shadow);
        if (!_sums.TryGetValue(key, out var sum)) _sums[key] = sum = new(source.Variant, source.Model, source.Version, shadow);
        return sum;
    }

    private PairSum PairOf(Sum variant, Sum champion)
    {
        if (!_pairs.TryGetValue((variant, champion), out var pair)) _pairs[(variant, champion)] = pair = new();
        return pair;
    }

    private sealed class Sum(string variant, string model, long version, bool shadow)
    {
        private readonly LatencyHistogram _latency = new();
        private double _probabilities;

        public string Variant => variant;

        public string Model => model;

        public long Version => version;

        public bool IsShadow => shadow;

        public bool IsChampion => variant == LiveVariant.Champion;

        public long Rows { get; private set; }

        public long Positives { get; private set; }

        public void Add(double probability, bool positive, long latency)
        {
            Rows++;
            if (positive) Positives++;
            _probabilities += probability;
            _latency.Add(latency);
        }

        public VariantCounts Read() => new(0, Rows, 0, Positives, _probabilities, 0, _latency);
    }
}
